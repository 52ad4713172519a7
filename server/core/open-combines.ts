/**
 * Which combines of partials of a job may still be answered.
 *
 * Rules.
 * 1. A batch has combines in all of its attempts, or elements in all of them.
 * 2. It is known until its leader has acknowledged or cancelled each attempt of it. So an answer that comes twice is known twice.
 * 3. A leader that is back says what is under way. What it does not name then is not answered to it any more.
 */
import type { Attempt } from '../../src/protocol/messages.js';

export class OpenCombines {
  /** The attempts that are open, by batch. */
  #open = new Map<number, Set<number>>();
  /** Those that the leader had before it was back, while it lists what it has. */
  #before: Map<number, Set<number>> | undefined;

  /** How many batches are known. */
  get size(): number {
    return this.#open.size + (this.#before?.size ?? 0);
  }

  add({ seq, attempt }: Attempt): void {
    const attempts = this.#open.get(seq) ?? new Set<number>();
    this.#open.set(seq, attempts.add(attempt));
  }

  /** Whether an answer to this batch is one to a combine. */
  has(seq: number): boolean {
    return this.#open.has(seq) || this.#before?.has(seq) === true;
  }

  /** The leader is through with the attempt. */
  over({ seq, attempt }: Attempt): void {
    const attempts = this.#open.get(seq);
    attempts?.delete(attempt);
    if (attempts?.size === 0) this.#open.delete(seq);
  }

  /** The leader is back, and begins to list what is under way. */
  back(): void {
    this.#before = new Map([...(this.#before ?? []), ...this.#open]);
    this.#open = new Map();
  }

  /** These are under way, says a leader that is back. `more`: it goes on to list. */
  listed(attempts: readonly Attempt[], more: boolean): void {
    for (const each of attempts) if (this.has(each.seq)) this.add(each);
    if (!more) this.#before = undefined;
  }
}
