import { ordinaryTime, type Time } from '../time.js';
import type { Link } from './link.js';

/** Gets what the other end sends. */
type Receive<Message> = (message: Message) => void;

/** One end of an in-process connection. */
export interface LoopbackEnd<Sent> extends Link<Sent> {
  /** Cuts the connection: what is under way to this end is dropped. */
  cut(): void;
}

/**
 * A connection within the process that behaves like a socket. Messages arrive later, and in order. None arrives after an end was
 * closed.
 *
 * @param time by which messages arrive later
 * @returns the two ends; `left` is the one that receives by the first argument
 */
export function loopback<ToLeft, ToRight>(
  receiveLeft: Receive<ToLeft>,
  receiveRight: Receive<ToRight>,
  time: Time = ordinaryTime,
): { readonly left: LoopbackEnd<ToRight>; readonly right: LoopbackEnd<ToLeft> } {
  const toLeft = new Pipe(receiveLeft, time);
  const toRight = new Pipe(receiveRight, time);
  return { left: end(toRight, toLeft), right: end(toLeft, toRight) };
}

function end<Sent>(outgoing: Pipe<Sent>, incoming: { cut(): void }): LoopbackEnd<Sent> {
  return {
    send: (message) => {
      outgoing.push(message);
    },
    hurry: () => undefined,
    close: async () => {
      incoming.cut();
      await outgoing.emptied();
      outgoing.cut();
    },
    cut: () => {
      incoming.cut();
    },
  };
}

class Pipe<Message> {
  readonly #receive: Receive<Message>;
  readonly #time: Time;
  #queue: Message[] = [];
  #scheduled = false;
  #open = true;

  constructor(receive: Receive<Message>, time: Time) {
    this.#receive = receive;
    this.#time = time;
  }

  push(message: Message): void {
    if (!this.#open) return;
    this.#queue.push(message);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#time.afterThis(() => {
      this.#deliver();
    });
  }

  cut(): void {
    this.#open = false;
    this.#queue = [];
  }

  async emptied(): Promise<void> {
    while (this.#queue.length > 0) {
      await new Promise<void>((resolve) => {
        this.#time.afterThis(resolve);
      });
    }
  }

  #deliver(): void {
    this.#scheduled = false;
    const queue = this.#queue;
    this.#queue = [];
    for (const message of queue) if (this.#open) this.#receive(message);
  }
}
