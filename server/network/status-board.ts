import { encodedOnce } from '../../src/wire/message-codec.js';
import type { HubStatus, HubToObserver } from '../../src/protocol/hub-status.js';
import { realNow } from '../../src/real-time.js';

/** The most of the time that the hub spends on making the status, however often observers ask. */
const mostShare = 0.1;

/**
 * What observers are told. Observers that ask soon after each other are told the same. To make the status of a large hub takes
 * some milliseconds.
 */
export class StatusBoard {
  readonly #make: () => HubStatus;
  #message: HubToObserver | undefined;
  #validUntil = 0;

  constructor(make: () => HubStatus) {
    this.#make = make;
  }

  /** What to tell an observer that asks now. */
  read(): HubToObserver {
    const from = realNow();
    if (this.#message !== undefined && from < this.#validUntil) return this.#message;
    const message: HubToObserver = { type: 'status', status: this.#make() };
    encodedOnce(message);
    const madeAt = realNow();
    this.#validUntil = madeAt + (madeAt - from) / mostShare;
    this.#message = message;
    return message;
  }
}
