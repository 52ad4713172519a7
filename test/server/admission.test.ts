import { describe, expect, it } from 'vitest';
import {
  batchExceeds,
  jobExceeds,
  recordsExceed,
  resumedExceeds,
  saidExceeds,
  underWayExceeds,
} from '../../server/core/admission.js';
import { batchRecordBytes, besideRecordBytes } from '../../server/core/charges.js';
import { HubState } from '../../server/core/hub-state.js';
import { newLeader, newLeaderConnection, newWorker } from '../../server/core/new-records.js';
import type { HubLeader } from '../../server/core/records.js';
import type { SchedulerLimits } from '../../server/core/scheduler-events.js';
import { defaultLimits } from '../../server/limits.js';
import { maxHeldAnswers, maxResumed } from '../../src/limits.js';
import type { Batch } from '../../src/protocol/messages.js';
import { batchOf, ticket } from './scheduler-harness.js';

/** A hub with these limits, a leader, and so many other leaders and workers. */
function hubWith(changes: Partial<SchedulerLimits>, leaders = 0, workers = 0): { state: HubState; leader: HubLeader } {
  const limits = { ...defaultLimits, ...changes };
  const state = new HubState({ epoch: 'e', limits, ticketOf: ticket });
  const leader = newLeader('l', '', limits, state, 0);
  state.leaders.set('l', leader);
  for (let at = 0; at < leaders; at += 1) state.leaders.set(`m${at}`, newLeader(`m${at}`, '', limits, state, 0));
  for (let at = 0; at < workers; at += 1) state.workers.set(`w${at}`, newWorker(`w${at}`, '', limits, state.records, 0));
  return { state, leader };
}

/** A batch with a payload of so many bytes. */
function batchWith(bytes: number): Batch {
  return batchOf(0, { payload: new Uint8Array(bytes) });
}

describe('a further batch', () => {
  it('may fill what a leader has, and not more, unless it has no other', () => {
    const { state, leader } = hubWith({ maxBytesPerLeader: 100 });
    expect(batchExceeds(state, leader, batchWith(101))).toBeUndefined();
    Object.assign(leader, { batches: 1, bytes: 40 });
    expect(batchExceeds(state, leader, batchWith(60))).toBeUndefined();
    expect(batchExceeds(state, leader, batchWith(61))).toContain('maxBytesPerLeader');
  });

  it('may fill the hub; beyond it, it may be of a leader that has no more than half of an equal share', () => {
    const { state, leader } = hubWith({ maxBytes: 1_000 }, 4);
    Object.assign(leader, { batches: 1, bytes: 50, descriptionBytes: 30 });
    state.bytes = 990;
    expect(batchExceeds(state, leader, batchWith(10))).toBeUndefined();
    expect(batchExceeds(state, leader, batchWith(20))).toBeUndefined();
    expect(batchExceeds(state, leader, batchWith(21))).toContain('(maxBytes)');
    leader.bytes = 500;
    expect(batchExceeds(state, leader, batchWith(10))).toBeUndefined();
    expect(batchExceeds(state, leader, batchWith(11))).toContain('(maxBytes)');
  });
});

describe('a record', () => {
  it('may fill the hub; beyond it, it may be of a peer that has no more than half of an equal share', () => {
    const { state, leader } = hubWith({ maxRecordBytes: 1_000 }, 2, 2);
    state.records.bytes = 990;
    leader.recordBytes = 80;
    expect(recordsExceed(state, leader, 10)).toBeUndefined();
    expect(recordsExceed(state, leader, 20)).toBeUndefined();
    expect(recordsExceed(state, leader, 21)).toContain('(maxRecordBytes)');
  });

  it('is one of each batch', () => {
    const { state, leader } = hubWith({ maxRecordBytes: 10 * batchRecordBytes }, 4);
    state.records.bytes = 10 * batchRecordBytes;
    expect(batchExceeds(state, leader, batchWith(1))).toBeUndefined();
    leader.recordBytes = 1;
    expect(batchExceeds(state, leader, batchWith(1))).toContain('(maxRecordBytes)');
  });

  it('is charged for whatever its batch carries beside the payload', () => {
    const { state, leader } = hubWith({ maxRecordBytes: 10 * batchRecordBytes }, 4);
    const [parts, unreached] = [new Uint8Array(12), new Uint8Array(4)];
    state.records.bytes = 9 * batchRecordBytes - 2 * besideRecordBytes - 16;
    leader.recordBytes = batchRecordBytes;
    expect(batchExceeds(state, leader, batchOf(0, { parts, unreached }))).toBeUndefined();
    expect(batchExceeds(state, leader, batchOf(0, { parts, unreached: new Uint8Array(5) }))).toContain('(maxRecordBytes)');
    expect(batchExceeds(state, leader, batchOf(0, { parts: new Uint8Array(13), unreached }))).toContain('(maxRecordBytes)');
  });
});

describe('a further job', () => {
  it('may fill what a leader has for descriptions, and not more', () => {
    const { state, leader } = hubWith({ maxDescriptionBytesPerLeader: 100 });
    leader.descriptionBytes = 40;
    expect(jobExceeds(state, leader, false, 60)).toBeUndefined();
    expect(jobExceeds(state, leader, false, 61)).toContain('(maxDescriptionBytesPerLeader)');
  });

  it('counts towards those opened in a second, unless it was open before', () => {
    const { state, leader } = hubWith({ maxJobsOpenedPerSecond: 1, maxJobsPerLeader: 1 });
    // As many as it may have open come on top.
    expect(jobExceeds(state, leader, false, 0)).toBeUndefined();
    expect(jobExceeds(state, leader, false, 0)).toBeUndefined();
    expect(jobExceeds(state, leader, true, 0)).toBeUndefined();
    expect(jobExceeds(state, leader, false, 0)).toContain('(maxJobsOpenedPerSecond)');
  });

  it('counts by the limits that its leader has since it came back', () => {
    const { state, leader } = hubWith({ maxJobsOpenedPerSecond: 10, maxJobsPerLeader: 10 });
    expect(jobExceeds(state, leader, false, 0)).toBeUndefined();
    leader.connection = newLeaderConnection('', { ...leader.connection.limits, maxJobsOpenedPerSecond: 1, maxJobsPerLeader: 1 });
    const answers = [1, 2, 3].map(() => jobExceeds(state, leader, false, 0));
    expect(answers).toEqual([undefined, undefined, expect.stringContaining('(maxJobsOpenedPerSecond)')]);
  });
});

describe('what a peer says that it has', () => {
  it('may be as much as a leader may open and send, and at least what any leader goes on with', () => {
    const { connection } = hubWith({ maxJobsPerLeader: maxResumed + 1, maxBatchesPerLeader: maxResumed + 2 }).leader;
    for (let number = 0; number <= maxResumed; number += 1) connection.listed.add(number);
    connection.underWay = maxResumed + 2;
    expect([resumedExceeds(connection), underWayExceeds(connection)]).toEqual([undefined, undefined]);
    connection.listed.add(maxResumed + 1);
    connection.underWay += 1;
    expect(resumedExceeds(connection)).toContain('(maxJobsPerLeader)');
    expect(underWayExceeds(connection)).toContain('(maxBatchesPerLeader)');
    const few = hubWith({ maxJobsPerLeader: 1, maxBatchesPerLeader: 1 }).leader.connection;
    few.listed.add(1).add(2);
    few.underWay = maxResumed;
    expect([resumedExceeds(few), underWayExceeds(few)]).toEqual([undefined, undefined]);
  });

  it('may be twice what a worker executes and keeps: of each job that it speaks of it has at least one batch', () => {
    const { state } = hubWith({ maxSlotsPerWorker: 10 });
    const { connection } = newWorker('w', '', state.config.limits, state.records, 0);
    connection.said = { ...connection.said, count: 2 * (maxHeldAnswers + 10) };
    expect(saidExceeds(connection)).toBeUndefined();
    connection.said = { ...connection.said, count: 2 * (maxHeldAnswers + 10) + 1 };
    expect(saidExceeds(connection)).toContain('(maxSlotsPerWorker)');
  });
});
