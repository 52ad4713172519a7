import { describe, expect, it } from 'vitest';
import type { UnderWay } from '../../src/protocol/messages.js';
import { workerToHub } from '../../src/wire/parse.js';
import { batchRecordBytes, besideRecordBytes } from '../../server/core/charges.js';
import { listWithinMs } from '../../src/limits.js';
import { bytesOfDescribed } from '../../src/wire/parts.js';
import { describeUnreached } from '../../src/protocol/unreached.js';
import { batchOf, HubUnderTest, openHub, resultOf, ticket, toLeaders } from './scheduler-harness.js';

const liar = { type: 'expel', role: 'worker', id: 'w', code: 'PROTOCOL' };

/** A worker with one batch. */
function busyHub(): HubUnderTest {
  const hub = openHub(1);
  hub.batch('l', 1, batchOf(0));
  return hub;
}

describe('a worker that says what cannot be', () => {
  it('cannot say of itself or others that a worker is gone', () => {
    const loss = { seq: 0, attempt: 1, cause: 'gone', reason: '' };
    expect(() => workerToHub(100)({ type: 'lost', jobId: 'l:1', loss })).toThrow(/cause/u);
    expect(() => workerToHub(100)({ type: 'lost', jobId: 'l:1', loss: { ...loss, cause: 'death', alone: true } })).toThrow(
      /alone/u,
    );
  });

  it('is disconnected when it loses a batch in a stage that its job has not, and the batch goes to others', () => {
    const hub = busyHub();
    const loss = { seq: 0, attempt: 1, cause: 'timeout', offset: 0, stage: 1, reason: '' } as const;
    expect(hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss })).toMatchObject([liar]);
    const left = hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'expelled', how: 'closed' });
    expect(toLeaders(left)).toContainEqual([
      'l',
      expect.objectContaining({ type: 'lost', loss: expect.objectContaining({ cause: 'wasted' }) as unknown }),
    ]);
  });

  it.each(['running', 'held'] as const)('is disconnected when it reports an attempt twice as %s', (kind) => {
    const hub = new HubUnderTest();
    hub.workerJoined('w');
    const attempt = { seq: 0, attempt: 1, ticket: ticket('secret', 'w', { seq: 0, attempt: 1 }) };
    const jobs = [
      { jobId: 'l:1', running: [], held: [], [kind]: [attempt] },
      { jobId: 'l:1', running: [], held: [], [kind]: [attempt] },
    ];
    expect(hub.fromWorker('w', { type: 'report', jobs, ending: [] })).toMatchObject([liar]);
  });

  it('cannot change long lists of names as often as short ones', () => {
    const hub = new HubUnderTest({ maxOffersPerSecond: 5 });
    hub.workerJoined('w');
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [] });
    const offer = (at: number, names: number): object[] => {
      const operations = Array.from({ length: names }, (_, name) => `${at}-${name}`.padEnd(300, 'x'));
      const offers = { operations, serializers: ['json'], labels: [] };
      return hub.fromWorker('w', { type: 'offer', slots: 1, offers }).filter(({ type }) => type === 'expel');
    };
    // Some 30,000 characters count four times. One offer is possible, however long.
    expect(offer(0, 101)).toEqual([]);
    expect(offer(1, 1)).toEqual([]);
    expect(offer(2, 1)).toMatchObject([{ ...liar, code: 'LIMIT_EXCEEDED' }]);
    hub.now = 1_000;
    expect(offer(3, 900)).toEqual([]);
  });

  it('does not reach terminals with its names', () => {
    const hub = new HubUnderTest();
    hub.worker('w', 1, ['f\u009B31m@1'], ['\u202Ex']);
    const [worker] = hub.status().workers;
    expect(worker?.offers).toMatchObject({ operations: ['f\uFFFD31m@1'], labels: ['\uFFFDx'] });
    hub.leader('l');
    expect(JSON.stringify(hub.open('l', 1))).not.toMatch(/\u009B/u);
  });
});

describe('a leader that says what cannot be', () => {
  it('is disconnected when it tells of tries in more stages than its job has, or in stages before partials', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    const [one, two] = [describeUnreached([1]), describeUnreached([1, 1])];
    expect(hub.batch('l', 1, batchOf(0, { tried: 1, unreached: one }))).toEqual([]);
    const expelled = { type: 'expel', role: 'leader', id: 'l', code: 'PROTOCOL' };
    expect(hub.batch('l', 1, batchOf(1, { tried: 1, unreached: two }))).toEqual([
      { ...expelled, reason: 'it has sent a batch of job l:1 with tries in more than its stages, 1' },
    ]);
    expect(hub.batch('l', 1, batchOf(1, { tried: 1, unreached: one, units: 'partials' }))).toEqual([
      { ...expelled, reason: 'it has sent partials of job l:1 as if stages came before them' },
    ]);
    // Nothing of it is kept.
    expect(hub.status().jobs).toMatchObject([{ queued: 1 }]);
  });

  it('is disconnected when it says of elements what only partials are, or of another number of partials than there are', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    const of = (count: number): Uint8Array => new Uint8Array(bytesOfDescribed(count));
    expect(hub.batch('l', 1, batchOf(0, { units: 'partials', count: 2, parts: of(2) }))).toEqual([]);
    const expelled = { type: 'expel', role: 'leader', id: 'l', code: 'PROTOCOL' };
    expect(hub.batch('l', 1, batchOf(1, { parts: of(1) }))).toEqual([
      { ...expelled, reason: 'it has sent elements of job l:1 as if they were partials' },
    ]);
    const reason = 'it has sent 2 partials of job l:1 without saying of each what it stands for';
    for (const parts of [undefined, of(1), of(3)]) {
      expect(hub.batch('l', 1, batchOf(1, { units: 'partials', count: 2, ...(parts && { parts }) }))).toEqual([
        { ...expelled, reason },
      ]);
    }
    expect(hub.status().jobs).toMatchObject([{ queued: 1 }]);
  });
});

describe('a leader that acknowledges late', () => {
  it('is answered in full though more was under way than it may leave unacknowledged', () => {
    const hub = openHub(4, { maxUnacknowledgedPerLeader: 2 });
    for (let seq = 0; seq < 4; seq += 1) hub.batch('l', 1, batchOf(seq));
    for (let seq = 0; seq < 4; seq += 1) {
      const effects = hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(seq) });
      expect(effects.map(({ type }) => type)).toEqual(['toLeader']);
    }
  });
});

describe('what peers make a hub keep beside payloads', () => {
  it('is bounded in all: who holds much gets no more, and others go on', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100, maxBytesPerLeader: 1_000, maxRecordBytes: 8 * batchRecordBytes });
    for (const leaderId of ['greedy', 'small']) {
      hub.leader(leaderId);
      hub.open(leaderId, 1);
    }
    for (let seq = 0; seq < 8; seq += 1) expect(toLeaders(hub.batch('greedy', 1, batchOf(seq)))).toEqual([]);
    expect(toLeaders(hub.batch('small', 1, batchOf(0)))).toEqual([]);
    expect(toLeaders(hub.batch('greedy', 1, batchOf(8)))).toMatchObject([
      ['greedy', { type: 'refused', code: 'LIMIT_EXCEEDED', message: expect.stringContaining('(maxRecordBytes)') as unknown }],
    ]);
    // What it was charged has come back.
    for (let seq = 1; seq < 8; seq += 1) expect(toLeaders(hub.batch('small', 1, batchOf(seq)))).toEqual([]);
  });

  it('is bounded for what batches carry beside their payloads, queued or leased, and goes back with them', () => {
    // Room for four, and for one that carries nothing beside.
    const count = 200;
    const maxRecordBytes = 4 * (batchRecordBytes + besideRecordBytes + bytesOfDescribed(count)) + batchRecordBytes;
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100, maxBytesPerLeader: 100, maxRecordBytes });
    hub.leader('greedy');
    hub.open('greedy', 1);
    const parts = new Uint8Array(bytesOfDescribed(count));
    const send = (job: number, seq: number): unknown[] =>
      toLeaders(hub.batch('greedy', job, batchOf(seq, { units: 'partials', count, parts })));
    for (let seq = 0; seq < 4; seq += 1) expect(send(1, seq)).toEqual([]);
    // To be with a worker makes no difference. To be cancelled, or answered, does.
    hub.worker('w', 1);
    hub.fromLeader('greedy', { type: 'cancel', job: 1, seq: 3, attempt: 1 });
    expect(send(1, 4)).toEqual([]);
    hub.result('w', 'greedy:1', 0);
    hub.fromLeader('greedy', { type: 'acknowledge', job: 1, seq: 0, attempt: 1 });
    expect(send(1, 5)).toEqual([]);
    expect(send(1, 6)).toMatchObject([
      ['greedy', { type: 'refused', code: 'LIMIT_EXCEEDED', message: expect.stringContaining('(maxRecordBytes)') as unknown }],
    ]);
    // The job is closed.
    hub.open('greedy', 2);
    for (let seq = 0; seq < 4; seq += 1) expect(send(2, seq)).toEqual([]);
    // Those that it does not want any more when it is back are gone, too.
    hub.handle({ type: 'leaderLeft', leaderId: 'greedy', how: 'lost' });
    hub.leader('greedy', [2]);
    hub.open('greedy', 2, { slots: 1, resumed: [] });
    hub.fromLeader('greedy', { type: 'close', job: 2 });
    hub.open('greedy', 3);
    for (let seq = 0; seq < 4; seq += 1) expect(send(3, seq)).toEqual([]);
  });

  it('is bounded for what a worker says that it has, and for what a leader says to be under way', () => {
    const hub = new HubUnderTest({ maxRecordBytes: 1_000 });
    hub.workerJoined('w');
    const held = [0, 1, 2, 3].map((seq) => ({ seq, attempt: 1, ticket: 0 }));
    const jobs = [{ jobId: 'l:1', running: [], held }];
    expect(hub.fromWorker('w', { type: 'report', jobs, ending: [], more: true })).toMatchObject([
      { type: 'expel', id: 'w', code: 'LIMIT_EXCEEDED' },
    ]);
    hub.handle({ type: 'workerLeft', workerId: 'w', reason: '', how: 'closed' });
    hub.leader('l');
    const resumed = [0, 1, 2, 3].map((seq) => ({ seq, attempt: 1, bytes: 1, worthMs: 1, suspect: false }));
    expect(toLeaders(hub.open('l', 1, { resumed, more: true }))).toMatchObject([['l', { type: 'refused' }]]);
  });

  it('does not count twice for a leader that is back, and names what the hub has', () => {
    const hub = new HubUnderTest({ maxRecordBytes: 4 * batchRecordBytes });
    hub.leader('l');
    hub.open('l', 1);
    for (let seq = 0; seq < 3; seq += 1) expect(toLeaders(hub.batch('l', 1, batchOf(seq)))).toEqual([]);
    const named = (count: number): UnderWay[] =>
      Array.from({ length: count }, (_, seq) => ({ seq, attempt: 1, bytes: 1, worthMs: 1, suspect: false }));
    for (let losses = 0; losses < 20; losses += 1) {
      hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'lost' });
      hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' });
      expect(hub.fromLeader('l', { type: 'resume', jobs: [1, 1] })).toEqual([]);
      expect(toLeaders(hub.open('l', 1, { slots: 0, resumed: named(3) }))).toMatchObject([['l', { type: 'capacity' }]]);
    }
    // There is room for one more, as there was before.
    expect(toLeaders(hub.batch('l', 1, batchOf(3)))).toEqual([]);
    expect(toLeaders(hub.batch('l', 1, batchOf(4)))).toMatchObject([['l', { type: 'refused', code: 'LIMIT_EXCEEDED' }]]);
  });

  it('is bounded for what a leader that is back names, until that is found or given up', () => {
    const hub = new HubUnderTest({ maxRecordBytes: 4 * batchRecordBytes });
    hub.leader('l');
    const named = (count: number): UnderWay[] =>
      Array.from({ length: count }, (_, seq) => ({ seq, attempt: 1, bytes: 1, worthMs: 1_000, suspect: false }));
    const list = (job: number, count: number): unknown[] =>
      toLeaders(hub.fromLeader('l', { type: 'underWay', job, attempts: named(count), more: true }));
    hub.open('l', 1, { resumed: [], more: true });
    expect(list(1, 8)).toEqual([]);
    expect(list(1, 1)).toMatchObject([['l', { type: 'refused', code: 'LIMIT_EXCEEDED' }]]);
    // What was named of the job is gone with it. What nobody has stays until it is given up.
    hub.open('l', 2, { resumed: named(8) });
    hub.open('l', 3, { resumed: [], more: true });
    expect(list(3, 1)).toMatchObject([['l', { type: 'refused', code: 'LIMIT_EXCEEDED' }]]);
    hub.now += 1_000;
    hub.catchUp();
    hub.open('l', 4, { resumed: [], more: true });
    expect(list(4, 8)).toEqual([]);
  });

  it('does not include the frames in which small batches came', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    const frame = new Uint8Array(100_000);
    const piece = (bytes: number): Uint8Array => frame.subarray(0, bytes);
    hub.batch('l', 1, batchOf(0, { payload: piece(1), unreached: piece(1), headers: piece(1) }));
    hub.batch('l', 1, batchOf(1, { payload: piece(1), units: 'partials', parts: piece(bytesOfDescribed(1)) }));
    const kept = hub.worker('w', 2).flatMap((effect) => {
      if (effect.type !== 'toWorker' || effect.message.type !== 'assign') return [];
      const { batch } = effect.message;
      return [batch.payload, batch.parts, batch.unreached, batch.headers].map((bytes) => bytes?.buffer.byteLength);
    });
    expect(kept).toEqual([1, undefined, 1, 1, 1, bytesOfDescribed(1), undefined, undefined]);
  });

  it('is not kept for a peer that does not come to the end of a list', () => {
    const hub = new HubUnderTest();
    hub.workerJoined('w');
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [{ jobId: 'l:1', seq: 0, attempt: 1 }], more: true });
    hub.leaderJoined('l');
    hub.fromLeader('l', { type: 'resume', jobs: [1], more: true });
    hub.leader('m');
    hub.open('m', 1, { resumed: [], more: true });
    hub.leader('n');
    hub.open('n', 1, { resumed: [], more: true });
    hub.fromLeader('n', { type: 'underWay', job: 1, attempts: [] });
    hub.now = listWithinMs - 1;
    expect(hub.handle({ type: 'tick' })).toEqual([]);
    expect(hub.scheduler.nextDeadline()).toBe(listWithinMs);
    hub.now = listWithinMs;
    expect(hub.handle({ type: 'tick' })).toMatchObject(
      ['w', 'l', 'm'].map((id) => ({ type: 'expel', id, code: 'LIMIT_EXCEEDED' })),
    );
  });
});
