import { checkRetry, type OnFatal, type RetryStrategy } from './retry.js';
import { checkOptions } from './options.js';

/** What a thrown value says about itself: `thrown` is any error that is neither transient nor fatal by class. */
export type ThrownKind = 'transient' | 'fatal' | 'thrown';

/**
 * Thrown by an operation or monoid whose failure may pass: the task is tried again. How often and when says the `retry` of the
 * error, else that of the operator, else: at once, at most 3 times.
 *
 * @example
 * ```ts
 * import { defineOperation, TransientError } from 'paladin-rx';
 *
 * export const fetchText = defineOperation({
 *   name: 'fetch-text',
 *   execute: async (url: string, { signal }) => {
 *     const response = await fetch(url, { signal });
 *     if (response.status === 503) {
 *       throw new TransientError('busy', {
 *         retry: { strategy: 'exponential', maxRetries: 5, minDelayMs: 100, maxDelayMs: 5_000 },
 *       });
 *     }
 *     return response.text();
 *   },
 * });
 * ```
 */
export class TransientError extends Error {
  /** Always `TransientError`. */
  override readonly name: string = 'TransientError';
  /** The `retry` that it was made with. */
  readonly retry: RetryStrategy | undefined;
  /** The `onFatal` that it was made with. */
  readonly onFatal: OnFatal | undefined;

  /**
   * @param message what went wrong; it becomes part of the message that the subscriber gets
   * @param options what is to happen now
   * @throws {@link PaladinError} `INVALID_INPUT` when an option is not known, or `retry` is no retry strategy
   */
  constructor(
    message: string,
    options: {
      /** When to try again. Default: the operator's `retry`, else at once, at most 3 times. */
      readonly retry?: RetryStrategy | undefined;
      /** What happens when the retries are used up. Default: the operator's `onFatal`. */
      readonly onFatal?: OnFatal | undefined;
      /** What it was caused by; it travels with the error. Default: nothing. */
      readonly cause?: unknown;
    } = {},
  ) {
    checkOptions('TransientError', options, { retry: true, onFatal: true, cause: true });
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retry = options.retry === undefined ? undefined : checkRetry(options.retry, 'TransientError');
    this.onFatal = options.onFatal;
  }

  /** Tells the class across realms and across copies of this package. */
  get paladinErrorKind(): ThrownKind {
    return 'transient';
  }
}

/**
 * Thrown by an operation or monoid whose failure will not pass: the task is not tried again, whatever the operator's `retry`
 * says.
 *
 * @example
 * ```ts
 * import { defineOperation, FatalError } from 'paladin-rx';
 *
 * export const parseAge = defineOperation({
 *   name: 'parse-age',
 *   execute: (text: string) => {
 *     const age = Number(text);
 *     if (!(age >= 0)) throw new FatalError(`not an age: ${text}`, { onFatal: 'skip' });
 *     return age;
 *   },
 * });
 * ```
 */
export class FatalError extends Error {
  /** Always `FatalError`. */
  override readonly name: string = 'FatalError';
  /** The `onFatal` that it was made with. */
  readonly onFatal: OnFatal | undefined;

  /**
   * @param message what went wrong; it becomes part of the message that the subscriber gets
   * @param options what is to happen now
   * @throws {@link PaladinError} `INVALID_INPUT` when an option is not known
   */
  constructor(
    message: string,
    options: {
      /** What happens to the job. Default: the operator's `onFatal`. */
      readonly onFatal?: OnFatal | undefined;
      /** What it was caused by; it travels with the error. Default: nothing. */
      readonly cause?: unknown;
    } = {},
  ) {
    checkOptions('FatalError', options, { onFatal: true, cause: true });
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.onFatal = options.onFatal;
  }

  /** Tells the class across realms and across copies of this package. */
  get paladinErrorKind(): ThrownKind {
    return 'fatal';
  }
}

/** Says which of the three a thrown value is. It never throws, whatever was thrown. */
export function thrownKind(thrown: unknown): ThrownKind {
  if (typeof thrown !== 'object' || thrown === null) return 'thrown';
  try {
    const mark: unknown = Reflect.get(thrown, 'paladinErrorKind');
    return mark === 'transient' || mark === 'fatal' ? mark : 'thrown';
  } catch {
    return 'thrown';
  }
}
