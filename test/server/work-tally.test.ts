import { describe, expect, it } from 'vitest';
import { boundsMs, Histogram } from '../../src/core/histogram.js';
import { WorkTally } from '../../src/core/work-tally.js';
import { maxNamesTallied } from '../../src/limits.js';
import type { StageDescription, UnitFailure } from '../../src/protocol/messages.js';
import { describeUnreached } from '../../src/protocol/unreached.js';
import { bytesOfDescribed } from '../../src/wire/parts.js';
import { batchOf, HubUnderTest, openHub, resultOf, ticket } from './scheduler-harness.js';

const stagesOf = (...operations: string[]): StageDescription[] =>
  operations.map((operation) => ({ kind: 'map', operation, version: 1 }));

const failure = (offset: number, stage: number): UnitFailure => ({
  offset,
  stage,
  code: 'OPERATION_FAILED',
  kind: 'thrown',
  message: '',
  error: new Uint8Array(),
});

describe('what a hub counts', () => {
  it('counts the elements of each stage that has executed them, and what failed there', () => {
    const tally = new WorkTally();
    const job = tally.of(stagesOf('parse', 'score'));
    tally.answered(job, 10, resultOf(0, { done: 10, failures: [failure(1, 0), failure(4, 1), failure(5, 1)] }), 7);
    const [parse, score] = job.operations;
    expect([parse?.elements, score?.elements]).toEqual([10, 9]);
    expect([...(parse?.failures ?? [])]).toEqual([['OPERATION_FAILED', 1]]);
    expect([...(score?.failures ?? [])]).toEqual([['OPERATION_FAILED', 2]]);
    expect([...tally.chains.keys()]).toEqual(['parse → score']);
    expect([job.chain.executed.count, job.chain.executed.sumMs]).toEqual([1, 7]);
  });

  it('counts a batch of partials as a batch, and not as elements', () => {
    const tally = new WorkTally();
    const job = tally.of(stagesOf('sum'));
    tally.answered(job, 0, resultOf(0, { done: 2 }), 1);
    expect([job.operations[0]?.elements, job.chain.executed.count]).toEqual([0, 1]);
  });

  it('counts of an answer that cannot be the batch alone', () => {
    for (const wrong of [
      { done: 1, failures: [failure(0, 0), failure(0, 0), failure(0, 0)] },
      { done: 1, failures: [failure(1, 0)] },
      { done: 2, failures: [failure(0, 2)] },
      { done: 11, failures: [] },
    ]) {
      const tally = new WorkTally();
      const job = tally.of(stagesOf('parse', 'score'));
      tally.answered(job, 10, resultOf(0, wrong), 1);
      expect(job.operations.map(({ elements, failures }) => [elements, failures.size])).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect(job.chain.executed.count).toBe(1);
    }
  });

  it('cuts the names of long chains', () => {
    const stages = stagesOf(...Array.from({ length: 1_000 }, (_, at) => `${'x'.repeat(190)}${at}`));
    const tally = new WorkTally();
    tally.of(stages);
    expect([...tally.chains.keys()][0]).toHaveLength(200);
  });

  it('counts as retries those stages that had been reached', () => {
    const tally = new WorkTally();
    const job = tally.of(stagesOf('parse', 'score'));
    tally.begins(job, batchOf(0, { count: 3 }));
    tally.begins(job, batchOf(1, { tried: 2, unreached: describeUnreached([0, 2]) }));
    tally.begins(job, batchOf(2, { tried: 1, unreached: describeUnreached([0, 0]) }));
    tally.begins(job, batchOf(3, { units: 'partials', tried: 1 }));
    expect(job.operations.map(({ retries }) => retries)).toEqual([2, 1]);
  });

  it('counts jobs of the same operations together, and those beyond its bound under one name', () => {
    const tally = new WorkTally();
    const first = tally.of(stagesOf('f0'));
    for (let at = 1; at < maxNamesTallied + 10; at += 1) tally.of(stagesOf(`f${at}`));
    expect(tally.of(stagesOf('f0')).chain).toBe(first.chain);
    expect(tally.of(stagesOf('one')).operations[0]).toBe(tally.of(stagesOf('another')).operations[0]);
    expect([tally.operations.size, tally.chains.size]).toEqual([maxNamesTallied + 1, maxNamesTallied + 1]);
    expect(tally.operations.has('other')).toBe(true);
  });

  it('says how long batches have waited and were executed, and by what they were lost', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 1, batchOf(1));
    hub.result('w', 'l:1', 0, { elapsedMs: 40 });
    hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss: { seq: 1, attempt: 1, cause: 'death', reason: 'it died' } });
    const { tally } = hub.facts();
    const chain = tally.chains.get('f');
    expect([chain?.queued.count, chain?.queued.sumMs]).toEqual([2, 40]);
    expect([chain?.executed.count, chain?.executed.sumMs]).toEqual([1, 40]);
    expect([...tally.lost]).toEqual([['death', 1]]);
    expect(tally.operations.get('f')?.elements).toBe(1);
  });

  it('begins with the first batch that is given out, and counts no elements of what was found with a worker', () => {
    const hub = openHub(1);
    hub.open('l', 2, { operation: 'nobody-has-it' });
    hub.batch('l', 2, batchOf(0));
    expect(hub.facts().tally.operations.size).toBe(0);
    expect(hub.facts().wantedSlots).toEqual(
      new Map([
        ['f', 0],
        ['nobody-has-it', 1],
      ]),
    );
    const back = new HubUnderTest();
    back.leader('l', [1]);
    back.open('l', 1, { resumed: [{ seq: 0, attempt: 1, bytes: 1, worthMs: 60_000, suspect: false }] });
    back.workerJoined('w');
    const running = [{ seq: 0, attempt: 1, ticket: ticket('secret', 'w', { seq: 0, attempt: 1 }) }];
    back.fromWorker('w', { type: 'report', jobs: [{ jobId: 'l:1', running, held: [] }], ending: [] });
    back.result('w', 'l:1', 0);
    const { tally } = back.facts();
    expect([tally.adopted, tally.chains.get('f')?.executed.count, tally.operations.get('f')?.elements]).toEqual([1, 1, 0]);
  });

  it('counts no elements of partials that are combined', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0, { units: 'partials', count: 2, parts: new Uint8Array(bytesOfDescribed(2)) }));
    hub.result('w', 'l:1', 0, { done: 2 });
    const { tally } = hub.facts();
    expect([tally.chains.get('f')?.executed.count, tally.operations.get('f')?.elements]).toEqual([1, 0]);
  });

  it('says what there is now', () => {
    const hub = openHub(3);
    hub.batch('l', 1, batchOf(0));
    expect(hub.facts()).toMatchObject({
      slots: { busy: 1, free: 2, paused: 0 },
      workers: { here: 1, draining: 0, away: 0 },
      leaders: { here: 1, away: 0 },
      jobs: { running: 1, queued: 0, unserved: 0, idle: 0 },
      queuedBatches: 0,
      wantedSlots: new Map([['f', 1]]),
      oldestSeconds: new Map([['f', 0]]),
    });
    hub.now = 9_000;
    hub.open('l', 2, { operation: 'g' });
    hub.batch('l', 2, batchOf(0));
    expect(hub.facts()).toMatchObject({
      jobs: { running: 1, queued: 0, unserved: 1, idle: 0 },
      oldestSeconds: new Map([
        ['f', 9],
        ['g', 0],
      ]),
    });
    hub.fromLeader('l', { type: 'close', job: 2 });
    hub.fromWorker('w', { type: 'draining' });
    hub.batch('l', 1, batchOf(1));
    expect(hub.facts()).toMatchObject({
      slots: { busy: 1, free: 0, paused: 2 },
      workers: { here: 0, draining: 1, away: 0 },
      queuedBatches: 1,
      wantedSlots: new Map([['f', 2]]),
    });
    hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'gone', how: 'lost' });
    hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'lost' });
    expect(hub.facts()).toMatchObject({
      workers: { here: 0, draining: 0, away: 1 },
      leaders: { here: 0, away: 1 },
    });
  });

  it('wants slots for jobs beyond its bound of names, too', () => {
    const hub = new HubUnderTest({ maxJobsPerLeader: 10_000 });
    hub.leader('l');
    for (let at = 0; at <= maxNamesTallied; at += 1) hub.open('l', at + 1, { operation: `f${at}` });
    hub.batch('l', maxNamesTallied + 1, batchOf(0));
    expect(hub.facts().wantedSlots.get('other')).toBe(1);
  });
});

describe('a histogram', () => {
  it('counts each duration once, in the first bucket that has room for it', () => {
    const histogram = new Histogram();
    for (const ms of [0, 0.5, 0.6, 1_000, 1e9]) histogram.observe(ms);
    const { cumulative } = histogram;
    expect(cumulative).toHaveLength(boundsMs.length + 1);
    expect(cumulative[0]).toBe(2);
    expect(cumulative[boundsMs.indexOf(1)]).toBe(3);
    expect(cumulative[boundsMs.indexOf(1_000)]).toBe(4);
    expect(cumulative.at(-1)).toBe(5);
    expect(histogram.count).toBe(5);
    expect(histogram.sumMs).toBeCloseTo(1e9 + 1_001.1);
  });
});
