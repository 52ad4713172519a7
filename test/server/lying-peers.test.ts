import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, range, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from '../../src/link/link.js';
import { socketDial } from '../../src/link/socket-dial.js';
import type { BatchResult, HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';
import { hubToLeader, hubToWorker } from '../../src/wire/parse.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { flatted } from '../../src/serializer/flatted.js';
import { identity } from '../fuzz/wire/handshake.js';
import { batchOf } from './scheduler-harness.js';

const double = defineOperation({ name: 'double', execute: (n: number) => 2 * n });
const bigger = defineOperation({ name: 'bigger', execute: (n: number) => n + 1 });

const threadOperations = new URL('../fixtures/thread-operations.mjs', import.meta.url);

/** Garbage of the kinds that serializers choke on. */
const garbage: readonly [string, Uint8Array][] = [
  ['nothing', new Uint8Array()],
  ['random bytes', Uint8Array.from({ length: 300 }, (_, at) => (at * 97) % 256)],
  ['strings in bundles', Uint8Array.of(1, 0x91, 0xd6, 0x62, 0xff, 0xff, 0xff, 0xf0)],
  ['an array that promises four billion items', Uint8Array.of(1, 0xdd, 0xff, 0xff, 0xff, 0xff)],
  ['arrays within arrays', new Uint8Array(1_000_000).fill(0x91).fill(1, 0, 1)],
  ['text', new TextEncoder().encode('[["1"],{"$":"1","v":"1"}]')],
  ['too few values', msgpack.encode([{ a: 1 }])],
];

describe('a worker that answers with garbage', () => {
  it.each(garbage)('fails the job that it was trusted with, and no other: %s', async (_, payload) => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [bigger], inline: true });
    const liar = await lyingWorker(hub.url, (batch) => ({ payload, done: batch.count }));
    onTestFinished(() => liar.close());
    await using runtime = await connect(hub.url);
    const healthy = lastValueFrom(range(0, 2_000).pipe(remoteMap(bigger, runtime, { batch: 5 }), toArray()));
    const betrayed = lastValueFrom(range(0, 20).pipe(remoteMap(double, runtime, { batch: 4 }), toArray()));
    await expect(betrayed).rejects.toMatchObject({ name: 'PaladinError', code: 'PROTOCOL' });
    expect(await healthy).toEqual(Array.from({ length: 2_000 }, (_unused, n) => n + 1));
    expect(await runtime.run(bigger, 1)).toBe(2);
    expect(worker.slots).toBeGreaterThan(0);
  });

  it('also when the garbage is the details of an error', async () => {
    await using hub = await startHub({ port: 0 });
    const error = new TextEncoder().encode(`[${'['.repeat(50_000)}`);
    const failure = { offset: 0, stage: 0, code: 'OPERATION_FAILED', kind: 'fatal', message: 'made up', error } as const;
    const liar = await lyingWorker(hub.url, () => ({ payload: new Uint8Array(), done: 1, failures: [failure] }));
    onTestFinished(() => liar.close());
    await using runtime = await connect(hub.url);
    const thrown: unknown = await runtime.run(double, 1).catch((reason: unknown) => reason);
    expect(thrown).toMatchObject({ code: 'OPERATION_FAILED', cause: { message: expect.stringContaining('cannot be decoded') } });
  });
});

describe('a leader that sends garbage', () => {
  it.each(['msgpack', 'flatted'])('is told that it cannot be decoded, and the worker goes on: %s', async (serializer) => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, modules: [threadOperations], threads: 1 });
    await using runtime = await connect(hub.url);
    const answers: HubToLeader[] = [];
    const liar = await lyingLeader(hub.url, (message) => answers.push(message));
    onTestFinished(() => liar.close());
    liar.send({ type: 'resume', jobs: [] });
    const stages = [{ kind: 'map', operation: 'double', version: 1 }] as const;
    const open = {
      type: 'open',
      job: 1,
      secret: 'of a liar',
      description: { stages, serializer },
      priority: 0,
      labels: [],
      slots: 0,
    } as const;
    liar.send(open);
    for (const [seq, [, payload]] of garbage.entries()) {
      liar.send({ type: 'batch', job: 1, batch: batchOf(seq, { count: 3, payload }) });
    }
    liar.send({ ...open, job: 2, description: { stages: [{ ...stages[0], args: Uint8Array.of(0xff) }], serializer } });
    liar.send({
      type: 'batch',
      job: 2,
      batch: batchOf(0, { count: 1, payload: (serializer === 'msgpack' ? msgpack : flatted).encode([1]) }),
    });
    const results = (): readonly BatchResult[] =>
      answers.flatMap((message) => (message.type === 'result' ? [message.result] : []));
    await expect.poll(() => results().length, { timeout: 15_000 }).toBe(garbage.length + 1);
    for (const { failures, done } of results()) {
      expect(failures).toHaveLength(done);
      for (const { code } of failures) expect(code).toMatch(/^PROTOCOL|OPERATION_FAILED$/u);
    }
    expect(await runtime.run(double, 21)).toBe(42);
    expect(hub.status()).toMatchObject({ workers: [{ workerId: worker.id }], counters: { expelled: 0 } });
  });
});

type Answer = Pick<BatchResult, 'payload' | 'done'> & Partial<BatchResult>;

/** A worker that offers `double`, and answers each batch with what it likes. */
async function lyingWorker(hub: string, answer: (batch: { readonly count: number }) => Answer): Promise<Link<WorkerToHub>> {
  const dial = socketDial<WorkerToHub, HubToWorker>(new URL(hub), 'worker', identity('liar'), hubToWorker);
  return await new Promise((resolve, reject) => {
    const link = dial({
      opened: () => {
        link.send({ type: 'report', jobs: [], ending: [] });
        link.send({
          type: 'offer',
          slots: 1,
          offers: { operations: ['double@1'], serializers: ['msgpack', 'flatted'], labels: [] },
        });
        resolve(link);
      },
      received: (message) => {
        if (message.type !== 'assign') return;
        const { seq, attempt } = message.batch;
        const result = { seq, attempt, failures: [], elapsedMs: 1, ...answer(message.batch) };
        link.send({ type: 'result', jobId: message.jobId, result });
      },
      lost: () => undefined,
      refused: reject,
    });
  });
}

async function lyingLeader(hub: string, received: (message: HubToLeader) => void): Promise<Link<LeaderToHub>> {
  const dial = socketDial<LeaderToHub, HubToLeader>(new URL(hub), 'leader', identity('liar'), hubToLeader);
  return await new Promise((resolve, reject) => {
    const link = dial({
      opened: () => {
        resolve(link);
      },
      received,
      lost: () => undefined,
      refused: reject,
    });
  });
}
