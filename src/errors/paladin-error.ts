import { printableCause } from './printable-cause.js';

/** Why a job, a task or a call failed. Stable: programs may branch on it. */
export type ErrorCode =
  /** The operation threw or rejected, and its error was fatal. */
  | 'OPERATION_FAILED'
  /** The operation failed transiently more often than its retry strategy allows. */
  | 'RETRIES_EXHAUSTED'
  /** The operation ran past the operator's `timeout`. */
  | 'TASK_TIMEOUT'
  /** The element killed the thread or worker that executed it, again and again. */
  | 'POISON_TASK'
  /** A value holds something that the serializer cannot carry. */
  | 'NOT_SERIALIZABLE'
  /** A value is larger than the hub admits. */
  | 'PAYLOAD_TOO_LARGE'
  /** No worker offers what the job needs. */
  | 'NO_WORKER'
  /** The hub cannot be reached, or did not come back. */
  | 'HUB_UNREACHABLE'
  /** The hub refused the token. */
  | 'UNAUTHORIZED'
  /** Hub and peer speak different versions of the protocol. */
  | 'VERSION'
  /** A peer sent what the protocol does not allow. */
  | 'PROTOCOL'
  /** A limit of the hub is reached. */
  | 'LIMIT_EXCEEDED'
  /** An argument or option is wrong. Or a schema refused an input or an argument of an operation. */
  | 'INVALID_INPUT'
  /** The runtime, hub or worker is closed. */
  | 'CLOSED';

/** What a {@link PaladinError} knows about the failure beyond its code and message. */
export interface ErrorDetails {
  /** The name of the operation or monoid concerned. */
  readonly operation?: string | undefined;
  /** The place of the element concerned in the operator's source, from 0. */
  readonly index?: number | undefined;
  /** How often the task was tried: the `context.attempt` of its last try. 0: it was never sent. */
  readonly attempts?: number | undefined;
  /** The id of the worker on which it failed last. */
  readonly workerId?: string | undefined;
  /** The name of that worker, for people. */
  readonly workerName?: string | undefined;
  /** What it was caused by: the remote error with its name, message, stack, own properties and cause. */
  readonly cause?: unknown;
}

/**
 * The class of all errors that paladin-rx itself hands to a subscriber or caller. Errors of the source pass through as they are.
 *
 * @example
 * ```ts
 * import { PaladinError } from 'paladin-rx';
 *
 * const error = new PaladinError('OPERATION_FAILED', "operation 'parse' failed at index 7: no digits", {
 *   operation: 'parse',
 *   index: 7,
 * });
 * console.log(error.code, error.index); // OPERATION_FAILED 7
 * ```
 */
export class PaladinError extends Error {
  /** Always `PaladinError`. */
  override readonly name = 'PaladinError';
  /** Why it failed: what programs branch on. */
  readonly code: ErrorCode;
  // These are set only where they are known. So an error that is printed shows what there is.
  /** The name of the operation or monoid concerned, where that is known. */
  declare readonly operation: string | undefined;
  /** The place of the element concerned in the operator's source, from 0, where that is known. */
  declare readonly index: number | undefined;
  /** How often the task was tried, where that is known. 0: it was never sent. */
  declare readonly attempts: number | undefined;
  /** The id of the worker on which it failed last, where that is known. */
  declare readonly workerId: string | undefined;
  /** The name of that worker, for people (`paladin worker --name`), where it has one. */
  declare readonly workerName: string | undefined;

  /**
   * @param code why it failed
   * @param message what went wrong, for people
   * @param details what else is known; see {@link ErrorDetails}
   */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { cause, operation, index, attempts, workerId, workerName } = details;
    super(message, cause === undefined ? undefined : { cause: printableCause(cause) });
    this.code = code;
    if (operation !== undefined) this.operation = operation;
    if (index !== undefined) this.index = index;
    if (attempts !== undefined) this.attempts = attempts;
    if (workerId !== undefined) this.workerId = workerId;
    if (workerName !== undefined) this.workerName = workerName;
  }
}
