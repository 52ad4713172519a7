import { describe, expect, it } from 'vitest';
import { assigned, batchOf, HubUnderTest, toLeaders } from './scheduler-harness.js';

/**
 * A leader that has acknowledged none of two answers of worker `v`, so that nothing more of it is given out; a batch of job 1
 * waits.
 */
function owingHub(): HubUnderTest {
  const hub = new HubUnderTest({ maxUnacknowledgedPerLeader: 2 });
  hub.leader('l');
  hub.worker('v', 1);
  hub.open('l', 1);
  for (const seq of [0, 1]) {
    hub.batch('l', 1, batchOf(seq));
    hub.result('v', 'l:1', seq);
  }
  expect(assigned(hub.batch('l', 1, batchOf(2)))).toEqual([]);
  return hub;
}

describe('what a leader owes acknowledgements for', () => {
  it('is over with its job, of which nothing is given out any more', () => {
    const hub = owingHub();
    expect(assigned(hub.fromLeader('l', { type: 'close', job: 1 }))).toEqual([]);
    expect(hub.status()).toMatchObject({ jobs: [], workers: [{ leased: 0, ending: 0 }] });
    hub.open('l', 2);
    expect(assigned(hub.batch('l', 2, batchOf(0)))).toEqual(['v: l:2/0']);
  });

  it('is over with the leader, of whose other jobs nothing is given out, either', () => {
    const hub = owingHub();
    hub.open('l', 2);
    hub.batch('l', 2, batchOf(0));
    expect(assigned(hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'closed' }))).toEqual([]);
    expect(hub.status()).toMatchObject({ leaders: [], jobs: [], workers: [{ leased: 0, ending: 0 }] });
  });

  it.each(['closed', 'silent'] as const)('is over with its worker, which is given nothing any more: %s', (how) => {
    const hub = owingHub();
    hub.handle({ type: 'workerLeft', workerId: 'v', reason: how, how });
    hub.worker('w', 1);
    expect(hub.status()).toMatchObject({ jobs: [{ queued: 0, leased: 1 }], workers: [{ workerId: 'w', leased: 1 }] });
    expect(toLeaders(hub.result('w', 'l:1', 2))).toHaveLength(1);
  });
});
