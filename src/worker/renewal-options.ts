import { describe } from '../errors/describe.js';
import type { Known } from '../errors/options.js';
import { PaladinError } from '../errors/paladin-error.js';
import { leastRenewMb, mostThreadMemoryMb } from '../executor/limits.js';
import type { ThreadPoolOptions } from '../executor/thread-executor-options.js';

/** Options of workers in Node: when threads are renewed, for operations that leave something behind. They need `modules`. */
export interface RenewalOptions {
  /**
   * How many tasks a thread executes before it is renewed: a whole number from 1 to 2^53 - 1. Combines of partials count, too.
   * The thread goes on until its successor has loaded the modules. Then it ends with its batch. So nothing is lost, nothing
   * waits, and no element is blamed. `create` runs again in the successor. One thread of four is renewed at a time. Default: none
   * is renewed.
   */
  readonly threadRenewAfterTasks?: number | undefined;
  /**
   * A thread that takes more memory than this after a batch is renewed in the same way. It is a whole number of megabytes, from
   * 16 to 1,048,576 and less than `threadMemoryMb`. What its objects and buffers take counts, also what is not collected yet.
   * Some threads take more once they have loaded the modules. They are not renewed for that, and a warning says so. Default: none
   * is renewed.
   */
  readonly threadRenewAboveMb?: number | undefined;
}

export const renewalOptions: Known<RenewalOptions> = { threadRenewAfterTasks: true, threadRenewAboveMb: true };

/**
 * @param hasThreads whether there are threads of Node
 * @returns the options in the form that the executor takes
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong
 */
export function renewalBounds(
  options: RenewalOptions & { readonly threadMemoryMb?: number | undefined },
  hasThreads: boolean,
): Pick<ThreadPoolOptions, 'renewAfterTasks' | 'renewAboveBytes'> {
  const { threadRenewAfterTasks: tasks, threadRenewAboveMb: aboveMb, threadMemoryMb = Infinity } = options;
  const check = (isRight: boolean, expected: string, got: unknown): void => {
    if (!isRight) throw new PaladinError('INVALID_INPUT', `startWorker: expected ${expected}, got ${describe(got)}`);
  };
  if (tasks !== undefined) {
    check(hasThreads, 'threadRenewAfterTasks with modules in threads only', tasks);
    const fits = Number.isSafeInteger(tasks) && tasks >= 1;
    check(fits, 'threadRenewAfterTasks to be a whole number from 1 to 2^53 - 1', tasks);
  }
  if (aboveMb !== undefined) {
    check(hasThreads, 'threadRenewAboveMb with modules in threads only', aboveMb);
    const fits = Number.isInteger(aboveMb) && aboveMb >= leastRenewMb && aboveMb <= mostThreadMemoryMb;
    check(fits, `threadRenewAboveMb to be whole megabytes from ${leastRenewMb} to ${mostThreadMemoryMb}`, aboveMb);
    check(aboveMb < threadMemoryMb, `threadRenewAboveMb to be less than threadMemoryMb, which is ${threadMemoryMb}`, aboveMb);
  }
  return {
    ...(tasks !== undefined && { renewAfterTasks: tasks }),
    ...(aboveMb !== undefined && { renewAboveBytes: aboveMb * 2 ** 20 }),
  };
}
