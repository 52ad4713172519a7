/**
 * What a job can say of itself in numbers.
 *
 * Theory of operation. The parts of a job count as they go: the backlog what waits, the ledger what is in batches, the emission
 * what is settled. The tally looks at these sums once after each event. It counts itself only what is rare: failures, retries and
 * elements that are left out. So nothing is done for each element, and nothing is kept of it.
 *
 * Rules.
 * 1. An element is taken when the job has it from its source. It is done when it is known what became of it. Its output came
 *    back, or it is in a partial of a fold, or it was left out, or its failure ends the job. In a fold, an element that is its
 *    own partial is done, too.
 * 2. An element is in flight while an attempt of its batch is under way, at the hub or at a worker. It counts once, however many
 *    attempts there are.
 * 3. All other elements wait: in the backlog, in a batch that is to be sent (again), or behind the element that ends the job. So
 *    taken = done + inFlight + waiting.
 * 4. Outputs of maps are emitted when they are handed to the owner. A fold emits once. An element that is emitted is done.
 * 5. What failed for good ends the job (`failed`) or is left out (`skipped`): these are done. What is tried again counts each
 *    time (`retried`), and is not done. A loss of a worker is no failure: what is sent again for it was not retried.
 * 6. Partials that fail count as their elements where they are left out, and as one where they are tried again or end the job.
 * 7. In the parts of a divided chain each failure is counted once, by the part in which it happened. The first part begins with
 *    none, and the second goes on with those of the whole.
 */
import type { BatchLedger } from './batch-ledger.js';
import type { Emission } from './emission.js';
import { Pace } from './pace.js';

/** The parts of a job that count. */
interface Counting {
  readonly origin: number;
  readonly cut: number;
  readonly uncut: number;
  readonly emission: Emission;
  readonly ledger: BatchLedger;
  /** There when the chain ends in a fold. */
  readonly fold: object | undefined;
}

export class Tally {
  /** Elements as of the last event. */
  taken = 0;
  done = 0;
  emitted = 0;
  failed = 0;
  retried = 0;
  skipped = 0;
  /** When the job began; undefined before its first event. */
  beganAt: number | undefined;
  /** When anything came back last. */
  answeredAt = 0;
  readonly pace: Pace = new Pace();
  /** How fast elements are tried again. */
  readonly retries: Pace = new Pace();
  /** When anything was tried again last. */
  retriedAt: number = -Infinity;
  #retriedBefore = 0;

  /** Looks at what the job's parts have counted, after each event. */
  look({ origin, cut, uncut, emission, fold }: Counting, now: number): void {
    if (this.beganAt === undefined) {
      this.beganAt = now;
      this.pace.begin(now);
      this.retries.begin(now);
    }
    if (this.retried > this.#retriedBefore) {
      this.#retriedBefore = this.retried;
      this.retriedAt = now;
      this.retries.observe(this.retried, now);
    }
    this.taken = origin + cut + uncut;
    if (fold === undefined) this.emitted = emission.emitted;
    const done = origin + emission.settled;
    if (done === this.done) return;
    this.done = done;
    this.pace.observe(done, now);
  }

  /** That of the first part, when the chain is divided: what has failed is counted by the second one. */
  ofFirstPart(): Tally {
    const tally = new Tally();
    tally.beganAt = this.beganAt;
    tally.pace.begin(this.beganAt ?? 0);
    tally.retries.begin(this.beganAt ?? 0);
    return tally;
  }

  validate({ origin, cut, uncut, emission, ledger }: Counting): void {
    const check = (holds: boolean, what: string): void => {
      if (!holds) throw new Error(`invariant broken: ${what}; ${JSON.stringify(this)}`);
    };
    const waiting = uncut + (ledger.elements - ledger.elementsSent) + ledger.elementsDropped;
    const sum = origin + emission.settled + ledger.elementsSent + waiting;
    check(origin + cut + uncut === sum, `${origin + cut + uncut} taken, but ${sum} done, in flight and waiting`);
    check(this.emitted + this.skipped + this.failed <= this.done, 'more emitted, left out and failed than done');
  }
}
