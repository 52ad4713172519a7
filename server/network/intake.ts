/**
 * Peers take turns. What a peer sends is handled at once as long as that is quick. Work that takes longer is done in slices of
 * time. What came from others meanwhile is handled in between. So a peer that sends more than can be handled keeps only itself
 * waiting.
 *
 * Whoever can connect can do so often. So the turns go to networks first (an address, or a /64 of IPv6), and within a network to
 * its peers.
 */
import { Queue } from '../../src/collections/queue.js';
import { nextTurn, realNow } from '../../src/real-time.js';

/** How long the messages of one peer are handled in one go. */
const sliceMs = 2;

/** How long the messages of one network are handled at once. This time fills up again with half of the time that passes. */
const atOnceMs = 20;

/** How many bytes of a peer may wait. Beyond that nothing more is read of it. */
const mostWaitingBytes = 1024 * 1024;

/** What a waiting entry takes beside its bytes. */
const entryBytes = 256;

/** Does a piece of something. @returns whether more of it is left */
type Step = () => boolean;

/** What comes from one network. */
interface Origin {
  readonly network: string;
  readonly waiting: Queue<Intake>;
  intakes: number;
  /** How much of that time was left at the time `at`. */
  leftMs: number;
  at: number;
}

/** Decides who has a turn next. Each turn is a slice of time. It comes after the process has looked for new messages. */
export class Turns {
  readonly #origins = new Map<string, Origin>();
  readonly #waiting = new Queue<Origin>();
  #isDue = false;

  /** One more peer is connected from the network. */
  join(network: string): Origin {
    const origin = this.#origins.get(network) ?? newOrigin(network);
    this.#origins.set(network, origin);
    origin.intakes += 1;
    return origin;
  }

  leave(origin: Origin): void {
    origin.intakes -= 1;
    if (origin.intakes === 0) this.#origins.delete(origin.network);
  }

  enter(intake: Intake): void {
    const { waiting } = intake.origin;
    waiting.push(intake);
    if (waiting.size === 1) this.#waiting.push(intake.origin);
    this.#plan();
  }

  #plan(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    nextTurn(() => {
      this.#isDue = false;
      const until = realNow() + sliceMs;
      do this.#serveNext();
      while (this.#waiting.size > 0 && realNow() < until);
      if (this.#waiting.size > 0) this.#plan();
    });
  }

  #serveNext(): void {
    const origin = this.#waiting.shift();
    const intake = origin?.waiting.peek();
    if (origin === undefined || intake === undefined) return;
    const isLeft = intake.handleSlice();
    origin.waiting.shift();
    if (isLeft) origin.waiting.push(intake);
    if (origin.waiting.size > 0) this.#waiting.push(origin);
  }
}

function newOrigin(network: string): Origin {
  return { network, waiting: new Queue(), intakes: 0, leftMs: atOnceMs, at: realNow() };
}

/** What happens at an intake. */
export interface IntakeEvents {
  /** Nothing more should come until what waits is done. */
  paused(paused: boolean): void;
  /** A step threw: the peer had sent something wrong. */
  failed(error: unknown): void;
}

/** What one peer has sent, in the order in which it came. */
export class Intake {
  readonly origin: Origin;
  readonly #turns: Turns;
  readonly #events: IntakeEvents;
  readonly #entries = new Queue<{ readonly step: Step; readonly bytes: number }>();
  #bytes = 0;
  #paused = false;
  #closed = false;

  /** @param network where the peer is connected from */
  constructor(turns: Turns, network: string, events: IntakeEvents) {
    this.#turns = turns;
    this.#events = events;
    this.origin = turns.join(network);
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Does the step once everything before it is done. That may be now. Nothing is done any more after `close`. */
  add(step: Step, bytes = 0): void {
    if (this.#closed) return;
    this.#entries.push({ step, bytes: bytes + entryBytes });
    this.#bytes += bytes + entryBytes;
    if (this.#entries.size > 1) this.#pause(this.#bytes > mostWaitingBytes);
    else if (this.#handleAtOnce()) this.#turns.enter(this);
  }

  /** @returns whether something is left */
  #handleAtOnce(): boolean {
    const { origin } = this;
    const from = realNow();
    origin.leftMs = Math.min(atOnceMs, origin.leftMs + (from - origin.at) / 2);
    origin.at = from;
    if (origin.leftMs <= 0) return true;
    const isLeft = this.handleSlice();
    origin.leftMs -= realNow() - from;
    return isLeft;
  }

  /** @returns whether something is left */
  handleSlice(): boolean {
    const until = realNow() + sliceMs;
    for (let entry = this.#entries.peek(); entry !== undefined; entry = this.#entries.peek()) {
      // The step may clear all that waits.
      if (this.#isDone(entry.step) && this.#entries.peek() === entry) {
        this.#entries.shift();
        this.#bytes -= entry.bytes;
      }
      if (realNow() > until) break;
    }
    this.#pause(this.#bytes > mostWaitingBytes);
    return this.#entries.size > 0;
  }

  /** Drops what waits, for good. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#entries.clear();
    this.#bytes = 0;
    this.#pause(false);
    this.#turns.leave(this.origin);
  }

  #isDone(step: Step): boolean {
    try {
      return !step();
    } catch (error) {
      this.#events.failed(error);
      return true;
    }
  }

  #pause(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#events.paused(paused);
  }
}
