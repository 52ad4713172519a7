import { acknowledgeWithinMs, maxAcknowledgedLater } from '../limits.js';
import type { LeaderToHub } from '../protocol/messages.js';
import { Timer } from '../timer.js';

type Acknowledgement = Extract<LeaderToHub, { type: 'acknowledge' }>;

/**
 * What a leader acknowledges. Nobody waits for it: workers keep their answers until then, and have room for thousands. So where lone batches go
 * back and forth it is said of several at once, as each message takes every process on the way a part of what a quick trip takes.
 */
export class Acknowledgements {
  readonly #send: (message: Acknowledgement) => void;
  #waiting: Acknowledgement[] = [];
  readonly #timer = new Timer(() => {
    this.#sendAll();
  });

  constructor(send: (message: Acknowledgement) => void) {
    this.#send = send;
  }

  /** @param later whether it can be sent together with further ones, or after a while */
  add(message: Acknowledgement, later: boolean): void {
    this.#waiting.push(message);
    if (!later || this.#waiting.length >= maxAcknowledgedLater) this.#sendAll();
    else if (this.#waiting.length === 1) this.#timer.set(performance.now() + acknowledgeWithinMs);
  }

  /** The job is over: with it everything is closed that was to be acknowledged. */
  forget(job: number): void {
    this.#waiting = this.#waiting.filter((message) => message.job !== job);
    if (this.#waiting.length === 0) this.#timer.clear();
  }

  /** The hub is away: when it is back it is told what is under way, and takes all else for acknowledged. */
  forgetAll(): void {
    this.#waiting = [];
    this.#timer.clear();
  }

  #sendAll(): void {
    const waiting = this.#waiting;
    this.forgetAll();
    for (const message of waiting) this.#send(message);
  }
}
