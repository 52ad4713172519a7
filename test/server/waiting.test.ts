import { describe, expect, it } from 'vitest';
import { HubState } from '../../server/core/hub-state.js';
import { addLease } from '../../server/core/leasing.js';
import { newJob, newLeader, newWorker } from '../../server/core/new-records.js';
import { changeWaiting } from '../../server/core/waiting.js';
import { defaultLimits } from '../../server/limits.js';
import { maxWaitingBatches } from '../../src/limits.js';
import { assigned, batchOf, HubUnderTest, openHub, ticket, toLeaders } from './scheduler-harness.js';

/** A hub with a leader, its job, and a worker with one slot. */
function single(changes: ConstructorParameters<typeof HubUnderTest>[0] = {}): HubUnderTest {
  const hub = new HubUnderTest(changes);
  hub.leader('l');
  hub.worker('w', 1);
  hub.open('l', 1);
  return hub;
}

const of = (seq: number) => ({ jobId: 'l:1', seq, attempt: 1 });

describe('an attempt that waits for a job of its own', () => {
  it('takes no slot until it goes on, and has one then', () => {
    const hub = single();
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual(['w: l:1/0']);
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    expect(assigned(hub.fromWorker('w', { type: 'waits', ...of(0) }))).toEqual(['w: l:1/1']);
    hub.fromWorker('w', { type: 'goesOn', ...of(0) });
    // Both are executed now: the next one waits for both.
    expect(assigned(hub.batch('l', 1, batchOf(2)))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 1, { elapsedMs: 200 }))).toEqual([]);
    expect(assigned(hub.result('w', 'l:1', 0, { elapsedMs: 200 }))).toEqual(['w: l:1/2']);
  });

  it('lets others be executed beside it where it is suspect, or was to be alone', () => {
    for (const kind of [{ suspect: true }, { suspect: true, alone: true }]) {
      const hub = single();
      expect(assigned(hub.batch('l', 1, batchOf(0, kind)))).toEqual(['w: l:1/0']);
      expect(assigned(hub.batch('l', 1, batchOf(1, { suspect: true })))).toEqual([]);
      expect(assigned(hub.fromWorker('w', { type: 'waits', ...of(0) }))).toEqual(['w: l:1/1']);
      hub.fromWorker('w', { type: 'goesOn', ...of(0) });
    }
  });

  it('may have been what its worker died of, however many were given to the worker after it', () => {
    const hub = single();
    hub.batch('l', 1, batchOf(0));
    hub.fromWorker('w', { type: 'waits', ...of(0) });
    hub.batch('l', 1, batchOf(1));
    hub.fromWorker('w', { type: 'goesOn', ...of(0) });
    hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'gone', how: 'lost' });
    hub.now += 1_000;
    const losses = toLeaders(hub.handle({ type: 'tick' })).flatMap(([, message]) =>
      message.type === 'lost' ? [message.loss] : [],
    );
    expect(losses.map(({ seq, cause, alone }) => [seq, cause, alone])).toEqual([
      [0, 'gone', false],
      [1, 'gone', false],
    ]);
  });

  it('is not to blame for the death of its worker while anything executes beside it, which is', () => {
    const blamed = (...seqs: number[]): unknown[] => {
      const hub = openHub(2);
      hub.batch('l', 1, batchOf(0));
      hub.fromWorker('w', { type: 'waits', ...of(0) });
      for (const seq of seqs) hub.batch('l', 1, batchOf(seq));
      const lost = toLeaders(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'silent', how: 'silent' }));
      return lost.flatMap(([, message]) => (message.type === 'lost' && message.loss.alone === true ? [message.loss.seq] : []));
    };
    expect(blamed()).toEqual([0]);
    expect(blamed(1)).toEqual([1]);
    expect(blamed(1, 2)).toEqual([]);
  });

  it('is not known to be to blame beside another one that waits, or beside what was cancelled and is not over', () => {
    const blamed = (prepare: (hub: HubUnderTest) => void): unknown[] => {
      const hub = openHub(2);
      for (const seq of [0, 1]) hub.batch('l', 1, batchOf(seq));
      hub.fromWorker('w', { type: 'waits', ...of(0) });
      prepare(hub);
      const lost = toLeaders(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'silent', how: 'silent' }));
      return lost.flatMap(([, message]) => (message.type === 'lost' ? [message.loss.alone] : []));
    };
    expect(blamed((hub) => hub.fromWorker('w', { type: 'waits', ...of(1) }))).toEqual([false, false]);
    expect(blamed((hub) => hub.fromLeader('l', { type: 'cancel', job: 1, seq: 1, attempt: 1 }))).toEqual([false]);
  });

  it('is said to wait again when its worker is back, and not otherwise', () => {
    for (const waiting of [true, false]) {
      const hub = single();
      hub.batch('l', 1, batchOf(0));
      hub.fromWorker('w', { type: 'waits', ...of(0) });
      hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'cut', how: 'lost' });
      hub.workerJoined('w');
      const running = [{ seq: 0, attempt: 1, ticket: ticket('secret', 'w', batchOf(0)), ...(waiting && { waiting }) }];
      hub.fromWorker('w', { type: 'report', jobs: [{ jobId: 'l:1', running, held: [] }], ending: [] });
      hub.fromWorker('w', { type: 'offer', slots: 1, offers: { operations: ['f@1'], serializers: ['json'], labels: [] } });
      expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual(waiting ? ['w: l:1/1'] : []);
    }
  });

  it('is found again at a hub that was started anew', () => {
    const hub = new HubUnderTest();
    hub.leader('l', [1]);
    hub.workerJoined('w');
    const running = [{ seq: 0, attempt: 1, ticket: ticket('secret', 'w', batchOf(0)), waiting: true }];
    hub.fromWorker('w', { type: 'report', jobs: [{ jobId: 'l:1', running, held: [] }], ending: [] });
    hub.fromWorker('w', { type: 'offer', slots: 1, offers: { operations: ['f@1'], serializers: ['json'], labels: [] } });
    hub.open('l', 1, { resumed: [{ seq: 0, attempt: 1, bytes: 1, worthMs: 1_000, suspect: false }] });
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual(['w: l:1/1']);
  });

  it('is known to have waited for so long, however often it began to', () => {
    const state = new HubState({ epoch: 'e', limits: defaultLimits, ticketOf: ticket });
    const leader = newLeader('l', '', defaultLimits, state, 0);
    const worker = newWorker('w', '', defaultLimits, state.records, 0);
    const needClass = state.placement.fitting.needClass({ operations: ['f@1'], serializers: ['json'], labels: [] });
    const description = { stages: [], serializer: 'json' };
    const job = newJob({
      number: 1,
      leader,
      secret: '',
      description,
      bytes: 0,
      priority: 0,
      openedAt: 0,
      needClass,
      virtualTime: 0,
    });
    const given = {
      elements: 1,
      bytes: 0,
      besideBytes: 0,
      job,
      worker,
      chargedMs: 0,
      cheap: false,
      suspect: false,
      alone: false,
      adopted: false,
    };
    addLease(state, { ...batchOf(0), ...given });
    for (const [now, isWaiting] of [
      [10, true],
      [30, false],
      [50, true],
      [60, false],
    ] as const) {
      state.now = now;
      changeWaiting(state, worker, job, batchOf(0), isWaiting);
    }
    expect(job.leases.all().map(({ waitedMs }) => waitedMs)).toEqual([30]);
  });

  it('is not known where it is of a job that nobody has opened', () => {
    const hub = single();
    hub.batch('l', 1, batchOf(0));
    expect(hub.fromWorker('w', { type: 'waits', ...of(0), jobId: 'l:2' })).toEqual([]);
  });

  it('counts where a worker says of too many that they wait, and where it says so of what it has not', () => {
    const hub = single({ maxBatchesPerLeader: 2 * maxWaitingBatches, maxBytesPerLeader: 1e9, maxUnacknowledgedPerLeader: 1e9 });
    hub.fromWorker('w', { type: 'waits', ...of(7) });
    for (let seq = 0; seq <= maxWaitingBatches; seq += 1) {
      hub.batch('l', 1, batchOf(seq));
      hub.fromWorker('w', { type: 'waits', ...of(seq) });
    }
    expect(assigned(hub.batch('l', 1, batchOf(5_000)))).toEqual([]);
  });
});
