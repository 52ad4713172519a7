import { describe, expect, it } from 'vitest';
import { workerToHub } from '../../src/protocol/parse.js';
import { batchOf, HubUnderTest, resultOf, ticket, toLeaders } from './scheduler-harness.js';

const liar = { type: 'expel', role: 'worker', id: 'w', code: 'PROTOCOL' };

/** A worker with one batch. */
function busyHub(): HubUnderTest {
  const hub = new HubUnderTest();
  hub.leader('l');
  hub.worker('w', 1);
  hub.open('l', 1);
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
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    const attempt = { seq: 0, attempt: 1, ticket: ticket('secret', 'w', { seq: 0, attempt: 1 }) };
    const jobs = [
      { jobId: 'l:1', running: [], held: [], [kind]: [attempt] },
      { jobId: 'l:1', running: [], held: [], [kind]: [attempt] },
    ];
    expect(hub.fromWorker('w', { type: 'report', jobs, ending: [] })).toMatchObject([liar]);
  });

  it('does not reach terminals with its names', () => {
    const hub = new HubUnderTest();
    hub.worker('w', 1, ['f\u009B31m@1'], ['\u202Ex']);
    const [worker] = hub.scheduler.status(0).workers;
    expect(worker?.offers).toMatchObject({ operations: ['f\uFFFD31m@1'], labels: ['\uFFFDx'] });
    hub.leader('l');
    expect(JSON.stringify(hub.open('l', 1))).not.toMatch(/\u009B/u);
  });
});

describe('a leader that acknowledges late', () => {
  it('is answered in full though more was under way than it may leave unacknowledged', () => {
    const hub = new HubUnderTest({ maxUnacknowledgedPerLeader: 2 });
    hub.leader('l');
    hub.worker('w', 4);
    hub.open('l', 1);
    for (let seq = 0; seq < 4; seq += 1) hub.batch('l', 1, batchOf(seq));
    for (let seq = 0; seq < 4; seq += 1) {
      const effects = hub.fromWorker('w', { type: 'result', jobId: 'l:1', result: resultOf(seq) });
      expect(effects.map(({ type }) => type)).toEqual(['toLeader']);
    }
  });
});
