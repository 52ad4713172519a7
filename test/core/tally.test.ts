import { describe, expect, it } from 'vitest';
import type { JobFacts } from '../../src/core/job/facts.js';
import { sentenceOf, type HubView } from '../../src/core/job/wait.js';
import { failure, inputs, JobUnderTest, json, stage } from './job-harness.js';
import { joinParts } from '../../src/wire/parts.js';
import { exactly, first, only, present } from '../support/exactly.js';

const there: HubView = { awayBecause: undefined };

function facts(test: JobUnderTest, hub: HubView = there, total?: number): JobFacts {
  return test.job.facts({ now: test.now, hub, total });
}

/** Why it waits. */
function why(test: JobUnderTest, hub: HubView = there): string | undefined {
  const { wait } = facts(test, hub);
  return wait && sentenceOf(wait);
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('what a job counts', () => {
  it('is taken, in flight, then done and emitted', () => {
    const test = JobUnderTest.with(1, { batch: 2 });
    const batch = only(test.elements(...numbers(5)));
    expect(facts(test)).toMatchObject({ taken: 5, inFlight: 2, done: 0, emitted: 0 });
    test.succeed(batch);
    expect(facts(test)).toMatchObject({ taken: 5, inFlight: 2, done: 2, emitted: 2 });
  });

  it('counts outputs that wait for one before them as done, and not as emitted', () => {
    const test = JobUnderTest.with(2, { batch: 1 });
    const [, second] = exactly(2, test.elements('a', 'b'));
    test.succeed(second);
    expect(facts(test)).toMatchObject({ done: 1, emitted: 0, inFlight: 1 });
    test.succeed(first(test.sent));
    expect(facts(test)).toMatchObject({ done: 2, emitted: 2, inFlight: 0 });
  });

  it('counts an element once that is executed twice', () => {
    const test = JobUnderTest.with(2, { batch: 1, speculate: true });
    const batch = only(test.elements('a'));
    test.complete();
    test.lose(batch, 'gone');
    test.handle({ type: 'adopted', workerId: 'w1', seq: 0, attempt: 1, inPlaceOf: [] });
    expect(test.job.load.batches).toBe(2);
    expect(facts(test)).toMatchObject({ taken: 1, inFlight: 1 });
  });

  it('counts what is tried again, what is left out, and what fails', () => {
    const test = JobUnderTest.with(1, { batch: 4, stages: [stage('map', { onFatal: 'skip' })] });
    const batch = only(test.elements(...numbers(4)));
    const failures = [failure(0, { kind: 'transient' }), failure(1), failure(3, { kind: 'fatal', onFatal: 'terminate' })];
    test.result(batch, { failures, payload: json.encode([2]) });
    // The one that is left out and the one that fails are done; the one that is tried again is not.
    expect(facts(test)).toMatchObject({ taken: 4, done: 3, emitted: 0, retried: 1, skipped: 1, failed: 1, inFlight: 1 });
  });

  it('counts what follows the element that ends the job as waiting, whether it was cut or not', () => {
    const test = JobUnderTest.with(2, { batch: 2 });
    test.elements(...numbers(9));
    const [ahead, behind] = exactly(2, test.sent);
    test.result(behind, { failures: [failure(1)], payload: json.encode([2]) });
    expect(facts(test)).toMatchObject({ taken: 9, done: 2, failed: 1, inFlight: 2 });
    test.lose(ahead, 'returned');
    expect(facts(test)).toMatchObject({ taken: 9, done: 2, inFlight: 2 });
  });

  it('counts elements of a fold as done that are in a partial, and one output at the end', () => {
    const test = JobUnderTest.with(1, { batch: 2, stages: [stage('map'), stage('fold')] });
    const batch = only(test.elements('a', 'b'));
    test.complete();
    expect(facts(test)).toMatchObject({ done: 0, inFlight: 2, emitted: 0 });
    test.fold(batch);
    expect(test.job.over).toBe(true);
    expect(facts(test)).toMatchObject({ taken: 2, done: 2, emitted: 1 });
  });

  it('counts the elements of a partial that are left out with it, once', () => {
    const stages = [stage('map', { onFatal: 'skip' }), stage('fold', { onFatal: 'skip' })];
    const test = JobUnderTest.with(1, { batch: 2, stages });
    const batch = only(test.elements('a', 'b', 'c', 'd'));
    test.result(batch, { failures: [failure(0)], payload: joinParts([json.encode(['b'])]) });
    const second = present(test.sent.at(-1));
    test.fold(second);
    test.complete();
    const combine = present(test.sent.at(-1));
    expect(combine.units).toBe('partials');
    test.result(combine, { failures: [failure(1, { stage: 1 })], payload: joinParts([json.encode(['b'])]) });
    expect(facts(test)).toMatchObject({ taken: 4, done: 4, skipped: 3 });
  });

  it('goes on counting where it begins from 0 again', () => {
    const test = JobUnderTest.with(1);
    test.succeed(only(test.elements('a')));
    test.handle({ type: 'rewound' });
    const batch = only(test.elements('b'));
    expect(facts(test)).toMatchObject({ taken: 2, done: 1, emitted: 1, inFlight: 1 });
    test.succeed(batch);
    expect(facts(test)).toMatchObject({ taken: 2, done: 2, emitted: 2 });
  });

  it('says at the end what it came to', () => {
    const test = JobUnderTest.with(1, { batch: 1 });
    test.elements('a', 'b', 'c');
    test.result(first(test.sent), { failures: [failure(0)] });
    expect(test.job.over).toBe(true);
    expect(facts(test)).toMatchObject({ taken: 3, done: 1, failed: 1, inFlight: 0, elapsedMs: 0 });
  });

  it('tells its time since its first event, and its rate', () => {
    const test = new JobUnderTest({ batch: 5 });
    test.now = 1_000;
    test.handle({ type: 'connected' });
    test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' });
    const batch = only(test.elements(...numbers(10)));
    test.now = 2_000;
    test.succeed(batch);
    test.now = 3_000;
    expect(facts(test)).toMatchObject({ elapsedMs: 2_000, perSecond: 2.5 });
  });

  it('knows how many elements there are once the source has completed, or from its owner', () => {
    const test = JobUnderTest.with(1, { batch: 5 });
    test.elements(...numbers(10));
    expect(facts(test).total).toBeUndefined();
    expect(facts(test, there, 12).total).toBe(12);
    expect(facts(test, there, 8).total).toBe(10);
    expect(facts(test, there, 0).total).toBe(10);
    test.complete();
    expect(facts(test, there, 12).total).toBe(10);
  });
});

describe('why a job waits', () => {
  it('is its source, when slots are idle and nothing has come', () => {
    const test = JobUnderTest.with(2);
    expect(why(test)).toBe('the source is slow');
    expect(facts(test).state).toBe('waiting');
    const batch = only(test.elements('a'));
    expect(why(test)).toBe('the source is slow');
    expect(facts(test).state).toBe('running');
    test.succeed(batch);
    test.elements(...numbers(100));
    expect(why(test)).toBeUndefined();
    expect(facts(test).state).toBe('running');
  });

  it('is its reader, while that pauses it', () => {
    const test = JobUnderTest.with(1);
    test.elements('a');
    test.pause();
    expect(why(test)).toBe('the reader is slow');
    expect(facts(test).state).toBe('paused');
  });

  it('is the hub, while that is away', () => {
    const test = JobUnderTest.with(1);
    test.elements('a');
    test.handle({ type: 'disconnected' });
    expect(why(test, { awayBecause: 'connection refused' })).toBe('not connected to the hub: connection refused');
    expect(facts(test, { awayBecause: 'x' }).state).toBe('waiting');
  });

  it('is a place at the hub, when other jobs have all', () => {
    const test = new JobUnderTest();
    expect(why(test)).toBe('the source is slow');
    test.elements('a');
    expect(why(test)).toBe('waits for a place at the hub: other jobs of this leader have all that it admits');
  });

  it('is a worker that has the operation, in few words', () => {
    const test = JobUnderTest.with(0);
    const missing = "no worker offers operation 'fib-at@1' (did you mean 'fibat@1'?); operations on offer: fibat@1";
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing });
    test.elements('a');
    expect(why(test)).toBe('no worker offers fib-at@1; did you mean fibat@1?');
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' });
    expect(why(test)).toBe('no worker is connected');
    expect(facts(test).state).toBe('waiting');
  });

  it('is room at the hub, when other jobs have all', () => {
    const limits = { maxPayloadBytes: 1_000_000, maxBatches: 1_000, freeBatches: 0, freeBytes: Infinity };
    const test = JobUnderTest.with(1, { limits: () => limits });
    test.elements('a');
    expect(why(test)).toBe('waits for room at the hub: other jobs of this leader have all that it admits');
  });

  it('is a retry that is not due', () => {
    const retry = { strategy: 'after', maxRetries: 3, delayMs: 3_000 } as const;
    const test = JobUnderTest.with(1, { batch: 10, stages: [stage('map', { retry })] });
    const batch = only(test.elements(...numbers(8)));
    test.result(batch, { failures: [failure(7)], payload: json.encode(inputs(batch).slice(0, 7)) });
    expect(why(test)).toBe('retry of element 7 in 3 s');
    expect(facts(test).state).toBe('waiting');
  });

  it('is no retry while others are under way', () => {
    const retry = { strategy: 'after', maxRetries: 3, delayMs: 3_000 } as const;
    const test = JobUnderTest.with(1, { batch: 2, stages: [stage('map', { retry })] });
    const batch = only(test.elements(...numbers(4)));
    test.result(batch, { failures: [failure(0)], payload: json.encode([1]) });
    expect(facts(test)).toMatchObject({ inFlight: 2, retried: 1 });
    expect(why(test)).toBeUndefined();
  });

  it('is a batch from which nothing has come for a second', () => {
    const test = JobUnderTest.with(2, { batch: 1 });
    test.elements('a', 'b');
    expect(why(test)).toBeUndefined();
    test.now = 500;
    const [, second] = exactly(2, test.sent);
    test.succeed(second);
    test.complete();
    test.now = 9_000;
    expect(why(test)).toBe('waits for element 0, under way for 9 s');
    expect(facts(test)).toMatchObject({ state: 'running', oldest: { first: 0, count: 1, forMs: 9_000 } });
  });

  it('is an element that holds up the outputs of others, although these come', () => {
    const test = JobUnderTest.with(2, { batch: 1 });
    test.elements(...numbers(50));
    for (test.now = 100; test.now <= 2_000; test.now += 100) {
      const last = present(test.sent.at(-1));
      test.succeed(last);
    }
    expect(why(test)).toBe('waits for element 0, under way for 2 s');
  });

  it('is what is combined, in a fold', () => {
    const test = JobUnderTest.with(1, { batch: 2, stages: [stage('map'), stage('fold')] });
    test.fold(only(test.elements('a', 'b', 'c', 'd')));
    test.fold(only(test.sent.slice(1)));
    test.complete();
    test.now = 65_000;
    expect(why(test)).toBe('waits for the combination of elements 0 to 3, under way for 1 min 5 s');
  });
});
