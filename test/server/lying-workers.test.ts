import { describe, expect, it } from 'vitest';
import { recoveryWindowMs } from '../../src/limits.js';
import {
  answers,
  attempt,
  busyHub,
  leaderBack,
  possession,
  ticketed,
  underWay,
  workerBack,
  workerLost,
} from './recovery-harness.js';
import { batchOf, HubUnderTest, openHub, resultOf, toLeaders } from './scheduler-harness.js';

describe('a worker that lies', () => {
  it('is not believed to have what was given to others, whether that runs, is answered, or is awaited', () => {
    const hub = busyHub();
    hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(1) });
    const lies = [ticketed(0), ticketed(1), { ...ticketed(2, 1, 'liar'), attempt: 2 }];
    hub.workerJoined('liar');
    const reported = hub.fromWorker('liar', { type: 'report', jobs: [{ jobId: 'l:1', running: lies, held: lies }], ending: [] });
    expect(reported).toMatchObject([
      { type: 'expel', role: 'worker', id: 'liar', code: 'PROTOCOL', reason: 'it was not given attempt 1 of batch 0 of job l:1' },
    ]);
    expect(hub.status().counters).toMatchObject({ forged: 1, adopted: 0 });
    for (const seq of [0, 1, 2]) {
      expect(toLeaders(hub.fromWorker('liar', { type: 'result', jobId: 'l:1', result: resultOf(seq) }))).toEqual([]);
    }
    // Who has it may still answer.
    expect(toLeaders(hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(0) }))).toHaveLength(1);
  });

  it('cannot have a leader disconnected for answers that this has acknowledged', () => {
    const hub = openHub(2, { maxUnacknowledgedPerLeader: 4 });
    for (let seq = 0; seq < 8; seq += 1) {
      hub.batch('l', 1, batchOf(seq));
      hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(seq) });
      hub.fromLeader('l', { type: 'acknowledge', job: 1, ...attempt(seq) });
    }
    workerLost(hub);
    workerBack(hub, [possession([], [0, 1, 2, 3, 4, 5, 6, 7])]);
    hub.batch('l', 1, batchOf(8));
    const effects = hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(8) });
    expect(answers(effects)).toEqual(['result 8/1']);
    expect(effects.map(({ type }) => type)).not.toContain('expel');
  });

  it('is disconnected when it reports a job of which it has nothing', () => {
    const hub = new HubUnderTest();
    hub.workerJoined('liar');
    expect(hub.fromWorker('liar', { type: 'report', jobs: [possession([])], ending: [] })).toMatchObject([
      { type: 'expel', role: 'worker', id: 'liar', code: 'PROTOCOL', reason: 'it has reported job l:1, of which it has nothing' },
    ]);
  });

  it('is not believed by a hub that has just started either', () => {
    const hub = new HubUnderTest();
    hub.workerJoined('liar');
    hub.fromWorker('liar', { type: 'report', jobs: [{ jobId: 'l:1', running: [ticketed(0)], held: [ticketed(1)] }], ending: [] });
    expect(toLeaders(leaderBack(hub, [underWay(0), underWay(1)])).map(([, message]) => message.type)).not.toContain('adopted');
    expect(hub.status().counters).toMatchObject({ forged: 1, adopted: 0 });
    expect(toLeaders(hub.fromWorker('liar', { type: 'result', jobId: 'l:1', result: resultOf(1) }))).toEqual([]);
    // Nobody has them: they are told as lost when the time is over.
    hub.now = recoveryWindowMs;
    expect(toLeaders(hub.handle({ type: 'tick' })).map(([, message]) => message.type)).toEqual(['lost', 'lost', 'capacity']);
  });
});
