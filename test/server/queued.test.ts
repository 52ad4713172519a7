import { describe, expect, it } from 'vitest';
import { ticketed } from './recovery-harness.js';
import { batchOf, HubUnderTest, toLeaders } from './scheduler-harness.js';

/** Two jobs of which the first has the only slot, and the second waits for it. */
function withOneThatWaits(now = 0): HubUnderTest {
  const hub = new HubUnderTest();
  hub.now = now;
  hub.leader('a');
  hub.leader('b');
  hub.worker('w', 1);
  hub.open('a', 1);
  hub.open('b', 1);
  hub.batch('a', 1, batchOf(0));
  hub.batch('b', 1, batchOf(0));
  return hub;
}

const ask = (hub: HubUnderTest, leader: string): unknown[] => toLeaders(hub.fromLeader(leader, { type: 'ask', job: 1 }));

describe('a leader that asks about its job', () => {
  it('is told when others have all slots', () => {
    const hub = withOneThatWaits();
    hub.now = 300;
    expect(ask(hub, 'b')).toEqual([['b', { type: 'queued', job: 1, slots: 1, stillMs: 300 }]]);
    hub.leader('c');
    hub.open('c', 1);
    hub.batch('c', 1, batchOf(0));
    // Now `b` has it.
    hub.result('w', 'a:1', 0, { elapsedMs: 200 });
    hub.now += 50;
    expect(ask(hub, 'c')).toEqual([['c', { type: 'queued', job: 1, slots: 1, stillMs: 50 }]]);
  });

  it('is told nothing when a worker has something of it', () => {
    const hub = withOneThatWaits();
    hub.batch('a', 1, batchOf(1));
    expect(ask(hub, 'a')).toEqual([]);
  });

  it('is told nothing while something of it is looked for', () => {
    const hub = withOneThatWaits();
    hub.leader('c');
    hub.open('c', 1, { resumed: [{ seq: 0, attempt: 1, bytes: 1, worthMs: 1_000, suspect: false }] });
    hub.batch('c', 1, batchOf(1));
    expect(ask(hub, 'c')).toEqual([]);
  });

  it('is told nothing when there are no slots at all, or nothing waits', () => {
    const hub = withOneThatWaits();
    hub.handle({ type: 'workerLeft', workerId: 'w', how: 'closed', reason: 'gone' });
    expect(ask(hub, 'b')).toEqual([]);
    const idle = withOneThatWaits();
    idle.fromLeader('b', { type: 'cancel', job: 1, seq: 0, attempt: 1 });
    expect(ask(idle, 'b')).toEqual([]);
  });

  it('is told when slots were given out before their worker was away', () => {
    const hub = withOneThatWaits(1_000);
    hub.now = 1_300;
    hub.handle({ type: 'workerLeft', workerId: 'w', how: 'lost', reason: 'reset' });
    hub.now = 1_400;
    hub.workerJoined('w');
    const running = [ticketed(0, 1, 'w')];
    hub.fromWorker('w', { type: 'report', jobs: [{ jobId: 'a:1', running, held: [] }], ending: [] });
    hub.fromWorker('w', { type: 'offer', slots: 1, offers: { operations: ['f@1'], serializers: ['json'], labels: [] } });
    expect(ask(hub, 'b')).toEqual([['b', { type: 'queued', job: 1, slots: 1, stillMs: 400 }]]);
  });

  it('is told nothing while it is given nothing, since it does not read', () => {
    const hub = withOneThatWaits();
    hub.handle({ type: 'leaderCongested', leaderId: 'b', congested: true });
    expect(ask(hub, 'b')).toEqual([]);
  });
});
