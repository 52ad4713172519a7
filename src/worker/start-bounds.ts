import { PaladinError } from '../errors/paladin-error.js';
import { describe } from '../errors/describe.js';
import { checkMs } from '../errors/options.js';
import { maxThreads } from '../limits.js';
import { leastThreadMemoryMb, mostThreadMemoryMb } from '../executor/limits.js';
import type { ThreadSource } from './thread-source.js';

/** Options of threads: what each may use. They need `modules`, or `worker`. */
export interface ThreadOptions {
  /**
   * The most memory that the JavaScript objects of each thread may take, in megabytes: a whole number from 32 to 1,048,576. A
   * thread that needs more dies of it and is replaced. The element that it was executing is tried again, as after any death. A
   * process that is started with `--max-old-space-size` goes by that alone. Web Workers have no bound. Default: what Node allows
   * a thread, which depends on the memory of the machine.
   */
  readonly threadMemoryMb?: number | undefined;
  /**
   * How long a thread may take to load the modules or its script, in milliseconds: from 1 to 2,147,483,647, or `Infinity`. A
   * thread that takes longer is terminated, and the modules count as ones that cannot be loaded. Default 60,000.
   */
  readonly threadStartTimeout?: number | undefined;
}

/** The same bounds, in the form that the executor takes. */
export interface ThreadBounds {
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb: number };
  readonly startTimeoutMs?: number;
}

/** @throws {@link PaladinError} `INVALID_INPUT` when it is given, and no number of threads */
export function checkThreads(where: string, threads: unknown): void {
  if (threads === undefined || (Number.isInteger(threads) && Number(threads) >= 1 && Number(threads) <= maxThreads)) return;
  const expected = `${where}: expected threads to be a whole number from 1 to ${maxThreads}`;
  throw new PaladinError('INVALID_INPUT', `${expected}, got ${describe(threads)}`);
}

/**
 * @param of what the threads are made of; undefined: there are none
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong
 */
export function threadBounds(
  where: string,
  { threadMemoryMb, threadStartTimeout }: ThreadOptions,
  of: ThreadSource['type'] | undefined,
): ThreadBounds {
  const refuse = (expected: string, got: unknown): never => {
    throw new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got ${describe(got)}`);
  };
  if (threadMemoryMb !== undefined) {
    if (of !== 'modules') refuse('threadMemoryMb with modules in threads only', threadMemoryMb);
    const fits =
      Number.isInteger(threadMemoryMb) && threadMemoryMb >= leastThreadMemoryMb && threadMemoryMb <= mostThreadMemoryMb;
    const expected = `threadMemoryMb to be whole megabytes from ${leastThreadMemoryMb} to ${mostThreadMemoryMb}`;
    if (!fits) refuse(expected, threadMemoryMb);
  }
  if (threadStartTimeout !== undefined) {
    if (of === undefined) refuse('threadStartTimeout with modules in threads only', threadStartTimeout);
    checkMs(where, 'threadStartTimeout', threadStartTimeout, 1);
  }
  return {
    ...(threadMemoryMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: threadMemoryMb } }),
    ...(threadStartTimeout !== undefined && { startTimeoutMs: threadStartTimeout }),
  };
}
