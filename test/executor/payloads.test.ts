import { describe, expect, it } from 'vitest';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import type { Serializer } from '../../src/serializer/serializer.js';
import { elements, execution, partials, resultOf, summary, TestControl } from './execution.js';

/** Text of so many characters; something with a function in it where that is negative. */
const text = defineOperation({
  name: 'text',
  execute: (n: number) => {
    if (n === 0) throw new RangeError('none');
    return n < 0 ? { x: () => n } : 'x'.repeat(n);
  },
});
const join = defineMonoid({ name: 'join', empty: () => '', combine: (a: string, b: string) => a + b });
const collect = defineMonoid({ name: 'collect', empty: () => [], combine: (a: unknown[], b: unknown[]) => [...a, ...b] });

const runMap = async (values: readonly unknown[], maxPayloadBytes = Infinity): Promise<unknown> =>
  summary(resultOf(await execution([['map', text]], { maxPayloadBytes }).run(elements(values), new TestControl())), 'map');

describe('outputs', () => {
  it('that cannot be encoded fail their units; the others are handed in', async () => {
    expect(await runMap([1, -1, 2, -2])).toEqual({
      done: 4,
      values: ['x', 'xx'],
      failures: [1, 3].map((offset): unknown =>
        expect.stringContaining(`${offset}.0 NOT_SERIALIZABLE fatal: output $.x is a function`),
      ),
    });
  });

  it('that a serializer of others refuses fail their units, too', async () => {
    const json: Serializer = {
      name: 'json',
      encode: (values) =>
        new TextEncoder().encode(
          JSON.stringify(values, (_, value: unknown) => {
            if (typeof value === 'function') throw new TypeError('no functions');
            return value;
          }),
        ),
      decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as unknown[],
    };
    const run = execution([['map', text]], { serializer: json });
    const result = resultOf(await run.run(elements([3, -1, 2], {}, json), new TestControl()));
    expect(result.failures).toMatchObject([{ offset: 1, code: 'NOT_SERIALIZABLE', kind: 'fatal' }]);
    expect(result.failures[0]?.message).toContain('no functions');
    expect(json.decode(result.payload)).toEqual(['xxx', 'xx']);
  });

  it('that are too large together are handed in in part', async () => {
    expect(await runMap([100, 100, 100, 100, 100], 260)).toMatchObject({ done: 2, failures: [] });
  });

  it('in part include the failures up to the next output', async () => {
    expect(await runMap([-1, 100, -1, 100, -1, 100], 160)).toMatchObject({
      done: 3,
      values: ['x'.repeat(100)],
      failures: [expect.stringMatching(/^0\./u), expect.stringMatching(/^2\./u)],
    });
  });

  it('of which one alone is too large fail with its size and the limit', async () => {
    expect(await runMap([500, 1], 100)).toMatchObject({
      done: 1,
      values: [],
      failures: [expect.stringMatching(/^0\.0 PAYLOAD_TOO_LARGE fatal: output has 5\d\d bytes; the limit is 100$/u)],
    });
  });
});

describe('partials', () => {
  const mapFold = async (values: readonly unknown[], maxPayloadBytes = Infinity): Promise<unknown> => {
    const run = execution(
      [
        ['map', text],
        ['fold', join],
      ],
      { maxPayloadBytes },
    );
    return summary(resultOf(await run.run(elements(values), new TestControl())), 'fold');
  };
  const foldPartials = async (
    monoid: typeof join | typeof collect,
    values: readonly unknown[],
    maxPayloadBytes = Infinity,
  ): Promise<unknown> => {
    const run = execution([['fold', monoid]], { maxPayloadBytes });
    return summary(resultOf(await run.run(partials(values), new TestControl())), 'fold');
  };

  it('that are too large are made of fewer elements, and the rest is given back', async () => {
    expect(await mapFold([100, 100, 100, 100], 260)).toMatchObject({ done: 2, failures: [], values: ['x'.repeat(200)] });
    expect(await mapFold([100, 100], 150)).toMatchObject({ done: 1, failures: [], values: ['x'.repeat(100)] });
  });

  it('of a single element that is too large fail it', async () => {
    expect(await mapFold([500, 1], 100)).toMatchObject({
      done: 1,
      values: [],
      failures: [expect.stringMatching(/^0\.1 PAYLOAD_TOO_LARGE/u)],
    });
  });

  it('after a failed unit are given back when they do not fit', async () => {
    expect(await mapFold([100, 100, 0, 100], 260)).toMatchObject({
      done: 3,
      values: ['x'.repeat(200)],
      failures: [expect.stringMatching(/^2\.0/u)],
    });
  });

  it('that no combination of makes smaller blame the second of two, so that it comes to an end', async () => {
    const x = 'x'.repeat(100);
    expect(await foldPartials(join, [x, x, x], 150)).toMatchObject({
      done: 2,
      values: [x],
      failures: [expect.stringMatching(/^1\.0 PAYLOAD_TOO_LARGE fatal: partial has 2\d\d bytes; the limit is 150$/u)],
    });
  });

  it('that cannot be encoded come down to the element that is to blame', async () => {
    const box = defineOperation({ name: 'box', execute: (x: number) => [x === 5 ? () => x : x] });
    const run = execution([
      ['map', box],
      ['fold', collect],
    ]);
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    const settled: unknown[] = [];
    // As a leader would: what is given back is sent again.
    for (let from = 0; from < values.length;) {
      const result = resultOf(await run.run(elements(values.slice(from), { first: from }), new TestControl()));
      settled.push(summary(result, 'fold'));
      from += result.done;
    }
    expect(settled).toEqual([
      { done: 4, values: [[1, 2, 3, 4]], failures: [] },
      { done: 1, values: [], failures: [expect.stringContaining('0.1 NOT_SERIALIZABLE fatal: partial $[0] is a function')] },
      { done: 3, values: [[6, 7, 8]], failures: [] },
    ]);
  });
});
