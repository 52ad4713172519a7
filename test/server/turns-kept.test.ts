import { describe, expect, it } from 'vitest';
import { keepTurn, mayRestFor, takeKeptTurn, takePaid } from '../../server/core/charging.js';
import { HubState } from '../../server/core/hub-state.js';
import { newJob, newLeader, newWorker } from '../../server/core/new-records.js';
import type { HubJob, HubLeader } from '../../server/core/records.js';
import { defaultLimits } from '../../server/limits.js';
import { maxTurnsKept } from '../../src/limits.js';
import { assigned, batchOf, HubUnderTest, toLeaders } from './scheduler-harness.js';

interface Turns {
  readonly state: HubState;
  readonly leader: HubLeader;
  /** A job of the leader with that virtual time. */
  readonly job: (virtualTime: number, priority?: number, operation?: string) => HubJob;
}

/** A hub whose own virtual time is 10. */
function turns(): Turns {
  const state = new HubState({ epoch: 'e', limits: defaultLimits, ticketOf: () => 0 });
  const leader = newLeader('l', '', defaultLimits, state, 0);
  const job = (virtualTime: number, priority = 0, operation = 'f@1'): HubJob => {
    const needClass = state.placement.fitting.needClass({ operations: [operation], serializers: ['json'], labels: [] });
    const description = { stages: [], serializer: 'json' };
    return newJob({
      number: 1,
      leader,
      secret: '',
      description,
      bytes: 0,
      priority,
      openedAt: 0,
      needClass,
      virtualTime,
    });
  };
  const first = job(10);
  state.placement.enterTurn(first);
  state.placement.takeTurn(first, 0);
  return { state, leader, job };
}

describe('how far a closed job was ahead', () => {
  it('is what the next one of its leader is ahead, by their weights', () => {
    const { state, leader, job } = turns();
    // 100 ms of weight 4 are 200 of weight 2.
    keepTurn(state, job(110, 2));
    expect(takeKeptTurn(state, leader, 2)).toBe(210);
    expect(takeKeptTurn(state, leader, 2)).toBe(10);
  });

  it('is passed over where it is not ahead any more, and that of another closed job is', () => {
    const { state, leader } = turns();
    for (const virtualTime of [10, 15]) leader.turnsKept.push({ virtualTime, weight: 1 });
    expect(takeKeptTurn(state, leader, 1)).toBe(15);
  });

  it('is nothing where it was not ahead, or is not any more', () => {
    const { state, leader, job } = turns();
    for (const virtualTime of [5, 10]) keepTurn(state, job(virtualTime));
    expect(leader.turnsKept).toEqual([]);
    keepTurn(state, job(15));
    const later = job(20);
    state.placement.enterTurn(later);
    state.placement.takeTurn(later, 0);
    expect(takeKeptTurn(state, leader, 1)).toBe(20);
    expect(leader.turnsKept).toEqual([]);
  });

  it('is added up, by weight, where there are more than are kept', () => {
    const { state, leader, job } = turns();
    for (let at = 0; at < maxTurnsKept; at += 1) keepTurn(state, job(100 + at, 1));
    keepTurn(state, job(30, 3));
    expect(leader.turnsKept).toHaveLength(maxTurnsKept);
    // 20 ms of weight 8 are 80 of weight 2.
    expect(leader.turnsKept.at(-1)).toEqual({ virtualTime: 100 + maxTurnsKept - 1 + 80, weight: 2 });
    expect(leader.turnsKept[1]).toEqual({ virtualTime: 101, weight: 2 });
  });
});

describe('what a job has paid for a worker that comes to rest', () => {
  it('is not paid again, once, by what is executed alone', () => {
    const { job } = turns();
    const payer = job(0);
    payer.paidMs = 30;
    expect([takePaid(payer, { alone: false }, 40), payer.paidMs]).toEqual([40, 30]);
    expect([takePaid(payer, { alone: true }, 40), payer.paidMs]).toEqual([10, 0]);
    expect(takePaid(payer, { alone: true }, 40)).toBe(40);
  });

  it.each([
    ['before it', 11, false],
    ['with it', 50, true],
    ['behind it', 51, true],
  ])('has the worker rest unless another job comes %s in turn', (_, virtualTime, mayRest) => {
    const { state, job } = turns();
    const worker = newWorker('w', '', defaultLimits, state.records, 0);
    worker.slots = 1;
    state.placement.moveWorker(worker, { operations: ['f@1', 'g@1'], serializers: ['json'], labels: [] });
    const resting = job(50);
    resting.paidMs = 1;
    state.placement.enterTurn(job(virtualTime, 0, 'g@1'));
    expect(mayRestFor(state, worker, resting)).toBe(mayRest);
  });
});

describe('a job that is closed', () => {
  it('is told nothing of slots any more, nor given any', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    for (const job of [1, 2]) hub.open('l', job);
    hub.batch('l', 1, batchOf(0));
    hub.fromLeader('l', { type: 'close', job: 1 });
    const effects = hub.worker('w', 1);
    expect(assigned(effects)).toEqual([]);
    expect(toLeaders(effects)).toMatchObject([['l', { type: 'capacity', job: 2, slots: 1 }]]);
  });
});
