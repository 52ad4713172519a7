import type { Offered } from './matching.js';

/** What all workers offer together. A class of workers that comes or goes costs as much as it has names, whatever the others offer. */
export class OnOffer implements Offered {
  readonly operations: Map<string, number> = new Map();
  readonly serializers: Map<string, number> = new Map();
  readonly labels: Map<string, number> = new Map();
  /** How many offer whatever a job names. */
  #everything = 0;

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
      const classes = this[kind];
      for (const name of offered[kind].keys()) {
        const count = (classes.get(name) ?? 0) + by;
        if (count === 0) classes.delete(name);
        else classes.set(name, count);
      }
    }
  }
}
