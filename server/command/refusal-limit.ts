import { maxRefusalLines, maxRefusalReasons, refusalLinesWithinMs } from '../limits.js';

/** A kind of line, and how often it was to be written since its first. */
interface Count {
  readonly about: string;
  readonly sinceMs: number;
  lines: number;
}

/**
 * How often strangers can make a hub write a line: so many times a minute for each reason. The rest is counted, and told when the minute
 * is over. Times are in milliseconds, from a clock that only goes forward.
 *
 * Invariant: it remembers no more reasons than are written out at once, and one more for all others.
 */
export class RefusalLimit {
  readonly #counts = new Map<string, Count>();

  /** Whether a line for this reason is to be written. */
  admits(reason: string, now: number): boolean {
    const about = this.#counts.has(reason) || this.#counts.size < maxRefusalReasons ? reason : 'other reasons';
    const count = this.#counts.get(about) ?? { about, sinceMs: now, lines: 0 };
    this.#counts.set(about, count);
    count.lines += 1;
    return count.lines <= maxRefusalLines;
  }

  /** Takes out how many lines were left out for each reason, of those whose minute is over. */
  over(now: number): { readonly about: string; readonly lines: number }[] {
    const told: { readonly about: string; readonly lines: number }[] = [];
    for (const { about, sinceMs, lines } of this.#counts.values()) {
      if (now - sinceMs < refusalLinesWithinMs) continue;
      this.#counts.delete(about);
      if (lines > maxRefusalLines) told.push({ about, lines: lines - maxRefusalLines });
    }
    return told;
  }
}
