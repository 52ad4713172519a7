import { describe, expect, it, vi } from 'vitest';
import { checkMonoid } from '../../src/operation/laws.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';

const monoid = <A>(empty: () => A, combine: (a: A, b: A) => A | Promise<A>): ReturnType<typeof defineMonoid<A>> =>
  defineMonoid({ name: 'm', empty, combine });

describe('checkMonoid', () => {
  it.each([null, undefined, 7, { length: 1 }, new Set([1])])('asks for a list of samples (%s)', async (samples) => {
    const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
    await expect(checkMonoid(sum, samples as never)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/^checkMonoid: expected samples to be a list, got /u) as unknown,
    });
    await expect(checkMonoid(sum, [1], { equals: true as never })).rejects.toThrow('checkMonoid: equals: expected a function');
  });

  it('passes monoids, synchronous and asynchronous, of any data', async () => {
    await checkMonoid(
      monoid(
        () => 0,
        (a, b) => a + b,
      ),
      [1, -2, 3.5, NaN, Infinity],
    );
    await checkMonoid(
      monoid(
        () => '',
        async (a, b) => a + b,
      ),
      ['', 'a', 'bc'],
    );
    await checkMonoid(
      monoid(
        () => new Map<string, number[]>(),
        (a, b) => new Map([...a, ...b]),
      ),
      [new Map(), new Map([['a', [1]]]), new Map([['a', [2]]])],
    );
    await checkMonoid(
      monoid(
        () => new Set<number>(),
        (a, b) => new Set([...a, ...b]),
      ),
      [new Set([1]), new Set([2, 3]), new Set([1, 3])],
    );
    const both = (a: Uint8Array, b: Uint8Array): Uint8Array => Uint8Array.from([...a, ...b]);
    await checkMonoid(
      monoid(() => new Uint8Array(), both),
      [Uint8Array.of(1), Uint8Array.of(2, 3)],
    );
  });

  it('passes one that changes its left argument', async () => {
    const push = monoid<{ list: number[] }>(
      () => ({ list: [] }),
      (a, b) => {
        a.list.push(...b.list);
        return a;
      },
    );
    await checkMonoid(push, [{ list: [1] }, { list: [2, 3] }, { list: [] }]);
  });

  it('prints the counter-example', async () => {
    const mean = monoid(
      () => 0,
      (a, b) => (a === 0 ? b : b === 0 ? a : (a + b) / 2),
    );
    await expect(checkMonoid(mean, [1, 2, 4])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: "monoid 'm' is not associative: (a b) c is 1.5, a (b c) is 1.25 for a = 1, b = 1, c = 2",
    });
    await expect(
      checkMonoid(
        monoid(
          () => 1,
          (a, b) => a - b,
        ),
        [5],
      ),
    ).rejects.toThrow("monoid 'm' has no left identity: combine(empty, a) is -4 for a = 5 and empty = 1");
    await expect(
      checkMonoid(
        monoid(
          () => 'x',
          (a, b) => (a === 'x' ? b : a + b),
        ),
        ['a'],
      ),
    ).rejects.toThrow('has no right identity: combine(a, empty) is "ax"');
  });

  it('tells apart what a serializer would', async () => {
    await expect(
      checkMonoid(
        monoid(
          () => 0,
          (a, b) => a + b,
        ),
        [-0],
      ),
    ).rejects.toThrow('no left identity');
    const forget = monoid<Map<string, number>>(
      () => new Map(),
      (a, b) => new Map([...a, ...b].slice(0, 1)),
    );
    await expect(
      checkMonoid(forget, [
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ]),
    ).rejects.toThrow('Map { ["a", 1], ["b", 2] }');
  });

  it('takes an equality for results that are only nearly the same', async () => {
    const sum = monoid(
      () => 0,
      (a, b) => a + b,
    );
    await expect(checkMonoid(sum, [0.1, 0.2, 0.3])).rejects.toThrow('not associative');
    await checkMonoid(sum, [0.1, 0.2, 0.3], { equals: (a, b) => Math.abs(a - b) < 1e-9 });
  });

  it('takes a monoid with arguments, or a factory and arguments for it', async () => {
    const modulo = defineMonoid({
      name: 'modulo',
      empty: () => 0,
      create: (m: number) => async (a: number, b: number) => (a + b) % m,
    });
    await checkMonoid(modulo(7), [0, 3, 6]);
    await checkMonoid(modulo, [0, 3, 6], { args: [7] });
    await expect(checkMonoid(modulo, [0, 3, 6], { args: [5] })).rejects.toThrow('left identity');
  });

  it('tries a bounded number of triples, with every sample in every place', async () => {
    const places = [new Set<number>(), new Set<number>(), new Set<number>()];
    const combine = vi.fn((a: number[], b: number[]) => [...a, ...b]);
    await checkMonoid(
      monoid<number[]>(() => [], combine),
      Array.from({ length: 60 }, (_, i) => [i]),
    );
    for (const { value } of combine.mock.results) {
      const list = value as number[];
      if (list.length === 3) list.forEach((sample, place) => places[place]?.add(sample));
    }
    expect(combine.mock.calls.length).toBeLessThanOrEqual(4 * 10_000 + 2 * 60);
    expect(places.map((seen) => seen.size)).toEqual([60, 60, 60]);
  });

  it('refuses what is no monoid', async () => {
    const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
    await expect(checkMonoid(double as never, [1])).rejects.toThrow('expected what defineMonoid returns');
  });

  it('passes what changes its left argument and returns it', async () => {
    const lists = monoid<number[]>(
      () => [],
      (a, b) => {
        a.push(...b);
        return a;
      },
    );
    await checkMonoid(lists, [[], [1], [2, 3]]);
  });

  it('finds a combine that returns the same object each time', async () => {
    const out = new Float64Array(2);
    const sums = monoid(
      () => new Float64Array(2),
      (a, b) => {
        out.set([(a[0] ?? 0) + (b[0] ?? 0), (a[1] ?? 0) + (b[1] ?? 0)]);
        return out;
      },
    );
    const samples = [Float64Array.of(1, 2), Float64Array.of(3, 4)];
    await expect(checkMonoid(sums, samples)).rejects.toThrow('a later combine overwrites');
  });

  it('finds an empty that is one object, which combine changes', async () => {
    const shared: number[] = [];
    const lists = monoid(
      () => shared,
      (a: number[], b) => {
        a.push(...b);
        return a;
      },
    );
    await expect(checkMonoid(lists, [[1], [2]])).rejects.toThrow('identity');
  });
});
