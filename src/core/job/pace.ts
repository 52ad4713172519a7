/**
 * How fast elements of a job are done: lately, and since it began.
 *
 * Two things are asked of the past. People ask how fast it goes now: the last seconds answer that, in stretches of a second. The
 * time that remains needs the whole past, be it of a second or of a week. Its stretches are all of one length. When there are too
 * many of them, neighbours are joined, and all are twice as long. So there are never more than `mostStretches`, and each is a
 * small part of the whole. A rate that is weighted exponentially would need less, but could not say how much rates differ.
 *
 * Invariant: the stretches of the past hold as many elements as are done.
 */
import { paceMs } from '../../limits.js';

/** Enough to see how rates differ, few enough to be copied in a moment. */
const mostStretches = 32;

/** So short that a job of a tenth of a second has many of them. */
const firstStretchMs = 1;

/** Stretches of a second: one more than are looked at, because the first and the last are cut. */
const secondMs = 1_000;
const seconds = paceMs / secondMs + 1;

/** From so many looks on, the last seconds say enough. */
const enoughLooks = 4;

export class Pace {
  /** When it was looked at first. */
  #beganAt = 0;
  #done = 0;
  #stretchMs = firstStretchMs;
  #stretches: number[] = [];
  /** By the number of the second, modulo their number: elements that were done then, and how often any were. */
  readonly #recent: ({ second: number; done: number; looks: number } | undefined)[] = [];

  /** The job begins. */
  begin(now: number): void {
    this.#beganAt = now;
  }

  /** So many elements are done in all, which is more than before. */
  observe(done: number, now: number): void {
    const more = done - this.#done;
    this.#done = done;
    const sinceMs = now - this.#beganAt;
    while (sinceMs >= mostStretches * this.#stretchMs) this.#join();
    const at = Math.floor(sinceMs / this.#stretchMs);
    while (this.#stretches.length <= at) this.#stretches.push(0);
    this.#stretches[at] = (this.#stretches[at] ?? 0) + more;
    const second = Math.floor(sinceMs / secondMs);
    const slot = this.#recent[second % seconds];
    if (slot?.second === second) {
      slot.done += more;
      slot.looks += 1;
    } else this.#recent[second % seconds] = { second, done: more, looks: 1 };
  }

  /**
   * Elements a second at present: in the last ten seconds. Where these were few, because each takes long, it is the last third of
   * the past.
   */
  perSecond(now: number): number {
    const sinceMs = now - this.#beganAt;
    if (sinceMs <= 0) return 0;
    const from = Math.max(0, Math.floor(sinceMs / secondMs) - seconds + 1);
    let done = 0;
    let looks = 0;
    for (const slot of this.#recent) {
      if (slot === undefined || slot.second < from) continue;
      done += slot.done;
      looks += slot.looks;
    }
    if (looks >= enoughLooks || from === 0) return (1_000 * done) / (sinceMs - from * secondMs);
    const rates = this.rates(now);
    const last = rates.slice(-Math.ceil(rates.length / 3));
    return (1_000 * sum(last)) / Math.max(1, last.length);
  }

  /** Elements a millisecond in each stretch of the past that is over, the first one first. */
  rates(now: number): number[] {
    const sinceMs = now - this.#beganAt;
    let stretches: readonly number[] = this.#stretches;
    let stretchMs = this.#stretchMs;
    // Silence since then is of the past, too.
    while (sinceMs >= mostStretches * stretchMs) {
      stretches = joined(stretches);
      stretchMs *= 2;
    }
    return Array.from({ length: Math.floor(sinceMs / stretchMs) }, (_, at) => (stretches[at] ?? 0) / stretchMs);
  }

  validate(): void {
    if (sum(this.#stretches) !== this.#done) throw new Error(`${sum(this.#stretches)} elements in the past, ${this.#done} done`);
    if (this.#stretches.length > mostStretches) throw new Error(`${this.#stretches.length} stretches of the past`);
  }

  #join(): void {
    this.#stretches = joined(this.#stretches);
    this.#stretchMs *= 2;
  }
}

/** Each two neighbours as one. */
function joined(stretches: readonly number[]): number[] {
  const halves: number[] = [];
  for (let at = 0; at < stretches.length; at += 2) halves.push((stretches[at] ?? 0) + (stretches[at + 1] ?? 0));
  return halves;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
