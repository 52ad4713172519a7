import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is said where a bundler has taken this package apart. */
export const keepExternal = 'if the program is bundled, keep paladin-rx external (see docs/bundlers.md)';

/**
 * The program of each thread.
 *
 * @throws an error when it is not there: a bundler takes this file into the bundle, and leaves the program of threads behind
 */
export function threadProgram(): URL {
  // Where a bundler has made CommonJS of this file, it has no URL.
  if ((import.meta.url as string | undefined) === undefined) {
    throw new Error(`a file of paladin-rx is not there: ${keepExternal}`);
  }
  // Webpack would copy the program, and leave behind what it imports.
  const program = new URL(/* webpackIgnore: true */ './thread.js', import.meta.url);
  if (program.protocol === 'file:' && !existsSync(program)) {
    throw new Error(`a file of paladin-rx is not there: ${fileURLToPath(program)}; ${keepExternal}`);
  }
  return program;
}
