import { encodedOnce } from '../../src/wire/message-codec.js';
import type { HubStatus, HubToObserver } from '../../src/protocol/messages.js';
import { realNow } from '../../src/real-time.js';

/** What it takes to make the status is at most so large a part of the time, however often observers ask. */
const mostShare = 0.1;

/**
 * What observers are told. Those that ask soon after each other are told the same: the status of a large hub takes some
 * milliseconds to make.
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
