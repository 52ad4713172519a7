/**
 * The last things that happened at a hub, for its page.
 *
 * Rules.
 * 1. The last `maxHappenings` are kept, and numbered from 1.
 * 2. Of each kind at most `maxHappeningsPerSecond` are written in a second: a leader may end thousands of jobs in one. The next
 *    of the kind that is written says how many were left out. The texts of these are never made.
 */
import type { LogRow } from '../../src/protocol/overview.js';
import { shortened } from '../../src/protocol/shortened.js';

/** How many are kept: what people read through. */
export const maxHappenings = 200;

/** More than people read in a second. */
export const maxHappeningsPerSecond = 10;

/** What something happened to. */
export type About = 'worker' | 'leader' | 'job' | 'hub';

interface Happening extends LogRow {
  readonly about: About;
}

/** What was written of a kind in the second that began then. */
interface Pace {
  since: number;
  written: number;
  leftOut: number;
}

/** Texts may hold names of peers and reasons: so much is shown of them. */
const mostChars = 300;

const secondMs = 1_000;

export class Happenings {
  #last: Happening[] = [];
  #number = 0;
  readonly #paces = new Map<string, Pace>();

  /** @param text one sentence; it is made only where it is written */
  add(about: About, kind: LogRow['kind'], now: number, text: () => string): void {
    const pace = this.#paces.get(kind) ?? { since: now, written: 0, leftOut: 0 };
    this.#paces.set(kind, pace);
    if (now - pace.since >= secondMs) Object.assign(pace, { since: now, written: 0 });
    if (pace.written >= maxHappeningsPerSecond) {
      pace.leftOut += 1;
      return;
    }
    pace.written += 1;
    const more = pace.leftOut === 0 ? '' : ` (and ${pace.leftOut} more like this before)`;
    pace.leftOut = 0;
    this.#number += 1;
    this.#last.push({ about, number: this.#number, at: now, kind, text: `${shortened(text(), mostChars)}${more}` });
    // To drop the first of a list is slow where it is long. So twice as many are kept for a while.
    if (this.#last.length >= 2 * maxHappenings) this.#last = this.#last.slice(-maxHappenings);
  }

  /** The last ones, the oldest first; `at` is in milliseconds of the hub's clock. */
  get rows(): readonly LogRow[] {
    return this.#last.slice(-maxHappenings).map(({ number, at, kind, text }) => ({ number, at, kind, text }));
  }

  /** The texts of those of the last ones that were of this kind, from this time on. */
  since(about: About, kind: LogRow['kind'], from: number): readonly string[] {
    return this.#last.filter((row) => row.about === about && row.kind === kind && row.at >= from).map(({ text }) => text);
  }

  /** @throws an Error when numbers have gaps, or too much is kept */
  validate(): void {
    if (this.#last.length >= 2 * maxHappenings) throw new Error('invariant broken: too much is kept of what happened');
    const first = this.#number - this.#last.length + 1;
    for (const [index, { number }] of this.#last.entries()) {
      if (number === first + index) continue;
      throw new Error(`invariant broken: ${number} in the place of ${first + index} of what happened`);
    }
  }
}
