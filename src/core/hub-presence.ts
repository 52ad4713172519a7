/**
 * The hub as a leader sees it: whether it is there, what it admits, and when it is given up.
 *
 * A hub that is away is given up when it does not come back in time. When it is lost anew, it has as long again. A failure is for
 * good.
 */
import { PaladinError } from '../errors/paladin-error.js';
import type { HubLimits } from '../protocol/messages.js';
import type { Admitted } from './places.js';

export class HubPresence {
  readonly #reconnectTimeoutMs: number;
  #connected = false;
  #failure: PaladinError | undefined;
  #limits: HubLimits | undefined;
  #giveUpAt: number | undefined;
  #lastReason = 'no answer';

  constructor(reconnectTimeoutMs: number) {
    this.#reconnectTimeoutMs = reconnectTimeoutMs;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** Whether jobs may go on. */
  get isThere(): boolean {
    return this.#connected && this.#failure === undefined;
  }

  /** Why no job can ever go on; undefined: they can. */
  get failure(): PaladinError | undefined {
    return this.#failure;
  }

  /** Why it is not there. */
  get lastReason(): string {
    return this.#lastReason;
  }

  /** The limits of the hub that was seen last. While it is away, batches are cut for these. */
  get limits(): HubLimits | undefined {
    return this.#limits;
  }

  get admitted(): Admitted {
    const { maxJobsPerLeader = 0, maxDescriptionBytesPerLeader = 0 } = this.#limits ?? {};
    return { jobs: maxJobsPerLeader, bytes: maxDescriptionBytesPerLeader };
  }

  /** When it is given up; Infinity: it is there, or was given up. */
  get giveUpAt(): number {
    return this.#giveUpAt ?? Infinity;
  }

  came(limits: HubLimits): void {
    this.#connected = true;
    this.#giveUpAt = undefined;
    this.#limits = limits;
  }

  /** It is lost, or is still away. */
  lost(reason: string, now: number): void {
    this.#lastReason = reason;
    this.#connected = false;
    if (this.#failure === undefined) this.#giveUpAt ??= now + this.#reconnectTimeoutMs;
  }

  failed(error: PaladinError): void {
    this.#failure ??= error;
    this.#giveUpAt = undefined;
  }

  /** @returns how jobs end, where it was away for too long */
  giveUp(now: number): PaladinError | undefined {
    if (now < this.giveUpAt) return undefined;
    this.#giveUpAt = undefined;
    const waited = `it did not come back within ${this.#reconnectTimeoutMs} ms`;
    return new PaladinError('HUB_UNREACHABLE', `the hub is gone (${this.#lastReason}), and ${waited}`);
  }
}
