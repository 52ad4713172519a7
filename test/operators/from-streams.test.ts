import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { defineOperation, fromPull, inMemory, remoteMap, type Runtime } from 'paladin-rx';
import { lastValueFrom, take, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../support/outcome.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

describe('fromPull', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('destroys a stream that is idle, or was not read yet, and closes what reads it by lines', async () => {
    const idle = new Readable({ objectMode: true, read: () => undefined });
    const unread = new PassThrough();
    const lines = createInterface({ input: new PassThrough() });
    const closed = once(lines, 'close');
    const subscriptions = [idle, unread, lines].map((stream) => fromPull<unknown>(stream).subscribe());
    subscriptions[1]?.unsubscribe();
    await runtime.run(double, 1);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect([idle.destroyed, unread.destroyed]).toEqual([true, true]);
    await closed;
  });

  it('reads a stream of the web, and gives it up in whatever way it is left', async () => {
    const whole = new ReadableStream<number>({
      start: (controller) => {
        controller.enqueue(1);
        controller.enqueue(2);
        controller.close();
      },
    });
    expect((await outcomeOf(fromPull(whole).pipe(remoteMap(double, runtime)))).values).toEqual([2, 4]);
    const error = new Error('torn');
    const torn = new ReadableStream<number>({
      pull: (controller) => {
        controller.error(error);
      },
    });
    expect((await outcomeOf(fromPull(torn))).error).toBe(error);
    const cancel = vi.fn(() => Promise.reject(new Error('cannot be cancelled')));
    const idle = new ReadableStream<number>({ cancel });
    const subscription = fromPull(idle).pipe(remoteMap(double, runtime)).subscribe();
    await runtime.run(double, 1);
    subscription.unsubscribe();
    expect(cancel).toHaveBeenCalledTimes(1);
    expect([whole.locked, torn.locked, idle.locked]).toEqual([false, false, false]);
  });

  it('reads a stream, and destroys it where it is left early', async () => {
    const whole = Readable.from(['a', 'b', 'c']);
    const shout = defineOperation({ name: 'shout', execute: (text: string) => text.toUpperCase() });
    expect((await outcomeOf(fromPull<string>(whole).pipe(remoteMap(shout, runtime)))).values).toEqual(['A', 'B', 'C']);
    const endless = Readable.from(Array.from({ length: 100_000 }, (_, x) => x));
    const few = fromPull<number>(endless).pipe(remoteMap(double, runtime, { window: 4 }), take(2), toArray());
    expect(await lastValueFrom(few)).toEqual([0, 2]);
    await vi.waitFor(() => expect(endless.destroyed).toBe(true));
  });

  it('passes on the error of a stream', async () => {
    const error = new Error('disk');
    const broken = new Readable({
      read() {
        this.destroy(error);
      },
    });
    expect((await outcomeOf(fromPull<number>(broken).pipe(remoteMap(double, runtime)))).error).toBe(error);
  });
});
