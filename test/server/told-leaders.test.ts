import { describe, expect, it } from 'vitest';
import { maxBreakageLength, maxBreakages } from '../../src/limits.js';
import { batchOf, HubUnderTest, toLeaders } from './scheduler-harness.js';

describe('the scheduler', () => {
  it('says nothing of slots to a leader that knows them as it opens a job', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    expect(toLeaders(hub.open('l', 1, { slots: 2 }))).toEqual([]);
    expect(toLeaders(hub.open('l', 2, { slots: 3 }))).toEqual([['l', expect.objectContaining({ type: 'capacity', slots: 2 })]]);
    expect(toLeaders(hub.open('l', 3, { operation: 'g', slots: 0 }))).toEqual([['l', expect.objectContaining({ slots: 0 })]]);
  });

  it('tells leaders how many slots there are, as workers come and go', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    const slots = (effects: Parameters<typeof toLeaders>[0]): unknown[] =>
      toLeaders(effects).map(([, message]) => (message.type === 'capacity' ? message.slots : message.type));
    expect(slots(hub.open('l', 1))).toEqual([0]);
    expect(slots(hub.worker('w1', 2))).toEqual([2]);
    expect(slots(hub.worker('w2', 3))).toEqual([5]);
    expect(slots(hub.fromWorker('w1', { type: 'draining' }))).toEqual([3]);
    expect(slots(hub.handle({ type: 'workerLeft', workerId: 'w2', reason: 'gone', how: 'silent' }))).toEqual([0]);
  });

  it('tells nothing of slots for a job that is closed, though a worker that has drained has its last batch', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.worker('w', 1);
    hub.batch('l', 1, batchOf(0));
    hub.fromWorker('w', { type: 'draining' });
    expect(toLeaders(hub.fromLeader('l', { type: 'close', job: 1 }))).toEqual([]);
  });

  it('tells leaders that find no worker why the last one broke, until one offers the same again', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    const missing = (effects: Parameters<typeof toLeaders>[0]): unknown[] =>
      toLeaders(effects).map(([, message]) => (message.type === 'capacity' ? message.missing : message.type));
    hub.worker('w1', 1);
    hub.worker('w2', 1, ['f@1', 'g@1']);
    hub.open('l', 1);
    const why = (id: string, reason: string): string => `no worker is connected; worker ${id} offered that, and broke: ${reason}`;
    expect(missing(hub.fromWorker('w1', { type: 'draining', broken: 'it exited with code 5' }))).toEqual(['']);
    expect(missing(hub.fromWorker('w2', { type: 'draining', broken: 'out of \u009Bmemory' }))).toEqual([
      why('w2', 'out of \uFFFDmemory'),
    ]);
    expect(missing(hub.open('l', 2))).toEqual([why('w2', 'out of \uFFFDmemory')]);
    expect(missing(hub.open('l', 3, { operation: 'h' }))).toEqual(['no worker is connected']);
    expect(missing(hub.worker('w3', 1, ['f@1', 'g@1'])).slice(0, 2)).toEqual(['', '']);
    const none = 'no worker is connected';
    expect(missing(hub.fromWorker('w3', { type: 'draining' }))).toEqual([none, none, none]);
  });

  it('tells why a worker broke that says so before it says what it offered', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.open('l', 2, { operation: 'h' });
    hub.workerJoined('w');
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [] });
    expect(toLeaders(hub.fromWorker('w', { type: 'draining', broken: 'it broke' }))).toEqual([]);
    const offer = { type: 'offer', slots: 1, offers: { operations: ['f@1'], serializers: ['json'], labels: [] } } as const;
    const missing = 'no worker is connected; worker w offered that, and broke: it broke';
    expect(toLeaders(hub.fromWorker('w', offer))).toMatchObject([['l', { job: 1, slots: 0, missing }]]);
    // Said again, it is nothing new.
    expect(toLeaders(hub.fromWorker('w', offer))).toEqual([]);
  });

  it('tells why a worker broke that was draining already, once', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.worker('w', 1);
    const none = 'no worker is connected';
    expect(toLeaders(hub.fromWorker('w', { type: 'draining' }))).toMatchObject([['l', { missing: none }]]);
    const missing = `${none}; worker w offered that, and broke: it broke`;
    expect(toLeaders(hub.fromWorker('w', { type: 'draining', broken: 'it broke' }))).toMatchObject([['l', { missing }]]);
    expect(toLeaders(hub.fromWorker('w', { type: 'draining', broken: 'it broke again' }))).toEqual([]);
  });

  it('tells why a worker broke while it drained that has not said yet what it offered', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.workerJoined('w');
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [] });
    hub.fromWorker('w', { type: 'draining' });
    expect(toLeaders(hub.fromWorker('w', { type: 'draining', broken: 'it broke' }))).toEqual([]);
    const offers = { operations: ['f@1'], serializers: ['json'], labels: [] };
    const missing = 'no worker is connected; worker w offered that, and broke: it broke';
    expect(toLeaders(hub.fromWorker('w', { type: 'offer', slots: 1, offers }))).toMatchObject([['l', { missing }]]);
  });

  it('tells of the beginning of a long reason why a worker broke', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.fromWorker('w', { type: 'draining', broken: `it broke ${'\u4E2D'.repeat(2_000)}` });
    const [[, told] = []] = toLeaders(hub.open('l', 1));
    const missing = told?.type === 'capacity' ? told.missing : undefined;
    const before = 'no worker is connected; worker w offered that, and broke: ';
    expect(missing).toMatch(/: it broke \u4E2D+…$/u);
    expect(missing).toHaveLength(before.length + maxBreakageLength);
  });

  it('remembers a few broken workers, and forgets the one that broke first', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    for (let at = 0; at <= maxBreakages; at += 1) {
      hub.worker(`w${at}`, 1, [`o${at}@1`]);
      hub.fromWorker(`w${at}`, { type: 'draining', broken: 'it broke' });
    }
    const missing = [0, 1, maxBreakages].map((at) => hub.open('l', at + 1, { operation: `o${at}` }));
    expect(missing.flatMap(toLeaders).map(([, message]) => message)).toMatchObject([
      { missing: 'no worker is connected' },
      { missing: expect.stringContaining('worker w1 offered that') as unknown },
      { missing: expect.stringContaining(`worker w${maxBreakages} offered that`) as unknown },
    ]);
  });
});
