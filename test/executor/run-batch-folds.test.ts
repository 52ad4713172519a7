import { describe, expect, it, vi } from 'vitest';
import { FatalError, TransientError } from '../../src/errors/operation-errors.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation, type OperationContext } from '../../src/operation/operation.js';
import { elements, execution, partials, resultOf, summary, TestControl } from './execution.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const pick = defineOperation({
  name: 'pick',
  execute: (x: unknown) => {
    if (x === 'thrown') throw new RangeError('out of range');
    if (x === 'transient') throw new TransientError('busy', { retry: { strategy: 'immediate', maxRetries: 7 }, onFatal: 'skip' });
    if (x === 'fatal') throw new FatalError('never', { onFatal: 'skip' });
    // What is thrown need not be an error: this throws the reason itself.
    if (x === 'text') AbortSignal.abort('just text').throwIfAborted();
    return x;
  },
});
const concat = defineMonoid({ name: 'concat', empty: () => '', combine: (a: string, b: string) => a + b });
/** Fails on anything but text. */
const strict = defineMonoid({
  name: 'strict',
  empty: () => '',
  combine: (a: string, b: string) => {
    if (typeof a !== 'string' || typeof b !== 'string') throw new TypeError(`cannot join ${a} and ${b}`);
    return a + b;
  },
});

describe('a chain that ends in a fold', () => {
  const fold = (monoid: typeof strict, values: readonly unknown[]): Promise<unknown> =>
    Promise.resolve(
      execution([
        ['map', pick],
        ['fold', monoid],
      ]).run(elements(values), new TestControl()),
    ).then((end) => summary(resultOf(end), 'fold'));

  it('combines from left to right, and leaves a single element as it is', async () => {
    expect(await fold(concat, ['a', 'b', 'c'])).toEqual({ done: 3, values: ['abc'], failures: [] });
    expect(await fold(concat, ['a'])).toEqual({ done: 1, values: ['a'], failures: [] });
  });

  it.each([
    ['synchronous', (text: string): string => text],
    ['asynchronous', (text: string): Promise<string> => Promise.resolve(text)],
  ])('combines neighbours of equal width, so that what grows costs n log n; %s', async (_, settle) => {
    const combined: [string, string][] = [];
    const growing = defineMonoid({
      name: 'growing',
      empty: () => '',
      combine: (a: string, b: string) => {
        combined.push([a, b]);
        return settle(a + b);
      },
    });
    const count = 300;
    const letters = Array.from({ length: count }, (__, at) => String.fromCodePoint(97 + (at % 26)));
    expect(await fold(growing, letters)).toMatchObject({ done: count, values: [letters.join('')], failures: [] });
    expect(combined).toHaveLength(count - 1);
    const cost = combined.reduce((sum, [a, b]) => sum + a.length + b.length, 0);
    expect(cost).toBeLessThan(count * Math.ceil(Math.log2(count) + 1));
    for (const [a, b] of combined.slice(0, 255)) expect(a.length).toBe(b.length);
  });

  it('makes a partial for each run between failed units', async () => {
    expect(await fold(concat, ['fatal', 'a', 'b', 'thrown', 'text', 'c', 'transient'])).toMatchObject({
      done: 7,
      values: ['ab', 'c'],
      failures: [/^0\.0/u, /^3\.0/u, /^4\.0/u, /^6\.0/u].map((pattern) => expect.stringMatching(pattern) as unknown),
    });
  });

  it('blames the right unit that does not combine with what is combined already', async () => {
    expect(await fold(strict, ['a', 'b', 3, 'd'])).toMatchObject({
      values: ['ab', 'd'],
      failures: [expect.stringMatching(/^2\.1 .*ab and 3/u)],
    });
  });

  it('blames the left unit of two fresh ones when it does not combine with the identity either', async () => {
    expect(await fold(strict, [1, 'b', 'c'])).toMatchObject({
      values: ['bc'],
      failures: [expect.stringMatching(/^0\.1 .*1 and b/u)],
    });
    expect(await fold(strict, ['a', 2, 'c'])).toMatchObject({
      values: ['a', 'c'],
      failures: [expect.stringMatching(/^1\.1 .*a and 2/u)],
    });
  });

  it('blames the right unit when the identity combines with nothing', async () => {
    const broken = defineMonoid({
      name: 'broken',
      empty: () => undefined as unknown as string,
      combine: (a: string, b: string) => {
        if (typeof a !== 'string' || b === 'bad') throw new TypeError('no');
        return a + b;
      },
    });
    expect(await fold(broken, ['a', 'bad', 'c', 'd'])).toMatchObject({
      values: ['a', 'cd'],
      failures: [expect.stringMatching(/^1\.1/u)],
    });
  });

  it('does not probe after a transient error', async () => {
    const combine = vi.fn((): string => {
      throw new TransientError('busy');
    });
    const busy = defineMonoid({ name: 'busy', empty: () => '', combine });
    expect(await fold(busy, ['a', 'b'])).toMatchObject({
      values: ['a'],
      failures: [expect.stringMatching(/^1\.1 .* transient/u)],
    });
    expect(combine).toHaveBeenCalledTimes(1);
  });

  it('does the same with an asynchronous combine', async () => {
    const slow = defineMonoid({
      name: 'slow',
      empty: () => '',
      combine: async (a: string, b: string) => {
        await Promise.resolve();
        if (typeof a !== 'string' || typeof b !== 'string') throw new TypeError('no text');
        return a + b;
      },
    });
    expect(await fold(slow, [1, 'b', 'c', 'fatal', 'd', 5, 'f'])).toMatchObject({
      done: 7,
      values: ['bc', 'd', 'f'],
      failures: [/^0\.1/u, /^3\.0/u, /^5\.1/u].map((pattern) => expect.stringMatching(pattern) as unknown),
    });
  });

  it('combines partials by the fold alone, telling the index of the first', async () => {
    const seen: number[] = [];
    const watch = defineMonoid({
      name: 'watch',
      empty: () => 0,
      combine: (a: number, b: number, { index }: OperationContext) => {
        seen.push(index);
        return a + b;
      },
    });
    const run = execution([
      ['map', double],
      ['fold', watch],
    ]);
    expect(summary(resultOf(await run.run(partials([1, 2, 4], { first: 9 }), new TestControl())), 'fold')).toEqual({
      done: 3,
      values: [7],
      failures: [],
    });
    expect(seen).toEqual([9, 9]);
  });

  it('reports the stage of the fold in the whole chain for partials, too', async () => {
    const run = execution([
      ['map', double],
      ['fold', strict],
    ]);
    const result = resultOf(await run.run(partials(['a', 'b', 3]), new TestControl()));
    expect(result.failures).toMatchObject([{ offset: 2, stage: 1 }]);
  });

  it('gives empty() the arguments', async () => {
    const modulo = defineMonoid({
      name: 'modulo',
      empty: (modulus: number) => modulus,
      create: (modulus: number) => (a: number, b: number) => {
        if (b < 0 || (a !== modulus && a < 0)) throw new Error('negative');
        return (a + b) % modulus;
      },
    });
    const run = execution([['fold', modulo(7)]]);
    expect(summary(resultOf(await run.run(elements([-1, 5, 6]), new TestControl())), 'fold')).toMatchObject({
      values: [4],
      failures: [expect.stringMatching(/^0\.0/u)],
    });
  });
});
