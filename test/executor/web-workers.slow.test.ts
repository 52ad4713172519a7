// What dies, loops and starts again and again, in threads that look like Web Workers.
import { connect, remoteFold, remoteMap, type PaladinError } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { firstValueFrom, from, lastValueFrom, range, take, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import * as operations from '../fixtures/web-operations.mjs';
import { WebWorkerInNode } from '../support/web-workers.js';
import { errorOf, fixture, made, make, quiet, start } from './web-runtime.js';

describe('in Web Workers', () => {
  const { double, sum, invert, loopsAt, hangsAt, throwsAside, rejectsAside, closesAt } = operations;

  it('large values pass, and the page keeps its own', async () => {
    const bytes = new Uint8Array(200_000).map((_, at) => at % 256);
    const on = start();
    const [inverted, again] = await lastValueFrom(from([bytes, bytes]).pipe(remoteMap(invert, on, { batch: 1 }), toArray()));
    expect(inverted).toEqual(bytes.map((byte) => 255 - byte));
    expect(again).toEqual(inverted);
    expect(bytes.byteLength).toBe(200_000);
  });

  it.each([
    ['alone in its batch', 1],
    ['among many that are quick', 'auto' as const],
    ['behind many in one batch', 500],
  ])('an element that computes without end, %s, fails after its timeout, and its worker is replaced', async (_, batch) => {
    quiet();
    const on = start();
    const skipped: unknown[] = [];
    const onSkip = ({ code, index }: PaladinError): void => void skipped.push([code, index]);
    const outputs = await lastValueFrom(
      range(0, 500).pipe(remoteMap(loopsAt(321), on, { timeout: 150, batch, onFatal: 'skip', onSkip }), toArray()),
    );
    expect(skipped).toEqual([['TASK_TIMEOUT', 321]]);
    expect(outputs).toEqual(Array.from({ length: 500 }, (_, x) => x).filter((x) => x !== 321));
    expect(made.length).toBeGreaterThan(1);
  });

  it('a later stage without a timeout may take longer', async () => {
    const slow = loopsAt(-1);
    const on = start();
    const outputs = range(0, 50).pipe(remoteMap(double, on, { timeout: 60 }), remoteMap(slow, on), toArray());
    expect(await lastValueFrom(outputs)).toHaveLength(50);
    expect(made).toHaveLength(1);
  });

  it('an element that never settles fails after its timeout', async () => {
    quiet();
    const failed = lastValueFrom(range(0, 50).pipe(remoteMap(hangsAt(7), start(), { timeout: 100 })));
    expect(await errorOf(failed)).toMatchObject({ code: 'TASK_TIMEOUT', index: 7 });
  });

  it('a worker whose job is cancelled, and which does not stop, is replaced', async () => {
    quiet();
    const on = start();
    await firstValueFrom(range(0, 10).pipe(remoteMap(loopsAt(3), on, { batch: 1 }), take(3), toArray()));
    // Whatever comes next waits for the new one.
    expect(await on.run(double, 4)).toBe(8);
    expect(made).toHaveLength(2);
    await made[0]?.ended;
  });

  it.each([
    ['throws outside of its operation', throwsAside, /TypeError: aside at 5/u],
    ['leaves a rejection that nobody handles', rejectsAside, /TypeError: rejected at 5/u],
    ['closes its worker', closesAt, /its thread closed itself/u],
  ])('an element that %s is found', async (_, operation, reason) => {
    quiet();
    const on = start({ maxDeaths: 2 });
    const error = await errorOf(lastValueFrom(range(0, 40).pipe(remoteMap(operation(5), on))));
    expect(error).toMatchObject({ code: 'POISON_TASK', index: 5 });
    expect(error.message).toMatch(reason);
    expect(await on.run(double, 1)).toBe(2);
  });

  it('a worker for a hub has one slot for each', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, worker: make(), threads: 2 });
    expect(worker.slots).toBe(2);
    expect(worker.offers.operations).toContain('double@1');
    await using leader = await connect(hub.url);
    expect(await lastValueFrom(range(0, 100).pipe(remoteMap(double, leader), remoteFold(sum, leader)))).toBe(9_900);
    await worker.drain();
  });

  it('a script that serves nothing is told', async () => {
    const error = await errorOf(start({ worker: make('web-worker-silent'), threadStartTimeout: 400 }).run(double, 1));
    expect(error.message).toMatch(/was not ready within 400 ms: does its script call serveOperations/u);
  });

  it('a worker that is always the same is told', async () => {
    const one = new WebWorkerInNode(fixture('web-worker'));
    made.push(one);
    const on = start({ workers: 2, worker: () => one });
    // The one may have done something by then.
    const message = (): Promise<string> => on.run(double, 1).then(String, String);
    await expect.poll(message, { timeout: 10_000 }).toMatch(/got the same one again/u);
  });

  it('serveOperations is called once', async () => {
    const worker = make('web-worker-twice')();
    await vi.waitFor(
      () => expect(worker.others).toEqual([{ message: expect.stringContaining('it is called twice here') }]),
      10_000,
    );
  });
});
