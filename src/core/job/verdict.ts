import type { ErrorCode } from '../../errors/paladin-error.js';
import { defaultRetry, type OnFatal, type RetryStrategy } from '../../errors/retry.js';
import type { Failure } from './failure.js';
import type { StagePolicy } from './job-events.js';

/** What is done about a unit that failed. */
export type Verdict =
  { readonly action: 'retry'; readonly strategy: RetryStrategy } | { readonly action: OnFatal; readonly code: ErrorCode };

/**
 * Transient failures are tried again: by the strategy of the error, else that of the operator, else the default. Errors that are
 * neither transient nor fatal are tried again where the operator has a strategy. Once a failure is fatal, or the retries are used
 * up, the error or the operator says whether the job ends.
 *
 * @param retries how often this unit has been tried again in this stage already
 */
export function verdictOn(failure: Failure, policy: StagePolicy, retries: number): Verdict {
  const strategy = retryStrategy(failure, policy);
  if (strategy !== undefined && retries < strategy.maxRetries) return { action: 'retry', strategy };
  const exhausted = strategy !== undefined && failure.code === 'OPERATION_FAILED';
  return { action: failure.onFatal ?? policy.onFatal, code: exhausted ? 'RETRIES_EXHAUSTED' : failure.code };
}

function retryStrategy(failure: Failure, policy: StagePolicy): RetryStrategy | undefined {
  switch (failure.kind) {
    case 'transient':
      return failure.retry ?? policy.retry ?? defaultRetry;
    case 'thrown':
      return policy.retry;
    case 'fatal':
      return undefined;
  }
}
