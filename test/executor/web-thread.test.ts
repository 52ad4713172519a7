import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ThreadDeath, ThreadLink } from '../../src/executor/thread-link.js';
import type { FromThread } from '../../src/executor/thread-messages.js';
import { commonNow } from '../../src/executor/thread-progress.js';
import { enveloped, toWebWorker, type FromWebWorker } from '../../src/executor/web-messages.js';
import { webWorkers, type WebWorker } from '../../src/executor/web-thread.js';

type Listener = (event: object) => void;

/** A Web Worker whose other side is the test: a port, and events that the test makes up. */
class Puppet implements WebWorker {
  readonly inside: MessagePort;
  readonly #outside: MessagePort;
  readonly #listeners = new Map<string, Set<Listener>>();
  isTerminated = false;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#outside = port1;
    this.inside = port2;
    port1.on('message', (data: unknown) => this.emit('message', { data }));
  }

  postMessage(message: unknown, transfer: ArrayBuffer[]): void {
    this.#outside.postMessage(message, transfer);
  }

  terminate(): void {
    this.isTerminated = true;
    this.#outside.close();
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  emit(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  says(message: FromWebWorker): void {
    this.inside.postMessage(enveloped(message));
  }
}

let puppet: Puppet;
let link: ThreadLink | undefined;
afterEach(async () => {
  await link?.terminate();
});

function start(): { received: FromThread[]; deaths: ThreadDeath[] } {
  const seen = { received: [] as FromThread[], deaths: [] as ThreadDeath[] };
  puppet = new Puppet();
  link = webWorkers('test', () => puppet).start(
    { name: 'one', watched: false },
    { received: (message) => seen.received.push(message), ended: (death) => seen.deaths.push(death) },
  );
  return seen;
}

const ready: FromWebWorker = { type: 'ready', operations: [], serializers: [], nothing: {} };
const dying: FromWebWorker = {
  type: 'dying',
  text: 'TypeError: x',
  error: new Uint8Array([1]),
  ends: false,
  executing: 7,
  offset: 3,
  stage: 1,
};

async function isReady(seen: { received: FromThread[] }): Promise<void> {
  puppet.says(ready);
  await vi.waitFor(() => expect(seen.received).toEqual([ready]));
}

describe('a Web Worker, seen from its page', () => {
  it('is told something by a message in an envelope', async () => {
    start();
    const message = new Promise((resolve) => puppet.inside.once('message', resolve));
    link?.post({ type: 'forget', jobIds: ['a'] });
    expect(toWebWorker(await message)).toEqual({ type: 'forget', jobIds: ['a'] });
  });

  it('may say anything else to its page', async () => {
    const seen = start();
    for (const other of [1, null, 'text', {}, { message: ready }, { 'paladin-rx': 1 }]) puppet.inside.postMessage(other);
    await isReady(seen);
    expect(seen.deaths).toEqual([]);
  });

  it('takes no batch by shared memory', () => {
    start();
    expect(link?.mail({ jobId: 'a', batchNumber: 1, batch: {} as never })).toBe(false);
  });

  it('says what it is at', async () => {
    start();
    puppet.says({ type: 'timed', offset: 4, stage: 2, leftMs: 1_000, isExact: false });
    await vi.waitFor(() => expect(link?.progress).toMatchObject({ offset: 4, stage: 2, isExact: false }));
    expect(link?.progress.deadlineMs).toBeGreaterThan(commonNow());
    expect(link?.progress.deadlineMs).toBeLessThanOrEqual(commonNow() + 1_000);
    puppet.says({ type: 'timed', offset: 4, stage: 2, leftMs: 0, isExact: true });
    await vi.waitFor(() => expect(link?.progress).toMatchObject({ deadlineMs: 0, isExact: true }));
    puppet.says({ type: 'creating', stage: 1, isOver: false });
    await vi.waitFor(() => expect(link?.progress.createdSince(1)).toBeGreaterThan(0));
    puppet.says({ type: 'creating', stage: 1, isOver: true });
    await vi.waitFor(() => expect(link?.progress.createdSince(1)).toBe(0));
  });

  it('is at a unit that is not known, from when it gets a batch', () => {
    start();
    link?.post({ type: 'run', jobId: 'a', batchNumber: 1, batch: {} as never, forget: [] });
    expect(link?.progress.isExact).toBe(false);
  });

  it.each([['before'], ['after']])('dies of an error that it tells %s the event', async (order) => {
    const seen = start();
    await isReady(seen);
    const event = (): void => puppet.emit('error', { message: 'Uncaught TypeError: x' });
    if (order === 'before') {
      puppet.says(dying);
      // What is sent behind it has come.
      puppet.says(ready);
      await vi.waitFor(() => expect(seen.received).toHaveLength(2));
      expect(seen.deaths).toEqual([]);
      event();
    } else {
      event();
      expect(seen.deaths).toEqual([]);
      puppet.says(dying);
    }
    const how = 'died of an error that nothing caught: TypeError: x';
    await vi.waitFor(() => expect(seen.deaths).toEqual([{ how, error: new Uint8Array([1]), executing: 7 }]));
    expect(link?.progress).toMatchObject({ offset: 3, stage: 1, isExact: true });
    expect(puppet.isTerminated).toBe(true);
  });

  it('dies of an error that it says nothing of', async () => {
    const seen = start();
    await isReady(seen);
    const event = { message: 'Uncaught x', filename: 'https://a/b.js', lineno: 4, preventDefault: vi.fn() };
    puppet.emit('error', event);
    const how = 'died of an error that nothing caught: Uncaught x (https://a/b.js:4)';
    await vi.waitFor(() => expect(seen.deaths).toEqual([{ how }]));
    // It is no error of the page.
    expect(event.preventDefault).toHaveBeenCalledOnce();
    expect(link?.progress.isExact).toBe(false);
  });

  it('lives on when something in it sees to the error', async () => {
    const seen = start();
    await isReady(seen);
    puppet.says(dying);
    puppet.says(ready);
    await vi.waitFor(() => expect(seen.received).toHaveLength(2));
    expect(seen.deaths).toEqual([]);
    expect(puppet.isTerminated).toBe(false);
  });

  it('says nothing more once it is terminated', async () => {
    const seen = start();
    puppet.says(ready);
    await link?.terminate();
    puppet.emit('message', { data: enveloped(ready) });
    puppet.emit('error', {});
    expect(seen).toEqual({ received: [], deaths: [] });
  });
});
