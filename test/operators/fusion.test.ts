import {
  connect,
  defineMonoid,
  defineOperation,
  fromPull,
  inMemory,
  msgpack,
  remoteFold,
  remoteMap,
  TransientError,
  type OperationContext,
  type PaladinError,
  type Runtime,
} from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, map, of, range, take, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../support/outcome.js';

/** Jobs that the stages were part of, and the indices that they were told. */
const traced = (name: string): { operation: ReturnType<typeof define>; jobs: Set<string>; indices: number[] } => {
  const jobs = new Set<string>();
  const indices: number[] = [];
  const operation = define(name, ({ jobId, index }) => {
    jobs.add(jobId);
    indices.push(index);
  });
  return { operation, jobs, indices };
};
const define = (name: string, tell: (context: OperationContext) => void) =>
  defineOperation({
    name,
    execute: (x: number, context) => {
      tell(context);
      return x + 1;
    },
  });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

describe('remote operators in a row', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('are one job', async () => {
    const [f, g] = [traced('f-1'), traced('g-1')];
    const values = range(0, 50).pipe(remoteMap(f.operation, runtime), remoteMap(g.operation, runtime), toArray());
    expect(await lastValueFrom(values)).toEqual(Array.from({ length: 50 }, (_, x) => x + 2));
    expect(f.jobs.size).toBe(1);
    expect(g.jobs).toEqual(f.jobs);
  });

  it('are one job with the fold after them, which combines mapped elements where they are', async () => {
    const f = traced('f-2');
    const jobs = new Set<string>();
    const tracedSum = defineMonoid({
      name: 'traced-sum',
      empty: () => 0,
      combine: (a: number, b: number, { jobId }: OperationContext) => {
        jobs.add(jobId);
        return a + b;
      },
    });
    expect(await lastValueFrom(range(0, 50).pipe(remoteMap(f.operation, runtime), remoteFold(tracedSum, runtime)))).toBe(1_275);
    expect(jobs).toEqual(f.jobs);
  });

  it.each([
    ['one of them does not want it', { fuse: false }, {}],
    ['the other does not want it', {}, { fuse: false }],
    ['the first leaves elements out', { onFatal: 'skip' }, {}],
    ['their orders differ', { ordered: false }, { ordered: true }],
    ['their batches differ', { batch: 2 }, { batch: 3 }],
    ['their windows differ', { window: 20 }, { window: 30 }],
  ] as const)('are jobs of their own where %s', async (why, ofFirst, ofSecond) => {
    const [f, g] = [traced(`f-${why.replaceAll(' ', '-')}`), traced(`g-${why.replaceAll(' ', '-')}`)];
    const chain = range(0, 10).pipe(
      remoteMap(f.operation, runtime, ofFirst),
      remoteMap(g.operation, runtime, ofSecond),
      toArray(),
    );
    expect((await lastValueFrom(chain)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, x) => x + 2));
    expect([f.jobs.size, g.jobs.size]).toEqual([1, 1]);
    expect(g.jobs).not.toEqual(f.jobs);
  });

  it('are jobs of their own where another operator stands in between, or a fold', async () => {
    const [f, g, h] = [traced('f-3'), traced('g-3'), traced('h-3')];
    const chain = range(0, 10).pipe(
      remoteMap(f.operation, runtime),
      map((x) => x),
      remoteMap(g.operation, runtime),
      remoteFold(sum, runtime),
      remoteMap(h.operation, runtime),
    );
    expect(await lastValueFrom(chain)).toBe(66);
    expect(new Set([...f.jobs, ...g.jobs, ...h.jobs]).size).toBe(3);
  });

  it('are jobs of their own on runtimes of their own', async () => {
    await using other = inMemory({ workers: 1 });
    const [f, g] = [traced('f-4'), traced('g-4')];
    expect(
      await lastValueFrom(range(0, 3).pipe(remoteMap(f.operation, runtime), remoteMap(g.operation, other), toArray())),
    ).toEqual([2, 3, 4]);
    expect(g.jobs).not.toEqual(f.jobs);
  });

  it('share what one of them asks of the job', async () => {
    const [f, g] = [traced('f-5'), traced('g-5')];
    const chain = range(0, 10).pipe(
      remoteMap(f.operation, runtime, { window: 5 }),
      remoteMap(g.operation, runtime, { batch: 2 }),
      toArray(),
    );
    await lastValueFrom(chain);
    expect(g.jobs).toEqual(f.jobs);
  });

  it.each([
    ['labels', {}, { labels: ['gpu'] }],
    ['labels', { labels: ['gpu'] }, {}],
    ['priority', { priority: 1 }, {}],
    ['serializer', {}, { serializer: msgpack }],
  ])('are jobs of their own where they are placed differently, by %s', async (_, one, other) => {
    await using hub = await startHub({ port: 0 });
    const [f, g] = [traced('f-10'), traced('g-10')];
    const operations = [f.operation, g.operation];
    await using worker = await startWorker({ hub: hub.url, operations, labels: ['gpu'] });
    await using connected = await connect(hub.url);
    await lastValueFrom(
      range(0, 3).pipe(remoteMap(f.operation, connected, one), remoteMap(g.operation, connected, other), toArray()),
    );
    expect(g.jobs).not.toEqual(f.jobs);
    expect(worker.slots).toBe(4);
  });

  it('are divided between workers that offer a part each, and pull no more than the window', async () => {
    await using hub = await startHub({ port: 0 });
    await using connected = await connect(hub.url, { noWorkerTimeout: 10_000 });
    const [f, g, h] = [traced('f-11'), traced('g-11'), traced('h-11')];
    let pulled = 0;
    const endless = function* (): Generator<number> {
      for (;;) yield pulled++;
    };
    const chain = fromPull(endless()).pipe(
      remoteMap(f.operation, connected, { window: 8 }),
      remoteMap(g.operation, connected, { window: 8 }),
      remoteMap(h.operation, connected, { window: 8 }),
      take(300),
      toArray(),
    );
    const result = lastValueFrom(chain);
    await using one = await startWorker({ hub: hub.url, operations: [f.operation] });
    await using two = await startWorker({ hub: hub.url, operations: [g.operation, h.operation] });
    expect(await result).toEqual(Array.from({ length: 300 }, (_, at) => at + 3));
    expect(pulled).toBeLessThan(400);
    // What they are told is the job of the whole chain.
    expect([f.jobs.size, g.jobs, h.jobs]).toEqual([1, f.jobs, f.jobs]);
    expect(one.slots + two.slots).toBe(8);
  });

  it('tell each stage the index of the element', async () => {
    const [f, g] = [traced('f-6'), traced('g-6')];
    await lastValueFrom(range(100, 20).pipe(remoteMap(f.operation, runtime), remoteMap(g.operation, runtime)));
    const indices = Array.from({ length: 20 }, (_, at) => at);
    expect(f.indices.toSorted((a, b) => a - b)).toEqual(indices);
    expect(g.indices.toSorted((a, b) => a - b)).toEqual(indices);
  });

  it('set each stage up with its own arguments', async () => {
    const add = defineOperation({ name: 'add', create: (much: number) => (x: number) => x + much });
    const chain = of(1, 2).pipe(
      remoteMap(add(10), runtime),
      remoteMap(add(100), runtime),
      remoteMap(add(1_000), runtime),
      toArray(),
    );
    expect(await lastValueFrom(chain)).toEqual([1_111, 1_112]);
  });

  it('can be branched off anywhere', async () => {
    const add = defineOperation({ name: 'add-branch', create: (much: number) => (x: number) => x + much });
    const trunk = of(1, 2).pipe(remoteMap(add(10), runtime));
    const results = await Promise.all([
      lastValueFrom(trunk.pipe(toArray())),
      lastValueFrom(trunk.pipe(remoteMap(add(100), runtime), toArray())),
      lastValueFrom(trunk.pipe(remoteMap(add(200), runtime), toArray())),
      lastValueFrom(trunk.pipe(remoteFold(sum, runtime))),
    ]);
    expect(results).toEqual([[11, 12], [111, 112], [211, 212], 23]);
  });

  it('name the stage that failed', async () => {
    const failing = defineOperation({
      name: 'failing',
      execute: (x: number) => {
        if (x === 6) throw new RangeError('six');
        return x;
      },
    });
    const f = traced('f-7');
    const error = await failureOf(
      range(0, 10).pipe(remoteMap(f.operation, runtime), remoteMap(failing, runtime), remoteFold(sum, runtime)),
    );
    expect(error).toMatchObject({ code: 'OPERATION_FAILED', operation: 'failing', index: 5, attempts: 1 });
  });

  it.each([true, false])('are told the tries that reached them, whether they share trips or not (fuse: %s)', async (fuse) => {
    await using runtime = inMemory();
    const told = new Map<string, number[]>();
    const retry = { strategy: 'immediate', maxRetries: 5 } as const;
    /** Fails so often at the element 3. */
    const failing = (name: string, times: number) =>
      defineOperation({
        name,
        execute: (x: number, { attempt }) => {
          if (x !== 3) return x;
          told.set(name, [...(told.get(name) ?? []), attempt]);
          if (attempt <= times) throw new TransientError(`${name} at ${attempt}`, { retry });
          return x;
        },
      });
    const [early, late, never] = [failing('early', 2), failing('late', 1), failing('never', 9)];
    const chain = range(0, 6).pipe(remoteMap(early, runtime, { fuse }), remoteMap(late, runtime, { fuse }));
    expect(await lastValueFrom(chain.pipe(remoteFold(sum, runtime, { fuse })))).toBe(15);
    expect(told.get('late')).toEqual([1, 2]);
    // Fused, the first stage is executed again with those behind it.
    expect(told.get('early')).toEqual(fuse ? [1, 2, 3, 4] : [1, 2, 3]);
    expect(await failureOf(chain.pipe(remoteMap(never, runtime, { fuse })))).toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      operation: 'never',
      attempts: 6,
    });
    expect(told.get('never')).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('tell a fold the tries that reached it', async () => {
    const told: number[] = [];
    const early = defineOperation({
      name: 'early-2',
      execute: (x: number, { attempt }) => {
        if (attempt < 3) throw new TransientError('not yet');
        return x;
      },
    });
    const adding = defineMonoid({
      name: 'adding',
      empty: () => 0,
      combine: (a: number, b: number, { attempt }) => {
        told.push(attempt);
        if (told.length === 1) throw new TransientError('once');
        return a + b;
      },
    });
    expect(await lastValueFrom(of(1, 2).pipe(remoteMap(early, runtime), remoteFold(adding, runtime)))).toBe(3);
    expect(told).toEqual([1, 2]);
  });

  it('keep to the timeout, the retries and the skipping of each stage', async () => {
    const tries = vi.fn();
    const flaky = defineOperation({
      name: 'flaky',
      execute: (x: number) => {
        tries(x);
        if (x === 3 && tries.mock.calls.filter(([tried]) => tried === 3).length < 3) throw new Error('not yet');
        return x;
      },
    });
    const odd = defineOperation({
      name: 'odd',
      execute: (x: number) => {
        if (x % 2 === 0) throw new Error('even');
        return x;
      },
    });
    const skipped = vi.fn<(error: PaladinError) => void>();
    const chain = range(0, 6).pipe(
      remoteMap(flaky, runtime, { retry: { strategy: 'immediate', maxRetries: 5 } }),
      remoteMap(odd, runtime, { onFatal: 'skip', onSkip: skipped }),
      toArray(),
    );
    expect(await lastValueFrom(chain)).toEqual([1, 3, 5]);
    expect(skipped.mock.calls.map(([error]) => error.index)).toEqual([0, 2, 4]);
  });
});
