import { likeLinesWithinMs } from '../limits.js';
import { LineLimit } from '../line-limit.js';
import { later, realNow, type Later } from '../real-time.js';
import { warn } from '../warn.js';

/**
 * Writes what threads die of, and what takes long to set up. Modules and operations may cause that without end. So it writes only
 * some equal lines a minute, and then how many were left out. Lines are equal when they differ only in numbers: the thread, the
 * element, a place or a time. Exit codes count as a difference.
 */
export class ThreadWarnings {
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  readonly #limit = new LineLimit();
  /** The timer that looks for lines that were left out. It is defined while there may be some. */
  #look: Later | undefined = undefined;

  /**
   * @param write default: a warning of the process
   * @param now in milliseconds, from a clock that only goes forward; default: the real one
   */
  constructor(write: (line: string) => void = warn, now: () => number = realNow) {
    this.#write = write;
    this.#now = now;
  }

  /** Warnings of the process, until the signal is aborted. */
  static until(signal: AbortSignal): ThreadWarnings {
    const warnings = new ThreadWarnings();
    signal.addEventListener('abort', () => warnings.close(), { once: true });
    return warnings;
  }

  tell(reason: string): void {
    if (this.#limit.admits(kindOf(reason), this.#now())) this.#write(reason);
    else if (this.#look === undefined) this.#lookLater();
  }

  /** Says what was left out until now. */
  close(): void {
    this.#look?.cancel();
    this.#look = undefined;
    this.#tellLeftOut(Infinity);
  }

  #lookLater(): void {
    this.#look = later(() => {
      this.#look = undefined;
      this.#tellLeftOut(this.#now());
      if (this.#limit.leavesOut) this.#lookLater();
    }, likeLinesWithinMs);
    this.#look.unref();
  }

  #tellLeftOut(now: number): void {
    for (const { about, lines } of this.#limit.over(now)) this.#write(`… and ${lines} more, left out: ${about}`);
  }
}

function kindOf(reason: string): string {
  return reason.replace(/^thread \S+/u, 'a thread').replaceAll(/(?<!code |\d)\d+/gu, '#');
}
