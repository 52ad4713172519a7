import type { Agenda } from './agenda.js';

/** One direction of a connection: messages arrive later, in order, and none after it was cut. */
export class SimulatedLink<Message> {
  readonly #agenda: Agenda;
  readonly #latencyMs: () => number;
  readonly #receive: (message: Message) => void;
  #clearAt = 0;
  #open = true;

  constructor(agenda: Agenda, latencyMs: () => number, receive: (message: Message) => void) {
    this.#agenda = agenda;
    this.#latencyMs = latencyMs;
    this.#receive = receive;
  }

  send(message: Message): void {
    if (!this.#open) return;
    // Not before what was sent before it.
    this.#clearAt = Math.max(this.#clearAt, this.#agenda.now + this.#latencyMs());
    this.#agenda.after(this.#clearAt - this.#agenda.now, () => {
      if (this.#open) this.#receive(message);
    });
  }

  cut(): void {
    this.#open = false;
  }
}
