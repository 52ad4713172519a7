import { describe } from '../errors/describe.js';
import { checkCallbacks, checkOptions, type Known } from '../errors/options.js';
import { checkSignal } from '../leader/job-spec.js';
import { PaladinError } from '../errors/paladin-error.js';
import type { OperationContext } from '../operation/operation.js';

/** What a test says of a context; the rest has the values of a first try of the first element. */
export interface TestContextOptions {
  /** Which element of the source it is: a whole number from 0. Default 0. */
  readonly index?: number | undefined;
  /** Which try of the element it is: a whole number from 1. Default 1. */
  readonly attempt?: number | undefined;
  /** The job's id. Default `test`. */
  readonly jobId?: string | undefined;
  /** The task's key. Default: the job's id and the index, as in `test-0`. */
  readonly key?: string | undefined;
  /** The signal that ends the task. Default: one that is never aborted. */
  readonly signal?: AbortSignal | undefined;
  /** What `context.run` does. Default: it calls what it is given. */
  readonly run?: OperationContext['run'] | undefined;
}

export const knownInContext: Known<TestContextOptions> = {
  index: true,
  attempt: true,
  jobId: true,
  key: true,
  signal: true,
  run: true,
};

/**
 * Makes a context, to call the function of an operation by itself: in a unit test, without any runtime.
 *
 * @param options see {@link TestContextOptions}
 * @returns the context, whose fields are those that an operation gets
 * @throws `PaladinError` `INVALID_INPUT` when an option is wrong
 *
 * @example
 * ```ts
 * import type { OperationContext } from 'paladin-rx';
 * import { testContext } from 'paladin-rx/testing';
 *
 * const label = (name: string, { index, attempt }: OperationContext) => `${index}: ${name} (try ${attempt})`;
 *
 * console.log(label('Ann', testContext({ index: 7, attempt: 2 }))); // 7: Ann (try 2)
 * ```
 */
export function testContext(options: TestContextOptions = {}): OperationContext {
  return contextOf('testContext', checkOptions('testContext', options, knownInContext));
}

/** @param where the caller, for messages */
export function contextOf(where: string, options: TestContextOptions): OperationContext {
  const { index = 0, attempt = 1, jobId = 'test', key = `${jobId}-${index}`, signal = new AbortController().signal } = options;
  checkCount(where, 'index', index, 0);
  checkCount(where, 'attempt', attempt, 1);
  checkText(where, 'jobId', jobId);
  checkText(where, 'key', key);
  checkSignal(where, signal);
  checkCallbacks(where, options, ['run']);
  const run: OperationContext['run'] = async (work) => {
    signal.throwIfAborted();
    return await work();
  };
  return { index, attempt, jobId, key, signal, run: options.run ?? run };
}

function checkCount(where: string, name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  const expected = `${where}: expected ${name} to be a whole number from ${least}`;
  throw new PaladinError('INVALID_INPUT', `${expected}, got ${describe(value)}`);
}

function checkText(where: string, name: string, value: unknown): void {
  if (typeof value === 'string') return;
  throw new PaladinError('INVALID_INPUT', `${where}: expected ${name} to be a string, got ${describe(value)}`);
}
