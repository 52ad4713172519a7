import type { FoldView } from '../fold/fold-view.js';
import type { Coming } from '../fold/outlook.js';
import { comingOf, expectedMs } from './expected-time.js';
import type { JobState } from './job-state.js';

/** What the fold of a job is told of the job, as it is when the fold asks. */
export class JobView implements FoldView {
  readonly now: number;
  readonly #state: JobState;

  constructor(state: JobState, now: number) {
    this.#state = state;
    this.now = now;
  }

  get slots(): number {
    return this.#state.slots;
  }

  get sent(): number {
    return this.#state.ledger.sent;
  }

  get combining(): number {
    return this.#state.ledger.combining;
  }

  get unsettled(): number {
    return this.#state.ledger.size;
  }

  get cut(): number {
    return this.#state.cut;
  }

  get total(): number | undefined {
    const { source, cut, uncut } = this.#state;
    return source.state === 'open' ? undefined : cut + uncut;
  }

  get tripMs(): number {
    return this.#state.sizing.tripMs;
  }

  get maxPayloadBytes(): number {
    return this.#state.config.limits().maxPayloadBytes;
  }

  before(index: number): Coming | undefined {
    return comingOf(this.#state, this.#state.ledger.endingAt(index));
  }

  after(index: number): Coming | undefined {
    return comingOf(this.#state, this.#state.ledger.startingAt(index));
  }

  batchAt(index: number): Coming | undefined {
    const record = this.#state.ledger.startingAt(index);
    if (record === undefined) return undefined;
    const { first, width: count } = record;
    const { now } = this;
    return comingOf(this.#state, record) ?? { first, count, sentAt: now, expectedAt: now + expectedMs(this.#state, record) };
  }
}
