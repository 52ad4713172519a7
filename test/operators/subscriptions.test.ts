import { defineOperation, inMemory, remoteMap, type Runtime } from 'paladin-rx';
import {
  concat,
  lastValueFrom,
  mergeMap,
  NEVER,
  of,
  range,
  share,
  Subject,
  switchMap,
  take,
  takeUntil,
  timeout,
  TimeoutError,
  toArray,
  tap,
} from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aborted, gate } from '../support/gate.js';
import { outcomeOf } from '../support/outcome.js';
import { watched } from '../support/sources.js';

const jobOf = defineOperation({ name: 'job-of', execute: (_: unknown, { jobId }) => jobId });
const relay = defineOperation({ name: 'relay', execute: (value: unknown) => value });

describe('subscriptions to a remote operator', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('are a job each', async () => {
    const jobs = of(1, 2, 3).pipe(remoteMap(jobOf, runtime), toArray());
    const [one, other] = await Promise.all([lastValueFrom(jobs), lastValueFrom(jobs)]);
    expect(new Set(one).size).toBe(1);
    expect(new Set(other).size).toBe(1);
    expect(one[0]).not.toBe(other[0]);
  });

  it('are one job when shared', async () => {
    const counted = watched(of(1, 2, 3));
    const shared = counted.source.pipe(remoteMap(jobOf, runtime), share());
    const [one, other] = await Promise.all([lastValueFrom(shared.pipe(toArray())), lastValueFrom(shared.pipe(toArray()))]);
    expect(one).toEqual(other);
    expect(counted.subscriptions).toBe(1);
  });

  it('end the job where the last of those that share it is gone', async () => {
    const subject = new Subject<number>();
    const shared = subject.pipe(remoteMap(relay, runtime), share());
    const one = shared.subscribe();
    const other = shared.subscribe();
    one.unsubscribe();
    expect(subject.observed).toBe(true);
    other.unsubscribe();
    expect(subject.observed).toBe(false);
  });

  it('are left by switchMap for the next, and their work is cancelled', async () => {
    const signals: AbortSignal[] = [];
    const { opened, open } = gate();
    const searching = defineOperation({
      name: 'searching',
      execute: async (word: string, { signal }) => {
        signals.push(signal);
        if (word === 'first') await aborted(signal);
        else await opened;
        return word.toUpperCase();
      },
    });
    const words = new Subject<string>();
    const found = lastValueFrom(
      words.pipe(
        switchMap((word) => of(word).pipe(remoteMap(searching, runtime))),
        toArray(),
      ),
    );
    words.next('first');
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    words.next('second');
    await vi.waitFor(() => expect(signals).toHaveLength(2));
    words.complete();
    expect(await aborted(signals[0] as AbortSignal)).toMatchObject({ name: 'AbortError' });
    open();
    expect(await found).toEqual(['SECOND']);
    expect(signals[1]?.aborted).toBe(false);
  });

  it('run side by side in mergeMap', async () => {
    const lists = range(0, 20).pipe(
      mergeMap((from) => range(from * 10, 10).pipe(remoteMap(relay, runtime))),
      toArray(),
    );
    const values = (await lastValueFrom(lists)) as number[];
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, x) => x));
  });

  it('end by the timeout operator, which leaves the source', async () => {
    const stuck = defineOperation({ name: 'stuck', execute: async (_: number, { signal }) => await aborted(signal) });
    const counted = watched(concat(of(1), NEVER));
    const { error } = await outcomeOf(counted.source.pipe(remoteMap(stuck, runtime), timeout(20)));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(counted.ended).toBe(1);
    expect(await runtime.run(relay, 1)).toBe(1);
  });

  it('end by takeUntil', async () => {
    const stop = new Subject<void>();
    const counted = watched(concat(of(1), NEVER));
    const stopSoon = tap(() => {
      queueMicrotask(() => {
        stop.next();
      });
    });
    const outcome = outcomeOf(counted.source.pipe(remoteMap(relay, runtime), stopSoon, takeUntil(stop)));
    expect(await outcome).toEqual({ values: [1] });
    expect(counted.ended).toBe(1);
  });

  it('may be begun and ended by the hundred, each for itself', async () => {
    const all = await Promise.all(
      Array.from(
        { length: 200 },
        async (_, x) => await lastValueFrom(concat(of(x), NEVER).pipe(remoteMap(relay, runtime), take(1))),
      ),
    );
    expect(all).toEqual(Array.from({ length: 200 }, (_, x) => x));
  });
});
