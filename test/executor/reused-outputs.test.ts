import { defineMonoid, defineOperation, flatted, inMemory, msgpack, remoteFold, remoteMap } from 'paladin-rx';
import { from, lastValueFrom, map as mapTo, range, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { outputCopy } from '../../src/executor/output-copy.js';

const bytes = new Uint8Array(4);
const record: { n: number; deep?: { n: number } } = { n: 0, deep: { n: 0 } };
const list = [0, [0]];
const map = new Map([['n', 0]]);
const date = new Date(0);

/** Operations that fill the same object anew each time, and what their outputs say. */
const kinds: readonly [string, (n: number) => unknown, (output: never) => number][] = [
  ['bytes', (n) => bytes.fill(n), (output: Uint8Array) => output[3] ?? -1],
  ['a Buffer', (n) => Buffer.from(bytes.buffer).fill(n), (output: Uint8Array) => output[3] ?? -1],
  ['a buffer', (n) => bytes.fill(n).buffer, (output: ArrayBuffer) => new Uint8Array(output)[3] ?? -1],
  ['a view in a record', (n) => ({ view: bytes.fill(n) }), ({ view }: { view: Uint8Array }) => view[3] ?? -1],
  ['a record', (n) => Object.assign(record, { n }), ({ n }: { n: number }) => n],
  [
    'a record in a record',
    (n) => (Object.assign(record.deep ?? {}, { n }), record),
    ({ deep }: { deep: { n: number } }) => deep.n,
  ],
  ['a list', (n) => (list.splice(0, 2, n, [n]), list), ([, [n]]: [number, [number]]) => n],
  ['a Map', (n) => map.set('n', n), (output: Map<string, number>) => output.get('n') ?? -1],
  ['a Date', (n) => (date.setTime(n), date), (output: Date) => output.getTime()],
];

describe('an operation that returns the same object each time, filled anew', () => {
  it.each(kinds)('gives what it held when it was returned, whatever the batch size: %s', async (name, execute, read) => {
    await using runtime = inMemory({ workers: 1 });
    const fill = defineOperation({ name: `fill ${name}`.replaceAll(' ', '-'), execute });
    for (const serializer of ['msgpack', 'flatted'] as const) {
      for (const batch of ['auto', 1, 2, 9] as const) {
        const outputs = await lastValueFrom(range(0, 9).pipe(remoteMap(fill, runtime, { batch, serializer }), toArray()));
        expect(outputs.map((output) => read(output as never))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      }
    }
    const numbers = defineMonoid<unknown>({
      name: `all ${name}`.replaceAll(' ', '-'),
      empty: () => [],
      combine: (left, right) => [left, right].flatMap((side) => (isRead(side) ? side : [{ read: read(side as never) }])),
    });
    const folded = await lastValueFrom(range(0, 9).pipe(remoteMap(fill, runtime), remoteFold(numbers, runtime)));
    expect((folded as { read: number }[]).map((item) => item.read)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('a combine that returns the same object each time, filled anew', () => {
  const own = { from: 0, to: 0, count: 0 };
  const ownBytes = new Uint32Array(3);
  type Span = ArrayLike<number> & { from?: number; to?: number; count?: number };
  const valuesOf = (span: Span): [number, number, number] => [
    span.from ?? span[0] ?? 0,
    span.to ?? span[1] ?? 0,
    span.count ?? span[2] ?? 0,
  ];
  const joined = (left: Span, right: Span): [number, number, number] => {
    const [from, , before] = valuesOf(left);
    const [, to, after] = valuesOf(right);
    return [from, to, before + after];
  };
  const ways: readonly [string, (left: Span, right: Span) => unknown][] = [
    ['a record', (left, right) => (([own.from, own.to, own.count] = joined(left, right)), own)],
    ['bytes', (left, right) => (ownBytes.set(joined(left, right)), ownBytes)],
    ['a view of the same bytes', (left, right) => (ownBytes.set(joined(left, right)), ownBytes.subarray(0))],
    ['later', async (left, right) => (await Promise.resolve(), ([own.from, own.to, own.count] = joined(left, right)), own)],
  ];
  it.each(ways)('gives the same whatever the batch size, also where elements are skipped: %s', async (name, combine) => {
    const monoid = defineMonoid<Span>({
      name: `span-${name}`.replaceAll(' ', '-'),
      empty: () => ({ length: 0, from: 0, to: 0, count: 0 }),
      combine: combine as (left: Span, right: Span) => Span,
    });
    const start = defineOperation({
      name: 'start',
      execute: (n: number): Span => {
        if (n === 9) throw new Error('left out');
        return { length: 0, from: n, to: n, count: 1 };
      },
    });
    for (const batch of ['auto', 1, 2, 3, 7, 20] as const) {
      await using runtime = inMemory({ workers: 1 });
      const skipping = { batch, onFatal: 'skip' } as const;
      const whole = await lastValueFrom(
        range(0, 20).pipe(remoteMap(start, runtime, skipping), remoteFold(monoid, runtime, skipping)),
      );
      expect(valuesOf(whole)).toEqual([0, 19, 19]);
    }
  });
});

describe('a combine that fills a part of its results anew', () => {
  const inner = { n: 0 };
  const innerBytes = new Uint8Array(1);
  const innerMap = new Map([['n', 0]]);
  const total = { n: 0, all: [] as number[] };
  type Outer = { s: { n: number } } | { s: Uint8Array } | { s: Map<string, number> } | { s: { n: number; all: number[] } };
  const ways: readonly [string, (n: number) => Outer, (result: never) => number, (n: number) => Outer][] = [
    ['a record', (n) => ({ s: { n } }), ({ s }: { s: { n: number } }) => s.n, (n) => ({ s: Object.assign(inner, { n }) })],
    ['bytes', (n) => ({ s: new Uint8Array([n]) }), ({ s }: { s: Uint8Array }) => s[0] ?? -1, (n) => ({ s: innerBytes.fill(n) })],
    [
      'a view of one buffer',
      (n) => ({ s: new Uint8Array([n]) }),
      ({ s }: { s: Uint8Array }) => s[0] ?? -1,
      (n) => ({ s: new Uint8Array(innerBytes.fill(n).buffer) }),
    ],
    [
      'a Map',
      (n) => ({ s: new Map([['n', n]]) }),
      ({ s }: { s: Map<string, number> }) => s.get('n') ?? -1,
      (n) => ({ s: innerMap.set('n', n) }),
    ],
    [
      'the kept state',
      (n) => ({ s: { n, all: [n] } }),
      ({ s }: { s: { n: number } }) => s.n,
      (n) => ({ s: Object.assign(total, { n, all: [n] }) }),
    ],
  ];
  it.each(ways)(
    'gives the same whatever the batch size, also where elements are skipped: %s',
    async (name, first, read, make) => {
      const monoid = defineMonoid<Outer>({
        name: `inner ${name}`.replaceAll(' ', '-'),
        empty: () => first(0),
        combine: (left, right) => make(read(left as never) + read(right as never)),
      });
      const start = defineOperation({
        name: 'start',
        execute: (n: number): Outer => {
          if (n === 9) throw new Error('left out');
          return first(n);
        },
      });
      for (const fuse of [true, false]) {
        for (const batch of ['auto', 1, 2, 3, 7, 20] as const) {
          await using runtime = inMemory({ workers: 1 });
          const skipping = { batch, fuse, onFatal: 'skip' } as const;
          const whole = await lastValueFrom(
            range(0, 20).pipe(remoteMap(start, runtime, skipping), remoteFold(monoid, runtime, skipping)),
          );
          expect(read(whole as never)).toBe(181);
        }
      }
    },
  );

  it('may share a constant', async () => {
    const unit = { name: 'm', of: ['length'] };
    const sum = defineMonoid({
      name: 'sum-of-lengths',
      empty: () => ({ n: 0, unit }),
      combine: (left: { n: number }, right: { n: number }) => ({ n: left.n + right.n, unit }),
    });
    await using runtime = inMemory({ workers: 1 });
    const lengths = range(0, 100).pipe(mapTo((n) => ({ n, unit })));
    expect(await lastValueFrom(lengths.pipe(remoteFold(sum, runtime, { batch: 50 })))).toEqual({ n: 4_950, unit });
    expect(unit).toEqual({ name: 'm', of: ['length'] });
  });
});

it.each([
  { fuse: true, isLate: false },
  { fuse: false, isLate: false },
  { fuse: true, isLate: true },
  { fuse: false, isLate: true },
])('an operation may change what an earlier one has kept ($fuse, $isLate)', async ({ fuse, isLate }) => {
  const kept = { n: 0, list: [3, 1, 2], map: new Map([['n', 0]]) };
  const cached = defineOperation({ name: 'cached', execute: (_: number) => (isLate ? Promise.resolve(kept) : kept) });
  const change = defineOperation({
    name: 'change',
    execute: (input: typeof kept) => {
      input.list.push(9);
      input.map.set('n', 1 + (input.map.get('n') ?? 0));
      return [++input.n, input.list.length, input.map.get('n')];
    },
  });
  await using runtime = inMemory({ workers: 1 });
  for (const batch of [1, 2, 4] as const) {
    const options = { batch, fuse };
    const changed = range(0, 4).pipe(remoteMap(cached, runtime, options), remoteMap(change, runtime, options), toArray());
    expect(await lastValueFrom(changed)).toEqual([1, 1, 1, 1].map((n) => [n, 4, n]));
  }
});

it.each([undefined, 10_000])('a fold does not list the keys of its results again and again (timeout %s)', async (timeout) => {
  let listings = 0;
  const counting = (counts: Record<string, number>): Record<string, number> =>
    new Proxy(counts, { ownKeys: (target) => ((listings += 1), Reflect.ownKeys(target)) });
  const tally = defineMonoid<Record<string, number>>({
    name: 'tally',
    empty: () => ({}),
    combine: (left, right) => {
      const counts: Record<string, number> = {};
      for (let at = 0; at < 100; at += 1) counts[`word ${at}`] = (left[`word ${at}`] ?? 0) + (right[`word ${at}`] ?? 0);
      return counting(counts);
    },
  });
  await using runtime = inMemory({ workers: 1 });
  const options = { batch: 500, ...(timeout !== undefined && { timeout }) };
  const ones = range(0, 500).pipe(mapTo(() => ({ 'word 7': 1 })));
  expect((await lastValueFrom(ones.pipe(remoteFold(tally, runtime, options))))['word 7']).toBe(500);
  // It is encoded once.
  expect(listings).toBeLessThan(10);
});

it('a source may give the same object again, which an operation changes', async () => {
  const one = { n: 0 };
  const bump = defineOperation({ name: 'bump', execute: (input: { n: number }) => (input.n++, input) });
  await using runtime = inMemory({ workers: 1 });
  for (const serializer of ['msgpack', 'flatted'] as const) {
    for (const batch of [1, 2, 5] as const) {
      const outputs = from([one, one, one, one, one]).pipe(remoteMap(bump, runtime, { batch, serializer }), toArray());
      expect(await lastValueFrom(outputs)).toEqual([1, 1, 1, 1, 1].map((n) => ({ n })));
    }
  }
});

describe('the copy of an output', () => {
  const holes = [1];
  holes[2] = 3;
  it.each<[string, unknown]>([
    ['a list with holes', holes],
    ['a match', 'ab'.match(/b/)],
    [
      'the arguments of a function',
      (function (..._: number[]) {
        return arguments;
      })(1),
    ],
    ['a symbol key', { [Symbol('s')]: 1 }],
    ['a typed array with a property', Object.assign(new Uint8Array(2), { unit: 1 })],
  ])('is refused as the output is: %s', (_, value) => {
    for (const serializer of [msgpack, flatted]) expect(() => serializer.encode([outputCopy(value, serializer)])).toThrow();
  });

  it('keeps cycles, and what shows one buffer', () => {
    const cycle: Record<string, unknown> = { n: 1 };
    cycle['self'] = cycle;
    const copy = outputCopy(cycle, msgpack) as typeof cycle;
    expect(copy).not.toBe(cycle);
    expect(copy['self']).toBe(copy);
    const buffer = new ArrayBuffer(16);
    const [one, two] = outputCopy([new Uint8Array(buffer, 4, 8), new Float64Array(buffer)], msgpack) as [
      Uint8Array,
      Float64Array,
    ];
    expect(one.buffer).toBe(two.buffer);
  });
});

function isRead(side: unknown): side is { read: number }[] {
  return Array.isArray(side) && side.every((item) => typeof item === 'object' && item !== null && 'read' in item);
}
