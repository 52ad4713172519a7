import { describe, expect, it } from 'vitest';
import type { Death } from '../../src/core/job/batch-ledger.js';
import { causeOf, poisonFailure } from '../../src/core/job/failure.js';
import { verdictOn } from '../../src/core/job/verdict.js';
import { encodeError } from '../../src/errors/remote-error.js';
import { maxWorkersNamed } from '../../src/limits.js';
import { failure, stage } from './job-harness.js';

const retry = { strategy: 'immediate', maxRetries: 2 } as const;

describe('the cause of a failure', () => {
  it('is the same however often it is asked for, and none where nothing was thrown', () => {
    const cause = causeOf(failure(0, { error: encodeError(new RangeError('too far')).bytes }));
    expect(cause()).toMatchObject({ name: 'RangeError', message: 'too far' });
    expect(cause()).toBe(cause());
    const { error: _, ...nothing } = failure(0);
    expect([causeOf(nothing)(), causeOf(failure(0, { error: new Uint8Array() }))()]).toEqual([undefined, undefined]);
  });
});

describe('the failure of what was executing when workers died', () => {
  const deathsOf = (count: number): Death[] =>
    Array.from({ length: count }, (_, at) => ({ workerId: `w${at}`, of: 'worker', beside: false }));
  const messageOf = (deaths: readonly Death[]): string =>
    poisonFailure(0, 0, deaths, { seq: 0, attempt: 1, cause: 'death', reason: 'exit' }).message;

  it('names each worker once, the last ones where they are many', () => {
    const most = deathsOf(maxWorkersNamed);
    const ids = most.map(({ workerId }) => workerId).join(', ');
    expect(messageOf([...most, ...most])).toContain(`(${ids}); the last time: exit`);
    const more = deathsOf(maxWorkersNamed + 2);
    const last = more.slice(2).map(({ workerId }) => workerId);
    expect(messageOf(more)).toContain(`(${last.join(', ')} and 2 more); the last time`);
  });

  it('tells the name of a worker that has one, beside what its hub calls it', () => {
    const [death] = deathsOf(1);
    const named = (workerName: string): Death[] => (death === undefined ? [] : [{ ...death, workerName }]);
    expect(messageOf([...named('big'), ...named('big'), ...named('small')])).toContain(`('big' (w0), 'small' (w0)); the last`);
  });

  it('is tried again by nobody', () => {
    const poison = poisonFailure(0, 0, deathsOf(1), { seq: 0, attempt: 1, cause: 'death', reason: 'exit' });
    expect(verdictOn(poison, stage('map', { retry }), 0)).toEqual({ action: 'terminate', code: 'POISON_TASK' });
  });
});
