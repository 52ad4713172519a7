import { PaladinError } from './paladin-error.js';
import { describe } from './describe.js';
import { readOr } from './thrown.js';
import { checkOptions } from './options.js';
import { longestTimerMs } from '../limits.js';

/**
 * When and how often a task that failed transiently is tried again.
 *
 * `maxRetries` is a whole number from 0, or `Infinity`: how many tries may follow the first one. All delays are in milliseconds,
 * from 0 to 2,147,483,647. The fields have no defaults.
 */
export type RetryStrategy =
  /** At once. */
  | { readonly strategy: 'immediate'; readonly maxRetries: number }
  /** After the same delay each time. */
  | { readonly strategy: 'after'; readonly maxRetries: number; readonly delayMs: number }
  /**
   * After a delay that begins with `minDelayMs` and doubles up to `maxDelayMs`, which is at least as long. Chance shortens each
   * delay by up to a half, so that tasks which failed together do not come back together.
   */
  | {
      readonly strategy: 'exponential';
      readonly maxRetries: number;
      readonly minDelayMs: number;
      readonly maxDelayMs: number;
    };

/**
 * What becomes of a job when one of its tasks has failed for good. `terminate`: the job ends with the error. `skip`: it goes on
 * without the element.
 */
export type OnFatal = 'terminate' | 'skip';

/** The strategy of a `TransientError` that names none, on an operator that names none. */
export const defaultRetry: RetryStrategy = { strategy: 'immediate', maxRetries: 3 };

/**
 * How long to wait before the next try.
 *
 * Exponential delays double from `minDelayMs` to `maxDelayMs`. Chance spreads each over its upper half, so that tasks which
 * failed together do not come back together.
 *
 * @param retries how many retries went before this one
 * @param random a number from 0 (inclusive) to 1
 */
export function retryDelayMs(strategy: RetryStrategy, retries: number, random: number): number {
  switch (strategy.strategy) {
    case 'immediate':
      return 0;
    case 'after':
      return strategy.delayMs;
    case 'exponential': {
      const full = Math.min(strategy.maxDelayMs, strategy.minDelayMs * 2 ** Math.min(retries, 52));
      return full / 2 + (full / 2) * random;
    }
  }
}

/**
 * @param where what the strategy was given to, for the message
 * @throws {@link PaladinError} `INVALID_INPUT` when it is not a retry strategy
 */
export function checkRetry(retry: unknown, where: string): RetryStrategy {
  const fail = (expected: string): never => {
    throw new PaladinError('INVALID_INPUT', `${where}: expected ${expected}`);
  };
  if (typeof retry !== 'object' || retry === null) {
    return fail(`a retry strategy, as in { strategy: 'immediate', maxRetries: 3 }, got ${describe(retry)}`);
  }
  const count = (name: string): number => {
    const value: unknown = readOr(retry, name);
    if (typeof value === 'number' && value >= 0 && Number.isInteger(value)) return value;
    // The strategy travels as JSON, which has no infinity.
    if (value === Infinity) return Number.MAX_SAFE_INTEGER;
    return fail(`retry.${name} to be a whole number from 0 up, got ${describe(value)}`);
  };
  const delay = (name: string): number => {
    const value: unknown = readOr(retry, name);
    return typeof value === 'number' && value >= 0 && value <= longestTimerMs
      ? value
      : fail(`retry.${name} to be milliseconds from 0 to ${longestTimerMs}, got ${describe(value)}`);
  };
  const strategy: unknown = readOr(retry, 'strategy');
  switch (strategy) {
    case 'immediate':
      checkOptions(`${where}: retry`, retry, { strategy: true, maxRetries: true });
      return { strategy, maxRetries: count('maxRetries') };
    case 'after':
      checkOptions(`${where}: retry`, retry, { strategy: true, maxRetries: true, delayMs: true });
      return { strategy, maxRetries: count('maxRetries'), delayMs: delay('delayMs') };
    case 'exponential': {
      checkOptions(`${where}: retry`, retry, { strategy: true, maxRetries: true, minDelayMs: true, maxDelayMs: true });
      const minDelayMs = delay('minDelayMs');
      const maxDelayMs = delay('maxDelayMs');
      if (maxDelayMs < minDelayMs) fail(`retry.maxDelayMs to be at least minDelayMs (${minDelayMs}), got ${maxDelayMs}`);
      return { strategy, maxRetries: count('maxRetries'), minDelayMs, maxDelayMs };
    }
    default:
      return fail(`retry.strategy to be 'immediate', 'after' or 'exponential', got ${describe(strategy)}`);
  }
}
