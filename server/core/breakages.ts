import { maxBreakageLength, maxBreakages } from '../../src/limits.js';
import type { Offers } from '../../src/protocol/messages.js';
import { printable } from '../../src/protocol/printable.js';
import { shortened } from '../../src/protocol/shortened.js';
import { matchingKey, offeredBy, satisfies, type Needs, type Offered } from './matching.js';

/**
 * Why broken workers are gone, for jobs that find no other worker. It remembers the last ones, each until somebody offers all
 * that the worker offered.
 */
export class Breakages {
  readonly #byOffers = new Map<string, { readonly offers: Offers; readonly offered: Offered; readonly why: string }>();

  add(offers: Offers, workerId: string, reason: string): void {
    const key = matchingKey(offers);
    this.#byOffers.delete(key);
    this.#byOffers.set(key, {
      offers,
      offered: offeredBy(offers),
      why: `worker ${workerId} offered that, and broke: ${printable(shortened(reason, maxBreakageLength))}`,
    });
    const [oldest = ''] = this.#byOffers.keys();
    if (this.#byOffers.size > maxBreakages) this.#byOffers.delete(oldest);
  }

  /** This is on offer again, and what is a part of it. */
  remove(offers: Offers): void {
    if (this.#byOffers.size === 0) return;
    const offered = offeredBy(offers);
    for (const [key, { offers: before }] of this.#byOffers) {
      const isAll = offered.everything || before.everything !== true;
      if (isAll && satisfies(offered, before)) this.#byOffers.delete(key);
    }
  }

  /** Why the last one is gone that could have executed a job with these needs. */
  last(needs: Needs): string | undefined {
    return [...this.#byOffers.values()].findLast(({ offered }) => satisfies(offered, needs))?.why;
  }

  validate(): void {
    if (this.#byOffers.size > maxBreakages) throw new Error('invariant broken: more breakages than are remembered');
  }
}
