import { expect, test } from 'vitest';
import { complaint, shellCommands } from './shell-commands.js';

const help = new Map<string | undefined, string>([
  [
    undefined,
    'Usage: paladin [command]\n\nOptions:\n  -h, --help\n\nCommands:\n  hub [options]   starts a hub\n  worker [options] <modules...>\n',
  ],
  ['hub', 'Options:\n  -p, --port <n>  (default: 7400, env: PALADIN_PORT)\n  --token <t>\n  --leader-token <t>\n'],
  ['worker', 'Options:\n  --threads <n>\n  --hub <url>\n'],
]);
const offered = {
  scripts: new Set(['test', 'check']),
  help: async (subcommand: string | undefined) => help.get(subcommand) ?? '',
};

const check = async (code: string): Promise<(string | undefined)[]> =>
  Promise.all(
    shellCommands({ page: 'p.md', line: 3, language: 'sh', words: [], code }).map(async (command) => complaint(command, offered)),
  );

test('splits a fence into commands with their places', () => {
  const code =
    '# start\nA=1 PALADIN_PORT=2 paladin hub --port 0 & # comment\n\n$ npx paladin worker \\\n  ./a.ts | grep "x y" && npm test\n';
  expect(shellCommands({ page: 'p.md', line: 3, language: 'sh', words: [], code })).toEqual([
    { place: 'p.md:4', variables: ['A', 'PALADIN_PORT'], words: ['paladin', 'hub', '--port', '0'] },
    { place: 'p.md:6', variables: [], words: ['npx', 'paladin', 'worker', './a.ts'] },
    expect.objectContaining({ words: ['grep', '"x y"'] }),
    { place: 'p.md:6', variables: [], words: ['npm', 'test'] },
  ]);
});

test.each([
  ['paladin hub --port 7400 -p 1 --leader-token=x'],
  ['PALADIN_PORT=1 paladin hub'],
  ['npx paladin worker ./operations.js --hub http://127.0.0.1:7400 --threads 4'],
  ['paladin --help'],
  ['npm test'],
  ['npm run check'],
  ['npm install paladin-rx rxjs'],
  ['curl --nonsense'],
])('finds nothing wrong with: %s', async (code) => {
  expect(await check(code)).toEqual([undefined]);
});

test.each([
  ['paladin hubs', "p.md:3: paladin has no command 'hubs'"],
  ['paladin hub --prt 1', "p.md:3: paladin hub has no flag '--prt'"],
  ['paladin hub --leader', "p.md:3: paladin hub has no flag '--leader'"],
  ['paladin worker --port 1', "p.md:3: paladin worker has no flag '--port'"],
  ['PALADIN_PRT=1 npx paladin hub', 'p.md:3: the help of paladin hub does not name PALADIN_PRT'],
  ['npm run chek', "p.md:3: package.json has no script 'chek'"],
  ['npm publishh', 'p.md:3: npm publishh is not among the npm commands that the docs may use'],
])('finds wrong: %s', async (code, expected) => {
  expect(await check(code)).toEqual([expected]);
});
