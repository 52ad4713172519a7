import { describe, expect, it } from 'vitest';
import { factsOfParts, type JobFacts } from '../../src/core/job/facts.js';
import { Job } from '../../src/core/job/job.js';
import { sentenceOf, type Wait } from '../../src/core/job/wait.js';
import { configOf, failure, json, JobUnderTest, stage } from './job-harness.js';
import { exactly, only } from '../support/exactly.js';

const asking = { now: 5_000, hub: { awayBecause: undefined } };

function factsWith(changes: Partial<JobFacts>): JobFacts {
  const none = { oldest: undefined, wait: undefined, total: undefined, remaining: undefined };
  const counts = { taken: 0, done: 0, emitted: 0, failed: 0, retried: 0, skipped: 0, inFlight: 0, perSecond: 0, elapsedMs: 0 };
  return { ...counts, ...none, state: 'running', ...changes };
}

describe('what a divided chain says of itself', () => {
  it('is what its first part has taken, what its last part has done, and all that goes wrong', () => {
    const whole = factsOfParts([
      factsWith({ taken: 10, done: 6, emitted: 5, skipped: 1, retried: 2, inFlight: 4, total: 20, elapsedMs: 5, perSecond: 9 }),
      factsWith({ taken: 6, done: 3, emitted: 2, skipped: 1, failed: 1, inFlight: 2, total: 6, elapsedMs: 4, perSecond: 7 }),
    ]);
    expect(whole).toMatchObject({ taken: 10, done: 3, emitted: 2, skipped: 2, retried: 2, failed: 1, inFlight: 6 });
    expect(whole).toMatchObject({ total: 20, elapsedMs: 5, perSecond: 7 });
  });

  it('is what slows it: not that a part waits for the part before it', () => {
    const waits = factsWith({ state: 'waiting', wait: { for: 'source' } });
    const starves = factsWith({ state: 'waiting', wait: { for: 'worker', missing: 'none' } });
    const runs = factsWith({});
    expect(factsOfParts([starves, waits])).toMatchObject({ state: 'waiting', wait: { for: 'worker' } });
    expect(factsOfParts([runs, waits])).toMatchObject({ state: 'running', wait: undefined });
    expect(factsOfParts([waits, waits])).toMatchObject({ state: 'waiting', wait: { for: 'source' } });
    expect(factsOfParts([factsWith({ state: 'paused', wait: { for: 'reader' } }), runs])).toMatchObject({ state: 'running' });
  });

  it('waits while nobody offers what was sent, and is at work again when somebody does', () => {
    const test = JobUnderTest.with(1, { batch: 1 });
    test.elements('a');
    expect(test.job.facts(asking).state).toBe('running');
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'no worker offers f@1' });
    expect(test.job.facts(asking)).toMatchObject({ state: 'waiting', wait: { for: 'worker' } });
    test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' });
    expect(test.job.facts(asking).state).toBe('running');
  });

  it('says that elements are tried again nearly as often as others are done, and no longer when none are', () => {
    const test = JobUnderTest.with(1, { batch: 1, stages: [stage('map', { retry: { strategy: 'immediate', maxRetries: 9 } })] });
    let [batch] = test.elements('a');
    for (let tries = 0; tries < 3 && batch !== undefined; tries += 1) {
      test.now += 300;
      [batch] = test.result(batch, { done: 1, failures: [failure(0, { kind: 'transient' })] });
    }
    const wait = (): unknown => test.job.facts({ ...asking, now: test.now }).wait;
    expect(test.job.facts({ ...asking, now: test.now }).state).toBe('running');
    expect(sentenceOf(wait() as Wait)).toBe('3 elements a second are tried again, and 0 are done');
    while (batch !== undefined) [batch] = test.succeed(batch);
    expect(wait()).toMatchObject({ for: 'retries' });
    test.now += 1_001;
    expect(wait()).toMatchObject({ for: 'source' });
  });

  it('counts each failure once, whichever part it happened in', () => {
    const stages = [stage('map', { onFatal: 'skip' }), stage('map', { onFatal: 'skip' })];
    const config = { stages, batch: 4, divisible: true };
    const test = JobUnderTest.with(1, config);
    const batch = only(test.elements('a', 'b', 'c', 'd', 'e', 'f'));
    test.handle({ type: 'capacity', slots: 0, leased: 1, missing: 'no single worker offers all', divideAt: 1 });
    test.result(batch, { failures: [failure(1)], payload: json.encode(['a', 'c', 'd']) });
    test.tick(4_000);
    const divided = test.others.at(-1);
    if (divided?.type !== 'divided') throw new Error('it was not divided');
    const [ahead, behind] = [divided.first, divided.second].map((part) => new Job(configOf({ ...config, part })));
    if (ahead === undefined || behind === undefined) throw new Error('there are two parts');
    for (const part of [ahead, behind]) {
      part.handle({ type: 'tick' }, 5_000);
      part.validate();
    }
    expect(ahead.facts(asking)).toMatchObject({ taken: 6, done: 4, skipped: 0, emitted: 0 });
    expect(behind.facts(asking)).toMatchObject({ taken: 4, done: 4, skipped: 1, emitted: 3 });
    const whole = factsOfParts([ahead.facts(asking), behind.facts(asking)]);
    expect(whole).toMatchObject({ taken: 6, done: 4, emitted: 3, skipped: 1, elapsedMs: 5_000 });
  });

  it('counts what is sent no more in both parts, so that each adds up', () => {
    const config = { stages: [stage('map'), stage('map')], batch: 2, divisible: true };
    const test = JobUnderTest.with(3, config);
    const [ahead, failing, behind] = exactly(3, test.elements('a', 'b', 'c', 'd', 'e', 'f'));
    test.result(failing, { failures: [failure(1)], payload: json.encode(['c']) });
    test.lose(behind, 'returned');
    test.handle({ type: 'capacity', slots: 0, leased: 1, missing: 'no single worker offers all', divideAt: 1 });
    test.lose(ahead, 'returned');
    test.tick(4_000);
    const divided = test.others.at(-1);
    if (divided?.type !== 'divided') throw new Error('it was not divided');
    for (const part of [divided.first, divided.second].map((begin) => new Job(configOf({ ...config, part: begin })))) {
      part.handle({ type: 'tick' }, 5_000);
      part.validate();
    }
  });
});
