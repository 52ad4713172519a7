/**
 * Everything that the docs show is tried: README.md and its neighbours, the pages in docs, and the examples in doc comments of
 * the sources.
 *
 * - A `ts` snippet is compiled against the built package and run as a program of its own; it must end by itself, with exit code
 *   0.
 * - A `js` snippet is plain JavaScript that Node runs as it stands. It is checked as TypeScript, too, without annotations.
 * - One that imports `vitest` is run by Vitest.
 * - A comment after `console.log(…)` on its line is what it prints: `console.log(1 + 1); // 2`. One that prints several times is
 *   written `// 1, 2, 3`.
 * - `ts no-run` is only compiled. `ts file=operations.ts` and `js file=operations.mjs` name the file, so that snippets of the
 *   same page can import it.
 * - `npm test` compiles all of them, and runs those of README.md. The slow tests run all.
 * - The snippets of a page share a folder; those that name a fixed port are run one at a time.
 * - In `sh` snippets the commands, flags, variables and scripts must exist; see shell-commands.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isThorough } from '../support/thorough.js';
import { exampleFences, markdownFences, type Fence } from './fences.js';
import { complaint, shellCommands } from './shell-commands.js';
import { compile, execute, helpOf, isForVitest, layOut, root } from './snippets.js';

const limitMs = 20_000;
const folder = join(root, 'dist/.snippets');

const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const below = (directory: string, ending: string): string[] =>
  existsSync(join(root, directory))
    ? readdirSync(join(root, directory), { encoding: 'utf8', recursive: true })
        .filter((path) => path.endsWith(ending))
        .toSorted()
        .map((path) => `${directory}/${path}`)
    : [];
const pages = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...below('docs', '.md')];
const sources = ['src', 'operators', 'server'].flatMap((directory) => below(directory, '.ts'));
const fences = [
  ...pages.flatMap((page) => markdownFences(read(page), page)),
  ...sources.flatMap((page) => exampleFences(read(page), page)),
];
const inLanguage = (...languages: string[]): Fence[] => fences.filter(({ language }) => languages.includes(language));

const snippets = layOut(inLanguage('ts', 'js'), folder);
const errors = compile(snippets, folder);
const helps = new Map<string | undefined, Promise<string>>();
const offered = {
  scripts: new Set(Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)),
  help: async (subcommand: string | undefined): Promise<string> => {
    const help = helps.get(subcommand) ?? helpOf(subcommand);
    helps.set(subcommand, help);
    return help;
  },
};

describe('snippets', () => {
  test('are in languages that are checked here', () => {
    const unchecked = inLanguage('javascript', 'mjs', 'typescript', 'tsx', 'bash', 'shell', 'console');
    expect(unchecked.map(({ page, line, language }) => `${page}:${line}: write ts, js or sh, not ${language}`)).toEqual([]);
  });

  test('of the README and the guides are what Node 20 runs as it stands', () => {
    const typed = inLanguage('ts').filter(({ page }) => page === 'README.md' || page.startsWith('docs/guides/'));
    expect(typed.map(({ page, line }) => `${page}:${line}: write js`)).toEqual([]);
    const using = inLanguage('js').filter(({ code }) => /\bawait using\b/u.test(code));
    expect(using.map(({ page, line }) => `${page}:${line}: Node 24 is the first that knows await using`)).toEqual([]);
  });

  let port = Promise.resolve();
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = port.then(work);
    port = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };

  for (const snippet of snippets) {
    const fixedPort = /\bport:\s*[1-9]|:\/\/[\w.]+:[1-9]/u.test(snippet.fence.code);
    // Those that wait their turn for the port must not run out of time meanwhile.
    const ownLimitMs = isForVitest(snippet.fence) ? 3 * limitMs : limitMs;
    test.concurrent(snippet.place, { timeout: fixedPort ? 10 * limitMs : ownLimitMs + 5_000 }, async () => {
      expect(errors.get(snippet)).toEqual([]);
      if (!snippet.run || (!isThorough && snippet.fence.page !== 'README.md')) return;
      const run = async (): Promise<string[]> => execute(snippet, snippets, ownLimitMs);
      expect(await (fixedPort ? inTurn(run) : run())).toEqual([]);
    });
  }
});

describe('commands', () => {
  for (const fence of inLanguage('sh')) {
    test(`${fence.page}:${fence.line}`, async () => {
      const complaints = await Promise.all(shellCommands(fence).map(async (command) => complaint(command, offered)));
      expect(complaints.filter((text) => text !== undefined)).toEqual([]);
    });
  }
});
