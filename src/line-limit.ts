import { likeLinesWithinMs, maxLikeLines, maxLineKinds } from './limits.js';

/** A kind of line, and how often it was to be written since its first. */
interface Count {
  readonly about: string;
  readonly sinceMs: number;
  lines: number;
}

/**
 * Limits lines that something may cause without end: a few lines of one kind are written in a minute. The rest is counted, and
 * told when the minute is over. Times are in milliseconds, from a clock that only goes forward.
 *
 * Invariant: it remembers at most `maxLineKinds` kinds, and one more for all others. So the first line of each kind is written,
 * unless somebody makes up kinds.
 */
export class LineLimit {
  readonly #counts = new Map<string, Count>();

  /** Whether a line of this kind is to be written. */
  admits(kind: string, now: number): boolean {
    if (!this.#counts.has(kind) && this.#counts.size >= maxLineKinds) this.#forget(now);
    const about = this.#counts.has(kind) || this.#counts.size < maxLineKinds ? kind : 'other reasons';
    let count = this.#counts.get(about);
    if (count === undefined || isSpent(count, now)) count = { about, sinceMs: now, lines: 0 };
    this.#counts.set(about, count);
    count.lines += 1;
    return count.lines <= maxLikeLines;
  }

  /** Whether there are lines that were left out, and not told. */
  get leavesOut(): boolean {
    return [...this.#counts.values()].some(({ lines }) => lines > maxLikeLines);
  }

  /** Takes out how many lines of each kind were left out, of those whose minute is over. */
  over(now: number): { readonly about: string; readonly lines: number }[] {
    const told: { readonly about: string; readonly lines: number }[] = [];
    for (const count of this.#counts.values()) {
      const { about, lines } = count;
      if (!isOver(count, now)) continue;
      this.#counts.delete(about);
      if (lines > maxLikeLines) told.push({ about, lines: lines - maxLikeLines });
    }
    return told;
  }

  /** Makes room for further kinds. */
  #forget(now: number): void {
    for (const count of this.#counts.values()) if (isSpent(count, now)) this.#counts.delete(count.about);
  }
}

function isOver({ sinceMs }: Count, now: number): boolean {
  return now - sinceMs >= likeLinesWithinMs;
}

/** Whether its minute is over with nothing to tell: nobody needs to take it out. */
function isSpent(count: Count, now: number): boolean {
  return isOver(count, now) && count.lines <= maxLikeLines;
}
