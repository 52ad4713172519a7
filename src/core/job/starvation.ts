import { PaladinError } from '../../errors/paladin-error.js';
import type { PlaceEvent } from './job-events.js';
import type { JobState } from './job-state.js';

/** Watches how long a job has work and finds no slot for it. */
export class Starvation {
  readonly #state: JobState;
  /** Why there are no slots, in the hub's words, and which operation is to blame. */
  #missing: { readonly reason: string; readonly operation: string | undefined } = { reason: '', operation: undefined };
  /** How many batches were with workers when the hub last spoke of slots. */
  #leased = 0;
  #since: number | undefined;

  constructor(state: JobState) {
    this.#state = state;
  }

  /** When the job has waited for too long; Infinity: it does not wait. */
  get dueAt(): number {
    return this.#since === undefined ? Infinity : this.#since + this.#state.config.noWorkerTimeoutMs;
  }

  /** The hub has spoken of slots. */
  heard({ leased, missing, operation }: Extract<PlaceEvent, { type: 'capacity' }>): void {
    this.#leased = leased;
    this.#missing = { reason: missing, operation };
  }

  /** @returns how the job ends, where it has waited for too long */
  watch(now: number): PaladinError | undefined {
    const { uncut, ledger, connected, slots, config, emission } = this.#state;
    // Nobody waits for what a paused job would do.
    const wanted = connected && !emission.paused;
    // Partials that can be combined are in the ledger by now.
    const work = uncut > 0 || ledger.size > 0;
    if (!wanted || slots > 0 || this.#leased > 0 || !work) {
      this.#since = undefined;
      return undefined;
    }
    this.#since ??= now;
    if (now - this.#since < config.noWorkerTimeoutMs) return undefined;
    const operation = this.#missing.operation ?? this.#state.stage(this.#state.from).operation;
    const message = `no worker took operation '${operation}' within ${config.noWorkerTimeoutMs} ms: ${this.#missing.reason}${this.#whoIsGone()}`;
    return new PaladinError('NO_WORKER', message, { operation });
  }

  /** Elements that kill workers leave no workers in the end. Then it helps to know where the workers died. */
  #whoIsGone(): string {
    const { gone } = this.#state;
    if (gone === undefined) return '';
    return `; workers lost while executing: ${gone.count}, the last one at index ${gone.first} or soon after it (${gone.reason})`;
  }
}
