import type { Fence } from './fences.js';

/** One command line of a shell fence. */
export interface ShellCommand {
  readonly place: string;
  /** Variables set before it, as `PALADIN_TOKEN`. */
  readonly variables: readonly string[];
  readonly words: readonly string[];
}

/** The command lines of a shell fence; comments, prompts (`$ `), pipes and redirections are left out. */
export function shellCommands(fence: Fence): ShellCommand[] {
  const commands: ShellCommand[] = [];
  const lines = fence.code.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const place = `${fence.page}:${fence.line + at}`;
    let line = (lines[at] ?? '').replace(/^\s*\$ /u, '');
    while (line.endsWith('\\') && at + 1 < lines.length) {
      at += 1;
      line = `${line.slice(0, -1)} ${(lines[at] ?? '').trim()}`;
    }
    const bare = line.replace(/(?:^|\s)#.*$/u, '');
    for (const part of bare.split(/&&|\|\||[|;&]/u)) {
      const words = part.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/gu) ?? [];
      const first = words.findIndex((word) => !/^[A-Z_]+=/u.test(word));
      if (first === -1) continue;
      commands.push({
        place,
        variables: words.slice(0, first).map((word) => word.slice(0, word.indexOf('='))),
        words: words.slice(first),
      });
    }
  }
  return commands;
}

/** What the project offers, against which command lines are checked. */
export interface Offered {
  /** The names in `scripts` of package.json. */
  readonly scripts: ReadonlySet<string>;
  /** The help of `paladin`, or of one of its subcommands. */
  help(subcommand: string | undefined): Promise<string>;
}

/** The commands of npm itself that the docs may use. */
const npmCommands = new Set(['install', 'i', 'ci', 'pack', 'link']);

/**
 * What is wrong with a command line, or undefined. Of `paladin` (also as `npx paladin`) the subcommand, the flags and the
 * `PALADIN_*` variables must occur in its help; `npm run` and `npm test` must name a script. All else is not looked at, nor is
 * anything run.
 */
export async function complaint(command: ShellCommand, offered: Offered): Promise<string | undefined> {
  const [program, ...rest] = command.words;
  if (program === 'npm') return npmComplaint(command.place, rest, offered);
  const args = program === 'paladin' ? rest : program === 'npx' && rest[0] === 'paladin' ? rest.slice(1) : undefined;
  if (args === undefined) return undefined;
  const subcommand = args[0]?.startsWith('-') === false ? args[0] : undefined;
  const top = await offered.help(undefined);
  if (subcommand !== undefined && !new RegExp(`^\\s+${subcommand}(?:\\s|$)`, 'mu').test(top)) {
    return `${command.place}: paladin has no command '${subcommand}'`;
  }
  const help = subcommand === undefined ? top : await offered.help(subcommand);
  const mentions = (word: string): boolean => new RegExp(`(?:^|[\\s,(])${word}(?![\\w-])`, 'mu').test(help);
  const flag = args
    .filter((arg) => arg.startsWith('-'))
    .map((arg) => arg.replace(/=.*$/u, ''))
    .find((arg) => !mentions(arg));
  if (flag !== undefined) return `${command.place}: paladin ${subcommand ?? ''} has no flag '${flag}'`;
  const variable = command.variables.find((name) => name.startsWith('PALADIN_') && !help.includes(name));
  if (variable !== undefined) return `${command.place}: the help of paladin ${subcommand ?? ''} does not name ${variable}`;
  return undefined;
}

function npmComplaint(place: string, [verb = '', name = '']: readonly string[], { scripts }: Offered): string | undefined {
  const script = verb === 'run' ? name : verb === 'test' || verb === 'start' ? verb : undefined;
  if (script !== undefined) return scripts.has(script) ? undefined : `${place}: package.json has no script '${script}'`;
  return npmCommands.has(verb) ? undefined : `${place}: npm ${verb} is not among the npm commands that the docs may use`;
}
