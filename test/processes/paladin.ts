import { ChildProgram, type ChildOptions } from './child-program.js';

/** The `paladin` command, as a user starts it. */
export function paladin(name: string, args: readonly string[], options?: ChildOptions): ChildProgram {
  return new ChildProgram(name, 'server/command/paladin.js', args, options);
}
