import { connect, defineOperation, fromPull, inMemory, remoteMap, type Runtime } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { combineLatest, firstValueFrom, from, lastValueFrom, map, mergeMap, of, Subject, take, toArray, zip } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { gate } from '../support/gate.js';
import { rejectionOf } from '../support/outcome.js';

const increase = defineOperation({ name: 'increase', execute: (x: number) => x + 1 });
const finish = gate();
const held = defineOperation({
  name: 'held',
  execute: async (x: number) => {
    await finish.opened;
    return x;
  },
});
const created: number[] = [];
const add = defineOperation({
  name: 'add',
  create: (term: number) => {
    created.push(term);
    return (x: number) => x + term;
  },
});
const append = defineOperation({ name: 'append', create: (text: string) => (x: string) => x + text });

/** A hub that admits so much of a leader, with a worker, and a leader. */
async function small(
  limits: { maxJobsPerLeader: number } | { maxDescriptionBytesPerLeader: number },
  body: (leader: Runtime) => Promise<void>,
  noWorkerTimeout = 20_000,
): Promise<void> {
  await using hub = await startHub({ port: 0, ...limits });
  await using _worker = await startWorker({ hub: hub.url, operations: [increase, add, held, append], slots: 4 });
  await using leader = await connect(hub.url, { noWorkerTimeout });
  await body(leader);
}

describe('more jobs than a hub admits of a leader', () => {
  it('all get their outputs: live streams that are idle and wake by turns', async () => {
    await small({ maxJobsPerLeader: 2 }, async (leader) => {
      const streams = Array.from({ length: 20 }, () => new Subject<number>());
      const outputs = streams.map((stream) => lastValueFrom(stream.pipe(remoteMap(increase, leader), toArray())));
      for (let round = 0; round < 5; round += 1) {
        for (const [at, stream] of streams.entries()) stream.next(100 * round + at);
        await leader.run(increase, round);
      }
      for (const stream of streams) stream.complete();
      expect(await Promise.all(outputs)).toEqual(streams.map((_, at) => [1, 101, 201, 301, 401].map((x) => x + at)));
    });
  });

  it('all end: operators that wait for several of them', async () => {
    await small({ maxJobsPerLeader: 2 }, async (leader) => {
      const live = Array.from({ length: 12 }, () => new Subject<number>());
      const latest = firstValueFrom(combineLatest(live.map((stream) => stream.pipe(remoteMap(increase, leader)))));
      for (const [at, stream] of live.entries()) stream.next(at);
      expect(await latest).toEqual(live.map((_, at) => at + 1));

      const pairs = zip(Array.from({ length: 6 }, (_, at) => from([at, at + 1]).pipe(remoteMap(increase, leader))));
      expect(await lastValueFrom(pairs.pipe(toArray()))).toEqual([
        [1, 2, 3, 4, 5, 6],
        [2, 3, 4, 5, 6, 7],
      ]);
    });
  });

  it('all end: chains in which a job feeds another, also without end', async () => {
    await small({ maxJobsPerLeader: 1 }, async (leader) => {
      function* naturals(): Generator<number> {
        for (let n = 0; ; n += 1) yield n;
      }
      let chain = fromPull(naturals());
      for (let stage = 0; stage < 4; stage += 1) {
        chain = chain.pipe(
          remoteMap(increase, leader, { window: 32 }),
          map((x) => x),
        );
      }
      expect(await lastValueFrom(chain.pipe(take(500), toArray()))).toEqual(Array.from({ length: 500 }, (_, n) => n + 4));
      const nested = from([1, 2, 3]).pipe(
        remoteMap(increase, leader),
        mergeMap((x) => of(x).pipe(remoteMap(add(10), leader))),
        mergeMap((x) => leader.run(add(100), x, { priority: 1 })),
        toArray(),
      );
      expect((await lastValueFrom(nested)).toSorted((a, b) => a - b)).toEqual([112, 113, 114]);
    });
  });

  it('set up their operations again when they come back, and keep what is set up while nobody needs their place', async () => {
    await small({ maxJobsPerLeader: 1 }, async (leader) => {
      const outputs = new Subject<number>();
      const [one, two] = [1_000, 2_000].map((term) => {
        const stream = new Subject<number>();
        stream.pipe(remoteMap(add(term), leader)).subscribe(outputs);
        return async (x: number): Promise<number> => {
          const output = firstValueFrom(outputs);
          stream.next(x);
          return await output;
        };
      });
      created.length = 0;
      expect([await one?.(1), await one?.(2)]).toEqual([1_001, 1_002]);
      expect(created).toEqual([1_000]);
      expect([await two?.(1), await one?.(3)]).toEqual([2_001, 1_003]);
      expect(created).toEqual([1_000, 2_000, 1_000]);
    });
  });

  it('end with an error that names the limit where all places are taken for too long, and leave the others alone', async () => {
    await small(
      { maxJobsPerLeader: 2 },
      async (leader) => {
        const holding = [leader.run(held, 1, { priority: 1 }), leader.run(held, 2, { priority: 1 })];
        const error = await rejectionOf(leader.run(increase, 1));
        expect(error).toMatchObject({
          code: 'LIMIT_EXCEEDED',
          message:
            'no room for a further job at the hub within 200 ms: all 2 that the hub admits of one leader are open, and have something under way (maxJobsPerLeader, --max-jobs-per-leader)',
        });
        finish.open();
        expect(await Promise.all(holding)).toEqual([1, 2]);
        expect(await leader.run(increase, 1)).toBe(2);
      },
      200,
    );
  });

  it('have room for their arguments, which idle ones leave to others, also when the hub is back', async () => {
    const texts = Array.from({ length: 6 }, (_, at) => `${at}`.repeat(30_000));
    await small({ maxDescriptionBytesPerLeader: 80_000 }, async (leader) => {
      const streams = texts.map(() => new Subject<string>());
      const outputs = streams.map((stream, at) =>
        lastValueFrom(
          stream.pipe(
            remoteMap(append(texts[at] ?? ''), leader),
            map((text) => text.length),
            toArray(),
          ),
        ),
      );
      for (let round = 0; round < 3; round += 1) {
        for (const [at, stream] of streams.entries()) stream.next('x'.repeat(at));
        await leader.run(increase, round);
      }
      for (const stream of streams) stream.complete();
      expect(await Promise.all(outputs)).toEqual(texts.map((_, at) => Array.from({ length: 3 }, () => 30_000 + at)));
    });
  });

  it('end with an error that names the limit where their arguments find no room beside those of others, or never would', async () => {
    const waiting = gate();
    const waits = defineOperation({
      name: 'waits',
      create: (_text: string) => async (x: number) => {
        await waiting.opened;
        return x;
      },
    });
    await using hub = await startHub({ port: 0, maxDescriptionBytesPerLeader: 60_000 });
    await using _worker = await startWorker({ hub: hub.url, operations: [waits, append, increase], slots: 2 });
    await using leader = await connect(hub.url, { noWorkerTimeout: 200 });
    const holding = leader.run(waits('w'.repeat(40_000)), 1);
    expect(await rejectionOf(leader.run(append('a'.repeat(30_000)), 'x'))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message:
        'no room for a further job at the hub within 200 ms: its arguments and labels do not fit into the 60000 bytes that the hub admits of one leader, beside those of jobs that have something under way (maxDescriptionBytesPerLeader, --max-description-bytes-per-leader)',
    });
    expect(await rejectionOf(leader.run(append('a'.repeat(60_000)), 'x'))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('(maxDescriptionBytesPerLeader)') as unknown,
    });
    waiting.open();
    expect(await holding).toBe(1);
    expect(await leader.run(append('a'.repeat(30_000)), 'x')).toHaveLength(30_001);
  });

  it('end with an error that names the limit where operations of the leader take all room from what they wait for', async () => {
    await using hub = await startHub({ port: 0, maxBatchesPerLeader: 2 });
    await using leader = await connect(hub.url, { noWorkerTimeout: 200 });
    const outer = defineOperation({
      name: 'outer',
      execute: async (x: number, context) => await context.run(() => leader.run(increase, x)),
    });
    await using _worker = await startWorker({ hub: hub.url, operations: [increase, outer], slots: 8 });
    const error = await rejectionOf(lastValueFrom(from([1, 2, 3, 4]).pipe(remoteMap(outer, leader, { batch: 1 }))));
    expect(error).toMatchObject({
      message: expect.stringContaining(
        'no room for a further batch at the hub within 200 ms: all 2 that the hub admits of one leader are under way (maxBatchesPerLeader, --max-batches-per-leader)',
      ) as unknown,
      cause: { code: 'LIMIT_EXCEEDED' },
    });
  });

  it('are opened at the pace of a hub that admits few openings in a second', async () => {
    const chains = Array.from({ length: 60 }, (_, at) => defineOperation({ name: `plus-${at}`, execute: (x: number) => x + at }));
    await using hub = await startHub({ port: 0, maxJobsOpenedPerSecond: 100 });
    await using _worker = await startWorker({ hub: hub.url, operations: chains, slots: 4 });
    await using leader = await connect(hub.url);
    expect(await Promise.all(chains.map((plus) => leader.run(plus, 1_000)))).toEqual(chains.map((_, at) => 1_000 + at));
    const streams = from(chains).pipe(
      mergeMap((plus) => from([1, 2]).pipe(remoteMap(plus, leader))),
      toArray(),
    );
    expect((await firstValueFrom(streams)).length).toBe(120);
  });
});

describe('an in-memory runtime', () => {
  it('has no limit of jobs', async () => {
    await using runtime = inMemory();
    const streams = Array.from({ length: 1_100 }, () => new Subject<number>());
    const latest = firstValueFrom(combineLatest(streams.map((stream) => stream.pipe(remoteMap(increase, runtime)))));
    for (const [at, stream] of streams.entries()) stream.next(at);
    expect((await latest).every((x, at) => x === at + 1)).toBe(true);
    expect(await runtime.run(increase, 1)).toBe(2);
  });
});
