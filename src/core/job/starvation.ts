import { PaladinError } from '../../errors/paladin-error.js';
import type { PlaceEvent } from './job-events.js';
import type { JobState } from './job-state.js';

/** Why there are no slots. */
export interface Missing {
  /** In the hub's words. */
  readonly reason: string;
  /** Which operation is to blame. */
  readonly operation: string | undefined;
  /** Whether no worker can come that has what is missing. */
  readonly forGood: boolean;
}

/**
 * Watches how long a job has work and finds no slot for it.
 *
 * Invariant: a job that goes on waits for a worker only where one may come.
 */
export class Starvation {
  readonly #state: JobState;
  #missing: Missing = { reason: '', operation: undefined, forGood: false };
  /** How many batches were with workers when the hub last spoke of slots. */
  #leased = 0;
  #since: number | undefined;
  /** Whether it has waited for so long that its owner is to be warned. */
  #isLong = false;

  constructor(state: JobState) {
    this.#state = state;
  }

  /** When the job has waited for too long, or for so long that its owner is to know; Infinity: it does not wait. */
  get dueAt(): number {
    const { noWorkerTimeoutMs, warnAfterMs = Infinity } = this.#state.config;
    return (this.#since ?? Infinity) + (this.#isLong ? noWorkerTimeoutMs : Math.min(noWorkerTimeoutMs, warnAfterMs));
  }

  /** What to warn the owner of; undefined: nothing. */
  get warning(): string | undefined {
    if (!this.#isLong) return undefined;
    const { noWorkerTimeoutMs, warnAfterMs = 0 } = this.#state.config;
    const rest = noWorkerTimeoutMs - warnAfterMs;
    const end = rest === Infinity ? '' : `; in ${rest} ms it ends with NO_WORKER (noWorkerTimeout)`;
    return `operation '${this.#operation}' has waited ${warnAfterMs} ms for a worker: ${this.#missing.reason}${end}`;
  }

  /** What it waits for; undefined: it does not wait for slots. */
  get missing(): Missing | undefined {
    return this.#isWaiting ? this.#missing : undefined;
  }

  /** The hub has spoken of slots. */
  heard({ leased, missing, operation, forGood = false }: Extract<PlaceEvent, { type: 'capacity' }>): void {
    this.#leased = leased;
    this.#missing = { reason: missing, operation, forGood };
  }

  /** @returns how the job ends, where it has waited for too long, or would wait in vain */
  watch(now: number): PaladinError | undefined {
    const { config } = this.#state;
    if (!this.#isWaiting) {
      this.#since = undefined;
      this.#isLong = false;
      return undefined;
    }
    this.#since ??= now;
    const waitedMs = now - this.#since;
    this.#isLong = waitedMs >= (config.warnAfterMs ?? Infinity);
    if (this.#missing.forGood) return this.#error(`no worker can execute operation '${this.#operation}'`);
    if (waitedMs < config.noWorkerTimeoutMs) return undefined;
    return this.#error(`no worker took operation '${this.#operation}' within ${config.noWorkerTimeoutMs} ms`);
  }

  validate(): void {
    if (this.#since !== undefined && this.#missing.forGood && this.#isWaiting) {
      throw new Error(`the job waits for a worker that cannot come; ${this.#state.story()}`);
    }
  }

  get #isWaiting(): boolean {
    const { uncut, ledger, connected, slots, emission } = this.#state;
    // Nobody waits for what a paused job would do. Partials that can be combined are in the ledger by now.
    return connected && !emission.paused && slots === 0 && this.#leased === 0 && uncut + ledger.size > 0;
  }

  get #operation(): string {
    return this.#missing.operation ?? this.#state.stage(this.#state.from).operation;
  }

  #error(what: string): PaladinError {
    const { reason, operation, forGood } = this.#missing;
    const awaited = this.#state.config.awaited?.(forGood ? operation : undefined);
    const message = `${what}: ${reason}${awaited === undefined ? '' : `; ${awaited}`}${this.#whoIsGone()}`;
    return new PaladinError('NO_WORKER', message, { operation: this.#operation });
  }

  /** Elements that kill workers leave no workers in the end. Then it helps to know where the workers died. */
  #whoIsGone(): string {
    const { gone } = this.#state;
    if (gone === undefined) return '';
    return `; workers lost while executing: ${gone.count}, the last one at index ${gone.first} or soon after it (${gone.reason})`;
  }
}
