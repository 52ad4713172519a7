import { describe, expect, it } from 'vitest';
import { verdictOn } from '../../src/core/job/verdict.js';
import { timeoutFailure } from '../../src/protocol/timeout-failure.js';
import { failure, stage } from './job-harness.js';

const retry = { strategy: 'immediate', maxRetries: 2 } as const;

describe('the verdict on a failure', () => {
  it('is that retries are exhausted, where an operation failed again and again; other codes stay what they are', () => {
    const policy = stage('map', { retry });
    expect(verdictOn(failure(0), policy, 2)).toEqual({ action: 'terminate', code: 'RETRIES_EXHAUSTED' });
    expect(verdictOn(failure(0, { code: 'NOT_SERIALIZABLE' }), policy, 2)).toEqual({
      action: 'terminate',
      code: 'NOT_SERIALIZABLE',
    });
    expect(verdictOn(failure(0), stage('map'), 0)).toEqual({ action: 'terminate', code: 'OPERATION_FAILED' });
  });

  it('is on a timeout as on an error of no class: it is tried again where the operator says so', () => {
    const late = timeoutFailure(3, 1, 500);
    expect(late).toMatchObject({ offset: 3, stage: 1, message: 'ran past its timeout of 500 ms' });
    expect(verdictOn(late, stage('map', { retry }), 1)).toEqual({ action: 'retry', strategy: retry });
    expect(verdictOn(late, stage('map', { retry }), 2)).toEqual({ action: 'terminate', code: 'TASK_TIMEOUT' });
    expect(verdictOn(late, stage('map'), 0)).toEqual({ action: 'terminate', code: 'TASK_TIMEOUT' });
  });
});
