import { Readable } from 'node:stream';
import {
  connect,
  defineMonoid,
  defineOperation,
  fromPull,
  inMemory,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  type Runtime,
} from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { concatMap, filter, from, lastValueFrom, map, merge, range, share, toArray, type Observable } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '../support/gate.js';

const relay = defineOperation({ name: 'relay', execute: (x: number) => x });
const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const gates = new Map<string, Promise<void>>();
const waitAt = defineOperation({
  name: 'wait-at',
  create: (key: string, at: number) => async (x: number) => {
    if (x === at) await gates.get(key);
    return x;
  },
});
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
const operations = [relay, double, waitAt, sum];

/** Numbers from 0 without end, counted as they are pulled, in three kinds. */
class Endless {
  pulled = 0;
  /** Whether the iterator was let go. */
  left = false;

  *sync(): Generator<number> {
    try {
      for (let x = 0; ; x += 1) {
        this.pulled += 1;
        yield x;
      }
    } finally {
      this.left = true;
    }
  }

  async *async(): AsyncGenerator<number> {
    yield* this.sync();
  }

  stream(): Readable {
    return Readable.from(this.sync(), { highWaterMark: 1 });
  }
}

type Kind = 'sync' | 'async' | 'stream';
const kinds: readonly Kind[] = ['sync', 'async', 'stream'];
/** What a stream has read ahead. */
const ahead = (kind: Kind): number => (kind === 'stream' ? 2 : 0);

/** Reads so many values; the iterator stays open. */
async function readSome<T>(iterator: AsyncIterator<T>, count: number): Promise<T[]> {
  const values: T[] = [];
  while (values.length < count) {
    const step = await iterator.next();
    if (step.done === true) break;
    values.push(step.value);
  }
  return values;
}

describe.each(['in memory', 'over a hub'])('bounded memory %s', (where) => {
  let runtime: Runtime;
  let close: () => Promise<void>;
  beforeAll(async () => {
    if (where === 'in memory') {
      runtime = inMemory();
      close = async () => await runtime.close();
      return;
    }
    const hub = await startHub({ port: 0 });
    const worker = await startWorker({ hub: hub.url, operations, slots: 2 });
    runtime = await connect(hub.url);
    close = async () => {
      await runtime.close();
      await worker.close();
      await hub.close();
    };
  });
  afterAll(async () => {
    await close();
  });

  /** Lets all go on that can: until nothing more is pulled during many trips to a worker and back. */
  async function standstill(endless: Endless): Promise<number> {
    for (let before = -1; before !== endless.pulled;) {
      before = endless.pulled;
      for (let trip = 0; trip < 20; trip += 1) await runtime.run(relay, trip);
    }
    return endless.pulled;
  }

  /**
   * Reads some, waits, reads more, and so on; the bound is on what was pulled beyond what was read. Checks that the values go on.
   */
  async function expectPace(endless: Endless, source: Observable<number>, bound: number, step = 1): Promise<void> {
    const window = 5;
    const iterator = toAsyncIterable(source, { window })[Symbol.asyncIterator]();
    const values: number[] = [];
    for (const count of [1, 9, 100, 1]) {
      values.push(...(await readSome(iterator, count)));
      const pulled = await standstill(endless);
      expect(pulled - values.length).toBeLessThanOrEqual(bound + window);
      expect(pulled).toBeGreaterThan(values.length);
    }
    expect(values).toEqual(Array.from({ length: 111 }, (_, x) => step * x));
    await iterator.return();
    const end = await standstill(endless);
    expect(endless.left).toBe(true);
    await runtime.run(relay, 1);
    expect(endless.pulled).toBe(end);
  }

  describe.each(kinds)('from a source that is %s', (kind) => {
    const endless = (): { endless: Endless; source: Observable<number> } => {
      const made = new Endless();
      return { endless: made, source: fromPull<number>(made[kind]()) };
    };

    it('holds behind a remote operator: its window, and a batch', async () => {
      const { endless: numbers, source } = endless();
      await expectPace(numbers, source.pipe(remoteMap(double, runtime, { window: 20, batch: 4 })), 20 + 4 + ahead(kind), 2);
    });

    it('holds in completion order', async () => {
      const { endless: numbers, source } = endless();
      const mapped = source.pipe(remoteMap(relay, runtime, { window: 20, batch: 4, ordered: false }));
      const iterator = toAsyncIterable(mapped, { window: 5 })[Symbol.asyncIterator]();
      expect(await readSome(iterator, 50)).toHaveLength(50);
      expect(await standstill(numbers)).toBeLessThanOrEqual(50 + 5 + 20 + 4 + ahead(kind));
      await iterator.return();
    });

    it('holds with ordinary operators in between, on both sides', async () => {
      const { endless: numbers, source } = endless();
      const mapped = source.pipe(
        map((x) => x + 1),
        remoteMap(double, runtime, { window: 20, batch: 4 }),
        map((x) => x - 2),
        filter(() => true),
      );
      await expectPace(numbers, mapped, 20 + 4 + ahead(kind), 2);
    });

    it('holds through several jobs in a row', async () => {
      const { endless: numbers, source } = endless();
      const options = { window: 20, batch: 4, fuse: false };
      const mapped = source.pipe(
        remoteMap(double, runtime, options),
        map((x) => x + 1),
        remoteMap(relay, runtime, options),
        remoteMap(relay, runtime, options),
        map((x) => x - 1),
      );
      await expectPace(numbers, mapped, 3 * (20 + 4) + ahead(kind), 2);
    });

    it('holds without a remote operator', async () => {
      const { endless: numbers, source } = endless();
      // What an async source is asked for already comes while it is paused.
      await expectPace(numbers, source.pipe(map((x) => 3 * x)), (kind === 'sync' ? 0 : 1) + ahead(kind), 3);
    });
  });

  it('holds behind an element that takes its time: nothing more is pulled than the window admits', async () => {
    const numbers = new Endless();
    const { opened, open } = gate();
    gates.set(where, opened);
    const mapped = fromPull(numbers.sync()).pipe(remoteMap(waitAt(where, 30), runtime, { window: 16, batch: 1 }));
    const iterator = toAsyncIterable(mapped, { window: 4 })[Symbol.asyncIterator]();
    expect(await readSome(iterator, 30)).toHaveLength(30);
    const next = iterator.next();
    expect(await standstill(numbers)).toBe(30 + 16);
    open();
    expect(await next).toEqual({ done: false, value: 30 });
    // What has waited behind it is not let out all at once.
    expect(await standstill(numbers)).toBeLessThanOrEqual(31 + 4 + 16 + 1);
    expect(await readSome(iterator, 100)).toEqual(Array.from({ length: 100 }, (_, x) => 31 + x));
    await iterator.return();
  });

  it('holds for jobs that are merged, and none of them is kept waiting by the other', async () => {
    const [one, other] = [new Endless(), new Endless()];
    const merged = merge(
      ...[one, other].map((numbers) =>
        fromPull(numbers.sync()).pipe(
          remoteMap(relay, runtime, { window: 20, batch: 4 }),
          map((x) => ({ numbers, x })),
        ),
      ),
    );
    const iterator = toAsyncIterable(merged, { window: 5 })[Symbol.asyncIterator]();
    const values = await readSome(iterator, 400);
    for (const numbers of [one, other]) {
      const own = values.filter((value) => value.numbers === numbers).map(({ x }) => x);
      expect(own).toEqual(Array.from({ length: own.length }, (_, x) => x));
      expect(own.length).toBeGreaterThan(100);
      expect((await standstill(numbers)) - own.length).toBeLessThanOrEqual(5 + 20 + 4);
    }
    await iterator.return();
  });

  it('holds for jobs that are subscribed to later, inside concatMap', async () => {
    const numbers = new Endless();
    const mapped = range(0, 3).pipe(
      concatMap((round) =>
        round < 2 ? from([-round]) : fromPull(numbers.sync()).pipe(remoteMap(relay, runtime, { window: 20, batch: 4 })),
      ),
    );
    const iterator = toAsyncIterable(mapped, { window: 5 })[Symbol.asyncIterator]();
    expect(await readSome(iterator, 12)).toEqual([-0, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await standstill(numbers)).toBeLessThanOrEqual(12 + 5 + 20 + 4);
    await iterator.return();
  });

  it('is not asked of what is shared: a reader that has stopped does not stop the others', async () => {
    const shared = range(0, 200).pipe(remoteMap(relay, runtime, { window: 20, batch: 4 }), share());
    const iterator = toAsyncIterable(shared, { window: 5 })[Symbol.asyncIterator]();
    const first = iterator.next();
    expect(await lastValueFrom(shared.pipe(toArray()))).toHaveLength(200);
    expect(await first).toEqual({ done: false, value: 0 });
    expect(await readSome(iterator, 300)).toHaveLength(199);
  });

  it('lets a fold end as ever, also where the reader is late', async () => {
    const total = range(0, 1_000).pipe(remoteMap(double, runtime), remoteFold(sum, runtime));
    const both = merge(range(0, 3), total);
    const iterator = toAsyncIterable(both, { window: 1 })[Symbol.asyncIterator]();
    expect(await readSome(iterator, 1)).toEqual([0]);
    for (let trip = 0; trip < 50; trip += 1) await runtime.run(relay, trip);
    expect(await readSome(iterator, 10)).toEqual([1, 2, 999_000]);
  });

  it('costs no value: a reader that is late all the time gets all, in order', async () => {
    const count = 3_000;
    const mapped = fromPull(Array.from({ length: count }, (_, x) => x)).pipe(
      remoteMap(double, runtime, { window: 64 }),
      map((x) => x + 1),
      remoteMap(relay, runtime, { window: 32 }),
    );
    const values: number[] = [];
    for await (const value of toAsyncIterable(mapped, { window: 3 })) {
      values.push(value);
      if (value % 50 === 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(values).toEqual(Array.from({ length: count }, (_, x) => 2 * x + 1));
  });
});
