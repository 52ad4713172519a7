import { connect, remoteMap } from 'paladin-rx';
import { fetchStatus, startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { range } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Batch, BatchResult } from '../../src/protocol/messages.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { RawPeer } from './raw-peer.js';
import { resultOf as anyResult } from './scheduler-harness.js';
import { batchOf, double, open, unharmed } from './unharmed.js';

const resultOf = (seq: number, value: unknown, attempt = 1): BatchResult =>
  anyResult(seq, { attempt, payload: msgpack.encode([value]) });

describe('a peer that breaks the protocol', () => {
  it.each([
    ['bytes that are no packet', (peer: RawPeer) => write(peer, new Uint8Array([9, 9, 9]))],
    ['text', (peer: RawPeer) => write(peer, 'hello')],
    ['an acknowledgement', (peer: RawPeer) => write(peer, plain([3, '/leader', [1], 7]))],
    ['a packet that wants one', (peer: RawPeer) => write(peer, plain([2, '/leader', ['mark', 1], 7]))],
    ['an event of its own', (peer: RawPeer) => write(peer, plain([2, '/leader', ['disconnect', 'client namespace disconnect']]))],
    ['an event that only hubs emit', (peer: RawPeer) => write(peer, plain([2, '/leader', ['expelled', {}]]))],
    ['a forged mark', (peer: RawPeer) => peer.socket.emit('passed', 1)],
    ['an empty part', (peer: RawPeer) => peer.sendPart({ bytes: new Uint8Array(), last: true })],
    ['a message with a field too many', (peer: RawPeer) => peer.send({ type: 'resume', jobs: [], more: 1 })],
    ['a message with a prototype key', (peer: RawPeer) => write(peer, message('{"type":"resume","jobs":[],"__proto__":{}}'))],
    ['a message of another role', (peer: RawPeer) => peer.send({ type: 'draining' })],
    [
      'a message that nests deep',
      (peer: RawPeer) => write(peer, message(`{"type":"resume","jobs":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)),
    ],
    ['a number that is none', (peer: RawPeer) => peer.send({ type: 'close', job: 1.5 })],
  ])('by %s is disconnected and told why, and nobody else notices', async (_, misdeed) => {
    await unharmed({}, async (url, counters) => {
      using peer = new RawPeer(url, 'leader');
      await peer.got('welcome');
      misdeed(peer);
      expect(await peer.refused).toMatchObject({
        code: 'PROTOCOL',
        message: expect.stringMatching(/^it broke the protocol: ./u) as unknown,
      });
      await peer.closed;
      expect(counters()).toMatchObject({ expelled: 1 });
    });
  });
});

describe('a worker that lies', () => {
  it('answers for batches of others, wrong attempts, and twice, and only its own first answer counts', async () => {
    await using hub = await startHub({ port: 0 });
    const offers = { operations: ['double@1'], serializers: ['msgpack'], labels: [] };
    const workers = [new RawPeer(hub.url, 'worker'), new RawPeer(hub.url, 'worker')] as const;
    using leader = new RawPeer(hub.url, 'leader');
    try {
      for (const worker of workers) {
        await worker.got('welcome');
        worker.send({ type: 'report', jobs: [], ending: [] }, { type: 'offer', slots: 1, offers });
      }
      await leader.got('welcome');
      leader.send(
        { type: 'resume', jobs: [] },
        open(1),
        { type: 'batch', job: 1, batch: batchOf(0) },
        { type: 'batch', job: 1, batch: batchOf(1) },
      );
      const assignments = await Promise.all(workers.map(async (worker) => await worker.got('assign')));
      const [mine, others] = assignments.map((message) => message['batch'] as Batch) as [Batch, Batch];
      const jobId = assignments[0]?.['jobId'];
      const [liar, honest] = workers;
      const answer = (result: BatchResult): object => ({ type: 'result', jobId, result });
      liar.send(
        answer(resultOf(others.seq, 'a lie')),
        answer(resultOf(mine.seq, 'a lie', 2)),
        answer(resultOf(7, 'a lie')),
        { type: 'result', jobId: 'another:1', result: resultOf(0, 'a lie') },
        answer(resultOf(mine.seq, 'mine')),
        answer(resultOf(mine.seq, 'a lie')),
      );
      honest.send(answer(resultOf(others.seq, 'honest')));
      while (leader.received.filter(({ type }) => type === 'result').length < 2) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      leader.send({ type: 'close', job: 1 });
      while (hub.status().jobs.length > 0) await new Promise((resolve) => setImmediate(resolve));
      const told = leader.received
        .filter(({ type }) => type === 'result')
        .map(({ result }) => msgpack.decode((result as BatchResult).payload)[0]);
      expect(told.sort()).toEqual(['honest', 'mine']);
      expect(hub.status().counters).toMatchObject({ results: 2, staleResults: 5 });
    } finally {
      for (const worker of workers) worker[Symbol.dispose]();
    }
  });
});

describe('a leader', () => {
  it('cannot touch the jobs of another, nor come in its place by what others see of it', async () => {
    await using hub = await startHub({ port: 0 });
    await using _ = await startWorker({ hub: hub.url, operations: [double] });
    await using runtime = await connect(hub.url);
    const results: number[] = [];
    const job = range(0, 2_000)
      .pipe(remoteMap(double, runtime, { batch: 2 }))
      .forEach((value) => {
        results.push(value);
      });
    while (hub.status().jobs.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const leaderId = hub.status().leaders[0]?.leaderId ?? '';
    using thief = new RawPeer(hub.url, 'leader', { key: leaderId.padEnd(32, leaderId) });
    expect(await thief.got('welcome')).not.toMatchObject({ id: leaderId });
    thief.send({ type: 'resume', jobs: [] }, { type: 'cancel', job: 1, seq: 0, attempt: 1 }, { type: 'close', job: 1 });
    await job;
    expect(results).toEqual(Array.from({ length: 2_000 }, (_unused, x) => 2 * x));
  });

  it('for which most waits to be read loses its connection, once too much waits for all', async () => {
    await unharmed({ maxAllUnreadBytes: 4 * 1024 * 1024 }, async (url, counters) => {
      using greedy = new RawPeer(url, 'leader');
      using modest = new RawPeer(url, 'leader');
      const leaders = [greedy, modest];
      for (const leader of leaders) {
        await leader.got('welcome');
        leader.socket.off('mark');
        leader.send({ type: 'resume', jobs: [] });
      }
      // Jobs beyond the limit, each of which is answered; a little less for one than for the other.
      let next = 1;
      const isOver = (): boolean => (counters()['expelled'] ?? 0) > 0;
      // A batch of no job is counted: then the hub has handled all before it.
      const stray = { type: 'batch', job: 1_000_000, batch: batchOf(0) };
      for (let rounds = 1; !isOver(); rounds += 1) {
        greedy.send(...Array.from({ length: 500 }, (_unused, at) => open(next + at)), stray);
        modest.send(...Array.from({ length: 300 }, (_unused, at) => open(next + at)), stray);
        next += 500;
        while (!isOver() && (counters()['strayMessages'] ?? 0) < 2 * rounds) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      await greedy.closed;
      expect(greedy.received.some(({ type }) => type === 'goodbye')).toBe(false);
      const before = modest.received.length;
      modest.socket.on('mark', (mark: unknown) => modest.socket.emit('passed', mark));
      modest.send({ type: 'close', job: 1 }, open(next));
      expect(modest.socket.connected).toBe(true);
      expect(before).toBeGreaterThan(0);
      expect((await fetchStatus(url)).leaders.filter(({ away }) => away)).toHaveLength(1);
    });
  });

  it('that leaves its namespace loses its connection, which nobody would count', async () => {
    await using hub = await startHub({ port: 0 });
    using leader = new RawPeer(hub.url, 'leader');
    await leader.got('welcome');
    // Its own socket.io would close the connection itself.
    write(leader, plain([1, '/leader']));
    await leader.closed;
    expect(hub.status().leaders).toEqual([]);
  });

  it('that does not end a message in parts is disconnected', async () => {
    await unharmed({ partsWithinMs: 200 }, async (url) => {
      using leader = new RawPeer(url, 'leader');
      await leader.got('welcome');
      leader.sendPart({ bytes: new Uint8Array(100_000), last: false });
      expect(await leader.refused).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        message: 'the rest of a message, or 1048576 bytes of it, took longer than 200 ms (partsWithinMs)',
      });
      await leader.closed;
    });
  });

  it('that opens jobs beyond the limits is told which, and how much', async () => {
    await unharmed({ maxJobsPerLeader: 3 }, async (url) => {
      using leader = new RawPeer(url, 'leader');
      await leader.got('welcome');
      leader.send({ type: 'resume', jobs: [] }, open(1), open(2), open(3), open(4));
      expect(await leader.got('refused')).toMatchObject({
        job: 4,
        code: 'LIMIT_EXCEEDED',
        message: "the hub's limit is reached: more than 3 jobs open at once (maxJobsPerLeader)",
      });
    });
  });

  it('that sends a batch beyond the limit of bytes has the job refused', async () => {
    await using hub = await startHub({ port: 0, maxPayloadBytes: 1_000, maxBytesPerLeader: 2_000 });
    using leader = new RawPeer(hub.url, 'leader');
    await leader.got('welcome');
    const batch = (seq: number): object => ({ type: 'batch', job: 1, batch: batchOf(seq, new Uint8Array(1_000)) });
    leader.send({ type: 'resume', jobs: [] }, open(1), batch(0), batch(1), batch(2));
    expect(await leader.got('refused')).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('2000 payload bytes') as unknown,
    });
    expect(hub.status().jobs).toEqual([]);
  });
});

/** Writes a frame past the encoder. */
function write(peer: RawPeer, frame: Uint8Array | string): void {
  const { engine } = peer.socket.io;
  engine.write(frame);
}

function plain(content: unknown): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(content));
  const frame = new Uint8Array(5 + json.byteLength);
  new DataView(frame.buffer).setUint32(1, json.byteLength, true);
  frame.set(json, 5);
  return frame;
}

/** A frame with one message. */
function message(json: string): Uint8Array {
  const content = new TextEncoder().encode(json);
  const nsp = new TextEncoder().encode('/leader');
  const frame = new Uint8Array(1 + 4 + nsp.byteLength + 1 + 4 + content.byteLength + 8);
  const view = new DataView(frame.buffer);
  frame[0] = 1;
  view.setUint32(1, nsp.byteLength, true);
  frame.set(nsp, 5);
  view.setUint32(6 + nsp.byteLength, content.byteLength, true);
  frame.set(content, 10 + nsp.byteLength);
  return frame;
}
