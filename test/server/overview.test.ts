import { describe, expect, it } from 'vitest';
import { maxHappenings, maxHappeningsPerSecond } from '../../server/core/happenings.js';
import { batchOf, HubUnderTest, openHub } from './scheduler-harness.js';

const texts = (hub: HubUnderTest): string[] => hub.overview().log.map(({ kind, text }) => `${kind}: ${text}`);

describe('what a hub knows for its page', () => {
  it('is slot time by what it went to, as answers tell', () => {
    const hub = openHub(2);
    hub.now = 1_000;
    hub.batch('l', 1, batchOf(0));
    hub.now = 1_200;
    hub.batch('l', 1, batchOf(1));
    hub.now = 1_900;
    // Of 900 ms it took 600.
    hub.fromWorker('w', {
      type: 'result',
      jobId: 'l:1',
      result: { seq: 0, attempt: 1, done: 1, failures: [], elapsedMs: 600, payload: new Uint8Array(1) },
    });
    hub.now = 2_000;
    expect(hub.overview().slotTime).toEqual([
      { second: 0, executing: 0, onTheWay: 0, starved: 2, paused: 0 },
      { second: 1, executing: 1.4, onTheWay: 0.3, starved: 0.3, paused: 0 },
    ]);
    expect(hub.overview().workers).toMatchObject([{ workerId: 'w', state: 'here', slots: 2, leased: 1, heat: [0, 0.85] }]);
    hub.fromWorker('w', { type: 'draining' });
    hub.now = 3_000;
    expect(hub.overview().slotTime.at(-1)).toMatchObject({ executing: 1, starved: 0, paused: 1 });
  });

  it('does not take what is sent ahead for something on its way', () => {
    const hub = openHub(1);
    // Cheap batches: they are sent ahead.
    for (let seq = 0; seq < 20; seq += 1) {
      hub.batch('l', 1, batchOf(seq));
      hub.result('w', 'l:1', seq, { elapsedMs: 1 });
      hub.fromLeader('l', { type: 'acknowledge', job: 1, seq, attempt: 1 });
    }
    hub.now = 1_000;
    for (let seq = 20; seq < 23; seq += 1) hub.batch('l', 1, batchOf(seq));
    expect(hub.overview().workers[0]?.leased).toBe(3);
    // The trips are 4 ms together, since the others go on meanwhile.
    for (const [seq, at] of [
      [20, 1_104],
      [21, 1_204],
      [22, 1_304],
    ] as const) {
      hub.now = at - 100;
      hub.result('w', 'l:1', seq, { elapsedMs: 100 });
    }
    hub.now = 2_000;
    expect(hub.overview().slotTime[1]).toEqual({ second: 1, executing: 0.3, onTheWay: 0.004, starved: 0.696, paused: 0 });
  });

  it('has elements in a second, from the second look on', () => {
    const hub = openHub(1);
    expect(hub.overview().elementsPerSecond).toBe(0);
    hub.batch('l', 1, batchOf(0, { count: 5 }));
    hub.result('w', 'l:1', 0, { elapsedMs: 2_000, done: 5 });
    expect(hub.overview().elementsPerSecond).toBe(3);
    expect(hub.overview().elementsPerSecond).toBe(3);
    hub.now += 60_000;
    expect(hub.overview().elementsPerSecond).toBe(0);
  });

  it('is what happened last, by number', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    hub.handle({ type: 'workerLeft', workerId: 'w', how: 'lost', reason: 'the connection broke' });
    hub.workerJoined('w');
    hub.handle({ type: 'workerLeft', workerId: 'w', how: 'silent', reason: 'it gave no sign of life' });
    hub.now = 3_000;
    hub.fromLeader('l', { type: 'close', job: 1 });
    for (const outcome of [{ how: 'completed' }, { how: 'failed', code: 'TASK_TIMEOUT' }, { how: 'cancelled' }] as const) {
      hub.open('l', 2);
      hub.fromLeader('l', { type: 'close', job: 2, outcome });
    }
    hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'closed' });
    hub.handle({ type: 'noted', kind: 'refused', text: 'the token is wrong' });
    expect(texts(hub)).toEqual([
      'hub: the hub has started',
      'joined: leader l has joined',
      'joined: worker w has joined',
      'joined: worker w is back',
      'lost: worker w is lost, with 1 batch: it gave no sign of life',
      'job: job f of leader l has ended after 3 s',
      'job: job f of leader l has completed after 0 s',
      'job: job f of leader l has failed after 0 s: TASK_TIMEOUT',
      'job: job f of leader l was cancelled after 0 s',
      'left: leader l has left',
      'refused: the token is wrong',
    ]);
    expect(hub.overview().log.map(({ number }) => number)).toEqual(Array.from(texts(hub), (_, at) => at + 1));
  });

  it('is bounded, whatever happens how often', () => {
    const hub = new HubUnderTest();
    for (let second = 0; second < maxHappenings / maxHappeningsPerSecond + 2; second += 1) {
      hub.now = 1_000 * second;
      for (let count = 0; count < 50; count += 1) hub.handle({ type: 'noted', kind: 'refused', text: `${second}.${count}` });
    }
    const { log } = hub.overview();
    expect(log).toHaveLength(maxHappenings);
    expect(log.at(-1)?.text).toBe('21.9');
    expect(log.at(-10)?.text).toBe('21.0 (and 40 more like this before)');
    expect(log.at(-1)?.number).toBe(1 + 22 * maxHappeningsPerSecond);
  });
});
