import { describe, expect, it } from 'vitest';
import { Job } from '../../src/core/job/job.js';
import type { JobEffect, JobEvent } from '../../src/core/job/job-events.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { joinParts } from '../../src/wire/parts.js';
import { configOf, failure, JobUnderTest, json, stage } from './job-harness.js';
import { exactly } from '../support/exactly.js';

const chain = [stage('map'), stage('map', { operation: 'g' })];
const divided = { type: 'capacity', slots: 0, leased: 0, missing: 'no single worker offers all', divideAt: 1 } as const;

/** All effects of the last of these events. */
function effectsOf(changes: Parameters<typeof configOf>[0], ...events: JobEvent[]): JobEffect[] {
  const job = new Job(configOf(changes));
  return events.map((event) => job.handle(event, 0)).at(-1) ?? [];
}

const elements = (...values: unknown[]): JobEvent => ({ type: 'elements', values });
const answer = (payload: Uint8Array): JobEvent => ({
  type: 'result',
  workerId: 'w1',
  result: { seq: 0, attempt: 1, done: 1, failures: [], elapsedMs: 1, payload },
});

describe('nothing follows the end of a job', () => {
  const refused = new PaladinError('LIMIT_EXCEEDED', 'too much');
  const connected = { type: 'connected' } as const;
  const loss = { seq: 0, attempt: 1, cause: 'returned', reason: 'no worker has it' } as const;
  const returned = { type: 'lost', workerId: '', loss } as const;

  it.each([
    ['it is refused', {}, [connected, elements(1, 2), { type: 'refused', error: refused }], 'failed'],
    ['it is cancelled', {}, [connected, elements(1, 2), { type: 'cancelled' }], 'closed'],
    ['it is cancelled before it has a hub', {}, [{ type: 'cancelled' }], 'closed'],
    ['a result makes no sense', {}, [connected, elements(1, 2), answer(new Uint8Array(3))], 'failed'],
    ['its source fails', {}, [connected, { type: 'sourceFailed', error: 'no' }], 'failed'],
    ['its source completes', {}, [connected, { type: 'sourceCompleted' }], 'completed'],
    ['it is divided', { stages: chain, divisible: true }, [connected, elements(1), divided, returned], 'divided'],
  ] as const)('where %s', (_, changes, events, end) => {
    expect(effectsOf(changes, ...events).map(({ type }) => type)).toEqual([end]);
  });

  it('whatever it is told', () => {
    const job = new Job(configOf());
    job.handle(connected, 0);
    expect(job.over).toBe(false);
    job.handle({ type: 'cancelled' }, 0);
    expect(job.over).toBe(true);
    expect(job.handle(elements(1), 0)).toEqual([]);
  });

  it('where its last element comes back', () => {
    const effects = effectsOf({}, connected, elements(1), { type: 'sourceCompleted' }, answer(json.encode([2])));
    expect(effects).toEqual([{ type: 'emit', values: [2] }, { type: 'completed' }]);
  });

  it('where its element has failed, though no worker has come for the others, either', () => {
    const test = JobUnderTest.with(2, { batch: 1, noWorkerTimeoutMs: 1_000 });
    const [a, b] = exactly(2, test.elements('a', 'b', 'c'));
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' });
    test.result(b, { failures: [failure(0)] });
    test.lose(a, 'wasted');
    // The worker was back with an answer, just in time.
    test.now = 1_000;
    test.succeed(a);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'OPERATION_FAILED', index: 1 } }]);
  });

  it('where an element cannot be sent, and what was before it has come back', () => {
    const refuse = (value: unknown) => (value === 'bad' ? ({ code: 'INVALID_INPUT', reason: 'no' } as const) : undefined);
    expect(effectsOf({ refuse }, connected, elements('bad', 'good')).map(({ type }) => type)).toEqual(['failed']);
  });
});

describe('a job is not over', () => {
  it('while elements wait that nobody takes, though its source has completed', () => {
    const test = new JobUnderTest();
    test.elements('a');
    test.complete();
    expect(test.others).toEqual([]);
    test.succeed(test.handle({ type: 'connected' })[0] as never);
    expect(test.emitted).toEqual(['a']);
    expect(test.others).toEqual([{ type: 'completed' }]);
  });
});

describe('a chain that was begun', () => {
  const loss = { seq: 0, attempt: 1, cause: 'returned', reason: 'no worker has it' } as const;

  it.each([
    ['is by an answer', [answer(json.encode([1]))], false],
    ['is by what a worker has lost', [{ type: 'lost', workerId: 'w1', loss }], false],
    ['is not by what no worker had', [{ type: 'lost', workerId: '', loss }], true],
    [
      'is by what is found',
      [
        { type: 'lost', workerId: '', loss },
        { type: 'adopted', workerId: 'w1', seq: 0, attempt: 1, inPlaceOf: [] },
      ],
      false,
    ],
  ] as const)('is not divided at once: it %s', (_, events, isAtOnce) => {
    const test = new JobUnderTest({ stages: chain, divisible: true, batch: 1 });
    test.handle({ type: 'connected' });
    test.elements(1, 2);
    for (const event of events) test.handle(event);
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'nobody is there' });
    expect(test.others.map(({ type }) => type)).not.toContain('divided');
    test.handle(divided);
    for (const batch of test.sent) test.lose(batch, 'returned', undefined, '');
    test.handle({ type: 'lost', workerId: '', loss: { ...loss, attempt: 2 } });
    expect(test.others.some(({ type }) => type === 'divided')).toBe(isAtOnce);
    test.tick(3_000);
    expect(test.others.at(-1)?.type).toBe('divided');
  });
});

describe('a job for which there is no worker', () => {
  const nobody = { type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' } as const;

  /** What became of it when nobody was there for long. */
  function starved(changes: Parameters<typeof configOf>[0], prepare: (test: JobUnderTest) => void): JobEffect[] {
    const test = JobUnderTest.with(2, changes);
    prepare(test);
    test.handle(nobody);
    test.tick(1_000_000);
    return test.others;
  }

  const stages = [stage('map'), stage('fold')];
  const partials = (test: JobUnderTest, ...letters: string[]): void => {
    for (const batch of test.elements(...letters)) test.result(batch, { payload: joinParts([json.encode(['a'])]) });
  };

  it('ends with an error where partials are to be combined', () => {
    const effects = starved({ stages, batch: 1 }, (test) => {
      partials(test, 'a', 'b');
      test.complete();
    });
    expect(effects).toMatchObject([{ type: 'failed', error: { code: 'NO_WORKER' } }]);
  });

  it('waits where more elements may come, to be combined with the partial that there is', () => {
    expect(starved({ stages, batch: 1 }, (test) => partials(test, 'a'))).toEqual([]);
  });

  it('waits where it has nothing to do', () => {
    expect(starved({}, () => undefined)).toEqual([]);
    expect(starved({ stages }, () => undefined)).toEqual([]);
  });
});

describe('the identity of a fold', () => {
  it('is to blame for an error when it cannot be had', () => {
    const empty = (): never => {
      throw new RangeError('no identity');
    };
    const effects = effectsOf({ stages: [stage('map'), stage('fold')], empty }, { type: 'sourceCompleted' });
    const message = "the identity of operation 'plus' cannot be had: no identity";
    expect(effects).toMatchObject([{ type: 'failed', error: { code: 'OPERATION_FAILED', operation: 'plus', message } }]);
  });
});
