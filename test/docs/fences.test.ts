import { describe, expect, test } from 'vitest';
import { exampleFences, markdownFences } from './fences.js';

describe('markdownFences', () => {
  test('finds each fence with its language, words and line', () => {
    const page = ['# Page', '', '```ts file=a.ts no-run', 'one();', '', 'two();', '```', 'text', '```', 'plain', '```'].join(
      '\n',
    );
    expect(markdownFences(page, 'p.md')).toEqual([
      { page: 'p.md', line: 4, language: 'ts', words: ['file=a.ts', 'no-run'], code: 'one();\n\ntwo();\n' },
      { page: 'p.md', line: 10, language: '', words: [], code: 'plain\n' },
    ]);
  });

  test('takes the indentation of a fence off its code', () => {
    const [fence] = markdownFences('- item\n  ```sh\n  a\n    b\n  ```\n', 'p.md');
    expect(fence?.code).toBe('a\n  b\n');
  });

  test('keeps a shorter fence inside a longer one as code', () => {
    const found = markdownFences('````md\n```ts\nx\n```\n````\n', 'p.md');
    expect(found.map(({ language, code }) => [language, code])).toEqual([['md', '```ts\nx\n```\n']]);
  });

  test('keeps what looks like an opening fence inside a fence as code', () => {
    expect(markdownFences('```ts\n```sh\n```\n', 'p.md')[0]?.code).toBe('```sh\n');
  });

  test('reads lines that end in CR LF', () => {
    expect(markdownFences('```ts\r\nx\r\n```\r\n', 'p.md')[0]?.code).toBe('x\n');
  });

  test('says where a fence is not closed', () => {
    expect(() => markdownFences('a\n```ts\nx\n', 'p.md')).toThrow('p.md:2: this fence is never closed');
  });
});

describe('exampleFences', () => {
  const source = [
    '/**', // 1
    ' * Summary.', // 2
    ' *',
    ' * ```ts',
    ' * notAnExample();',
    ' * ```',
    ' * @example',
    ' * ```ts',
    ' * if (x) {', // 9
    ' *   @decorated y();',
    ' * @atStart',
    ' * }',
    ' * ```',
    ' * @param x',
    ' * ```ts',
    ' * notEither();',
    ' * ```',
    ' */',
    'const text = `',
    '```ts',
    'code();',
    '```',
    '`;',
    '  /** One line. @example none */',
    '  /**',
    '   * @example Named',
    '   * ```ts no-run',
    '   * second();', // 28
    '   * ```',
    '   */',
  ].join('\n');

  test('finds the fences below @example only', () => {
    expect(exampleFences(source, 's.ts')).toEqual([
      { page: 's.ts', line: 9, language: 'ts', words: [], code: 'if (x) {\n  @decorated y();\n@atStart\n}\n' },
      { page: 's.ts', line: 28, language: 'ts', words: ['no-run'], code: 'second();\n' },
    ]);
  });
});
