/**
 * Limits lines of a log that are of interest one by one while they are few.
 *
 * Rules.
 * 1. In each period at most `maxPacedLines` lines of a kind are written. The others are left out, and counted.
 * 2. A period is a second. After one in which lines were left out, the next one is twice as long, up to a minute. After one in
 *    which none was, it is a second again. So what goes on for long takes less and less room.
 * 3. What was left out in a period is told once, when it is over.
 * 4. It remembers at most `maxLineKinds` kinds, and one more for all others.
 *
 * Times are in milliseconds, from a clock that only goes forward.
 */
import { leastPaceMs, longestPaceMs, maxLineKinds, maxPacedLines } from './limits.js';

/** Amounts that lines tell of, by name. What is left out is summed up. */
export type Amounts = Readonly<Record<string, number>>;

/** How many lines of a kind were left out, and the sums of their amounts. */
export interface LeftOut {
  readonly about: string;
  readonly lines: number;
  readonly sums: Amounts;
}

/** A kind of lines in its present period. */
interface Period {
  since: number;
  lengthMs: number;
  written: number;
  leftOut: number;
  sums: Record<string, number>;
}

export class LinePace {
  readonly #periods = new Map<string, Period>();

  /**
   * A line of this kind is to be written.
   *
   * @returns the kind as which it is left out, and counted; undefined: it may be written
   */
  leavesOut(kind: string, now: number, amounts: Amounts = {}): string | undefined {
    const about = this.#periods.has(kind) || this.#hasRoom(now) ? kind : others;
    const period = this.#periods.get(about) ?? begun(now, leastPaceMs);
    this.#periods.set(about, period);
    // What was left out is told first.
    if (now >= endOf(period) && period.leftOut === 0) Object.assign(period, begun(now, leastPaceMs));
    if (period.written < maxPacedLines && period.leftOut === 0) {
      period.written += 1;
      return undefined;
    }
    period.leftOut += 1;
    for (const [name, amount] of Object.entries(amounts)) period.sums[name] = (period.sums[name] ?? 0) + amount;
    return about;
  }

  /** When something is to be told that was left out; undefined: nothing is. */
  get dueAt(): number | undefined {
    let dueAt: number | undefined;
    for (const period of this.#periods.values()) {
      if (period.leftOut > 0) dueAt = Math.min(dueAt ?? Infinity, endOf(period));
    }
    return dueAt;
  }

  /** Takes out what was left out in periods that are over. `now` of Infinity: in all. */
  over(now: number): LeftOut[] {
    const told: LeftOut[] = [];
    for (const [about, period] of this.#periods) {
      const { leftOut: lines, sums, lengthMs } = period;
      if (lines === 0 || now < endOf(period)) continue;
      told.push({ about, lines, sums });
      Object.assign(period, begun(now, Math.min(2 * lengthMs, longestPaceMs)));
    }
    return told;
  }

  /** Whether there is room for a further kind. Kinds of which nothing was written lately are forgotten. */
  #hasRoom(now: number): boolean {
    if (this.#periods.size < maxLineKinds) return true;
    for (const [about, period] of this.#periods) {
      if (period.leftOut === 0 && now >= endOf(period)) this.#periods.delete(about);
    }
    return this.#periods.size < maxLineKinds;
  }
}

/** The kind of all lines whose own kind is not remembered. */
const others = 'other lines';

function begun(since: number, lengthMs: number): Period {
  return { since, lengthMs, written: 0, leftOut: 0, sums: {} };
}

function endOf({ since, lengthMs }: Period): number {
  return since + lengthMs;
}
