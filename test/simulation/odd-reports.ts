import type { Party } from './party.js';
import type { Random } from './random.js';

/** The latest that a report comes, after others, or after its sender has come back over a new connection. */
const latestMs = 5_000;

/** How a peer's reports travel, which nobody waits for: some are lost, doubled or late, for as long as they are odd. */
export class OddReports {
  readonly #party: Party;
  #random: Random | undefined;
  #untilMs = -Infinity;

  constructor(party: Party) {
    this.#party = party;
  }

  /** They are odd for so long from now on. */
  begin(random: Random, forMs: number): void {
    this.#random = random;
    this.#untilMs = this.#party.agenda.now + forMs;
  }

  /** @param deliver sends it over the connection that there is then */
  send(deliver: () => void): void {
    const random = this.#party.agenda.now < this.#untilMs ? this.#random : undefined;
    if (random === undefined) {
      deliver();
      return;
    }
    const late = random.next() * latestMs;
    for (const delayMs of random.pick([[], [0, 0], [late], [0, late]])) {
      if (delayMs === 0) deliver();
      else this.#party.later(delayMs, deliver);
    }
  }
}
