import { describe, expect, it } from 'vitest';
import { stillAfterMs } from '../../src/limits.js';
import { batchOf, HubUnderTest, openHub } from './scheduler-harness.js';

/** Why each open job waits, by its id. */
function why(hub: HubUnderTest): Record<string, string> {
  return Object.fromEntries(hub.status().jobs.map(({ jobId, waitsFor }) => [jobId, waitsFor]));
}

describe('why a job waits, as the hub sees it', () => {
  it('gets on while something of it is with workers, and says who has had it for long', () => {
    const hub = openHub(2);
    expect(why(hub)).toEqual({ 'l:1': 'its leader sends nothing: the source or the reader is slow' });
    hub.batch('l', 1, batchOf(0));
    hub.now += stillAfterMs - 1;
    expect(why(hub)).toEqual({ 'l:1': '' });
    hub.now += 1;
    expect(why(hub)).toEqual({ 'l:1': 'worker w has had a batch of it for 2 s' });
    hub.batch('l', 1, batchOf(1));
    hub.now += 7_000;
    expect(why(hub)).toEqual({ 'l:1': 'worker w has had a batch of it for 9 s' });
    hub.result('w', 'l:1', 1);
    expect(why(hub)).toEqual({ 'l:1': 'worker w has had a batch of it for 9 s' });
    hub.handle({ type: 'workerLeft', workerId: 'w', how: 'lost', reason: '' });
    expect(why(hub)).toEqual({ 'l:1': 'worker w, whose connection is lost, has had a batch of it for 9 s' });
  });

  it('names what no worker offers', () => {
    const hub = openHub(1);
    hub.open('l', 2, { operation: 'g' });
    hub.batch('l', 2, batchOf(0));
    expect(why(hub)['l:2']).toContain('g@1');
  });

  it('says that other jobs have all slots', () => {
    const hub = openHub(1);
    hub.open('l', 2);
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 2, batchOf(0));
    expect(why(hub)['l:2']).toBe('other jobs have the only slot');
  });

  it('says that what was cancelled still runs, or that its workers are given nothing', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    hub.fromLeader('l', { type: 'cancel', job: 1, seq: 0, attempt: 1 });
    hub.batch('l', 1, batchOf(1));
    expect(why(hub)['l:1']).toBe('what was cancelled still runs in the slots');
    const paused = openHub(1);
    paused.handle({ type: 'workerCongested', workerId: 'w', congested: true });
    paused.batch('l', 1, batchOf(0));
    expect(why(paused)['l:1']).toBe('its workers are given nothing at present');
  });

  it('says what a leader does not do', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    hub.handle({ type: 'leaderCongested', leaderId: 'l', congested: true });
    expect(why(hub)['l:1']).toBe('its leader does not read what waits for it');
    hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'lost' });
    expect(why(hub)['l:1']).toBe('the connection to its leader is lost, and the leader is waited for');
    hub.leader('l', [1]);
    expect(why(hub)['l:1']).toBe('its leader is back, and has not gone on with it yet');
  });

  it('says that a leader does not acknowledge what it is sent', () => {
    const hub = openHub(64, { maxUnacknowledgedPerLeader: 64, maxBatchesPerLeader: 1_000, maxBytesPerLeader: 1_000 });
    for (let seq = 0; seq < 65; seq += 1) {
      hub.batch('l', 1, batchOf(seq));
      hub.result('w', 'l:1', seq);
    }
    expect(why(hub)['l:1']).toBe('its leader does not acknowledge the results that it has been sent');
  });

  it('says that a batch which is to be executed alone waits for a worker at rest', () => {
    const hub = openHub(2);
    hub.open('l', 2);
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 2, batchOf(0, { suspect: true, alone: true }));
    expect(why(hub)['l:2']).toBe(
      'a batch with which a worker was lost waits until a worker can execute it without harm to others',
    );
  });

  it('says that workers may have it that are not back', () => {
    const hub = new HubUnderTest();
    hub.leader('l', [1]);
    hub.worker('w', 1);
    hub.open('l', 1, { resumed: [{ seq: 0, attempt: 1, bytes: 1, worthMs: 60_000, suspect: false }] });
    expect(why(hub)['l:1']).toBe('a batch may be with workers that are not back yet');
  });
});

describe('what a worker has', () => {
  it('shows the three that it has had for longest', () => {
    const hub = openHub(5);
    for (let seq = 0; seq < 5; seq += 1) {
      hub.batch('l', 1, batchOf(seq));
      hub.now += 10;
    }
    hub.result('w', 'l:1', 0, { elapsedMs: 0 });
    const [worker] = hub.status().workers;
    expect(worker?.oldest).toEqual([40, 30, 20].map((forMs) => ({ jobId: 'l:1', stages: ['f'], forMs })));
  });
});
