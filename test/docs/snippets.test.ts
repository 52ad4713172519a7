import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { isThorough } from '../support/thorough.js';
import type { Fence } from './fences.js';
import { compile, execute, isForVitest, layOut, root } from './snippets.js';

const folder = join(root, 'dist/.snippets-test');
const vitestLimitMs = 60_000;
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fence = (line: number, code: string, ...words: string[]): Fence => ({ page: 'p.md', line, language: 'ts', words, code });

/** What is wrong with each of the snippets: first what the compiler says, then what running it shows. */
async function complaintsWithin(limitMs: number, ...fences: Fence[]): Promise<string[][]> {
  const snippets = layOut(fences, folder);
  const errors = compile(snippets, folder);
  const all: string[][] = [];
  for (const snippet of snippets) {
    const found = errors.get(snippet) ?? [];
    all.push(
      found.length > 0 || !snippet.run
        ? found
        : await execute(snippet, snippets, isForVitest(snippet.fence) ? vitestLimitMs : limitMs),
    );
  }
  return all;
}

async function complaints(...fences: Fence[]): Promise<string[][]> {
  return await complaintsWithin(5_000, ...fences);
}

describe('a snippet', { timeout: 150_000 }, () => {
  test('that compiles, ends and prints what its comments say is right', async () => {
    const code = [
      'console.log(1 + 1); // 2',
      "console.log('two', [",
      '  1,',
      ']); // two [ 1 ]',
      'for (const n of [1, 2]) console.log(n); // 1, 2',
      '[3].forEach(console.log); // 3 0 [ 3 ]',
      'Promise.resolve({ a: 1 }).then(',
      '  (value) => console.log(value), // { a: 1 }',
      ');',
      "console.log('not looked at');",
      '',
    ].join('\n');
    expect(await complaints(fence(1, code))).toEqual([[]]);
  });

  test('that prints something else, or nothing, is wrong', async () => {
    const code = 'const n: number = 3;\nconsole.log(n); // 2\nif (n === 4) console.log(n); // 4\n';
    expect(await complaints(fence(10, code))).toEqual([
      ["p.md:11: expected to print '2', printed '3'", "p.md:12: expected to print '4', printed nothing"],
    ]);
  });

  test('that does not compile is wrong, at its place in the page', async () => {
    const [found] = await complaints(fence(10, "\nconst x: number = '';\n", 'no-run'));
    expect(found).toEqual(["p.md:11: error TS2322: Type 'string' is not assignable to type 'number'."]);
  });

  test('that throws is wrong, with its place in the page in the stack', async () => {
    const [[complaint] = []] = await complaints(fence(10, "const x: number = 1;\nif (x > 0) throw new Error('no');\n"));
    expect(complaint).toMatch(/^p\.md:10: exited with 1\n[^]*no[^]*p\.md:11:\d+/u);
  });

  test('that does not end is wrong', async () => {
    const endless = fence(10, 'setInterval(() => {}, 1_000);\n');
    expect(await complaintsWithin(500, endless)).toEqual([['p.md:10: did not end within 500 ms']]);
  });

  test('marked no-run is not run', async () => {
    expect(await complaints(fence(10, "throw new Error('no');\n", 'no-run'))).toEqual([[]]);
  });

  test('can import a named snippet of the same page', async () => {
    const found = await complaints(
      fence(1, 'export const answer = 42;\n', 'file=answer.ts'),
      fence(9, "import { answer } from './answer.js';\nconsole.log(answer); // 42\n"),
    );
    expect(found).toEqual([[], []]);
  });

  test.runIf(isThorough)('of plain JavaScript can import another, and has no types', async () => {
    const plain = (line: number, code: string, ...words: string[]): Fence => ({ ...fence(line, code, ...words), language: 'js' });
    const found = await complaints(
      plain(1, 'export const double = (n) => 2 * n;\n', 'file=double.mjs'),
      plain(9, "import { double } from './double.mjs';\nconsole.log(double(21)); // 42\n"),
      plain(20, 'const n: number = 1;\n'),
      plain(30, "import { inMemories } from 'paladin-rx';\nvoid inMemories;\n", 'no-run'),
    );
    expect(found).toEqual([
      [],
      [],
      ['p.md:20: error TS8010: Type annotations can only be used in TypeScript files.'],
      [expect.stringContaining('p.md:30: error TS2724')],
    ]);
  });

  test.runIf(isThorough)('that imports Vitest is run by it', async () => {
    const plain = (line: number, n: number): Fence => ({
      ...fence(line, `import { expect, test } from 'vitest';\ntest('one', () => expect(${n}).toBe(1));\n`),
      language: 'js',
    });
    const [right = [], wrong = []] = await complaints(plain(1, 1), plain(9, 2));
    expect(right).toEqual([]);
    expect(wrong[0]).toContain('expected 2 to be 1');
  });

  test('with the file name of another, or an unknown word, is refused', () => {
    expect(() => layOut([fence(1, '', 'file=a.ts'), fence(5, '', 'file=a.ts')], folder)).toThrow(
      'p.md:5: has the same file name as p.md:1',
    );
    expect(() => layOut([fence(1, '', 'norun')], folder)).toThrow(
      "p.md:1: expected 'no-run' or 'file=….ts' or 'file=….mjs' after the fence, got 'norun'",
    );
  });

  test('with one comment for two console.log is refused', async () => {
    await expect(complaints(fence(1, 'console.log(1), console.log(2); // 1\n'))).rejects.toThrow(
      'two console.log share one comment',
    );
  });
});
