import { describe, expect, it } from 'vitest';
import { assigned, batchOf, HubUnderTest, toLeaders } from './scheduler-harness.js';

describe('a leader that does not read what waits for it', () => {
  it('is given nothing more, while others are, until it has caught up', () => {
    const hub = new HubUnderTest();
    for (const leaderId of ['l', 'm']) hub.leader(leaderId);
    hub.worker('w', 2);
    for (const leaderId of ['l', 'm']) hub.open(leaderId, 1);
    hub.batch('l', 1, batchOf(0));
    hub.handle({ type: 'leaderCongested', leaderId: 'l', congested: true });
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    expect(toLeaders(hub.result('w', 'l:1', 0))).toHaveLength(1);
    expect(assigned(hub.batch('m', 1, batchOf(0)))).toEqual(['w: m:1/0']);
    expect(assigned(hub.handle({ type: 'leaderCongested', leaderId: 'l', congested: false }))).toEqual(['w: l:1/1']);
  });
});

describe('a worker that does not read what waits for it', () => {
  it('is given nothing more until it has caught up, and others are', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 2);
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.handle({ type: 'workerCongested', workerId: 'v', congested: true });
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual(['w: l:1/0']);
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    expect(assigned(hub.handle({ type: 'workerCongested', workerId: 'v', congested: false }))).toEqual(['v: l:1/1']);
  });
});
