import type { Offered } from './matching.js';
import { NameCounts } from './name-counts.js';

/**
 * What all workers offer together. The cost of a class of workers that comes or goes depends on its own names, whatever the
 * others offer.
 */
export class OnOffer implements Offered {
  readonly operations: NameCounts;
  readonly serializers: NameCounts;
  readonly labels: NameCounts;
  /** How many offer whatever a job names. */
  #everything = 0;

  /** @param seed as of {@link NameCounts} */
  constructor(seed?: number) {
    this.operations = new NameCounts(seed);
    this.serializers = new NameCounts(seed);
    this.labels = new NameCounts(seed);
  }

  get everything(): boolean {
    return this.#everything > 0;
  }

  add(offered: Offered): void {
    this.#count(offered, 1);
  }

  remove(offered: Offered): void {
    this.#count(offered, -1);
  }

  #count(offered: Offered, by: 1 | -1): void {
    if (offered.everything) this.#everything += by;
    for (const kind of ['operations', 'serializers', 'labels'] as const) {
      for (const name of offered[kind].keys()) this[kind].count(name, by);
    }
  }
}
