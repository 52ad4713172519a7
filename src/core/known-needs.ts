/** What a leader has heard of its jobs by their needs. Jobs with the same needs are served by the same workers. */
import { maxRememberedNeeds } from '../limits.js';

export class KnownNeeds {
  /** How many slots there are for jobs with these needs: a job that opens need not wait to hear of them. */
  readonly #slots = new Map<string, number>();
  /** The needs of jobs of which the owner was told that they wait for a worker. */
  readonly #starving = new Set<string>();

  slotsFor(needs: string): number {
    return this.#slots.get(needs) ?? 0;
  }

  /** The hub has spoken of slots. */
  heard(needs: string, slots: number): void {
    if (slots > 0) this.#starving.delete(needs);
    // The needs that were heard of longest ago are forgotten first.
    this.#slots.delete(needs);
    this.#slots.set(needs, slots);
    const [oldest] = this.#slots.keys();
    if (this.#slots.size > maxRememberedNeeds && oldest !== undefined) this.#slots.delete(oldest);
  }

  /** The hub is gone, and its workers with it. */
  forgetSlots(): void {
    this.#slots.clear();
  }

  /**
   * A job with these needs waits for a worker.
   *
   * @returns whether the owner is to be told: not again until there are slots
   */
  starve(needs: string): boolean {
    // Beyond this number nobody would read more of them.
    if (this.#starving.has(needs) || this.#starving.size >= maxRememberedNeeds) return false;
    this.#starving.add(needs);
    return true;
  }
}
