import type { Agenda } from './agenda.js';

/** How a connection behaves. */
export interface LinkQuality {
  /** How long a message travels. */
  readonly latencyMs: () => number;
  /** How much goes through in a millisecond. */
  readonly bytesPerMs: number;
  /** Whether the next message is delivered twice. */
  readonly duplicates: () => boolean;
  /** How long an acknowledgement is kept back, so that others overtake it. */
  readonly laterMs: () => number;
}

/**
 * One direction of a connection: messages arrive later, in order but for acknowledgements, and none after it was cut; while it is
 * blocked they are on their way.
 */
export class Link<Message extends object> {
  readonly #agenda: Agenda;
  readonly #quality: LinkQuality;
  readonly #receive: (message: Message) => void;
  #clearAt = 0;
  #open = true;
  #blocked: Message[] | undefined;
  #later: Message[] = [];

  constructor(agenda: Agenda, quality: LinkQuality, receive: (message: Message) => void) {
    this.#agenda = agenda;
    this.#quality = quality;
    this.#receive = receive;
  }

  send(message: Message): void {
    const type: unknown = Reflect.get(message, 'type');
    if (type === 'acknowledge') {
      this.#later.push(message);
      this.#agenda.after(this.#quality.laterMs(), () => {
        this.#sendLater();
      });
      return;
    }
    if (type === 'close') this.#sendLater();
    this.#transmit(message);
  }

  #sendLater(): void {
    const later = this.#later;
    this.#later = [];
    for (const message of later) this.#transmit(message);
  }

  #transmit(message: Message): void {
    if (!this.#open) return;
    const { latencyMs, bytesPerMs, duplicates } = this.#quality;
    const now = this.#agenda.now;
    // Not before what was sent before it.
    this.#clearAt = Math.max(this.#clearAt + sizeOf(message) / bytesPerMs, now + latencyMs());
    const times = duplicates() ? 2 : 1;
    this.#agenda.after(this.#clearAt - now, () => {
      for (let time = 0; time < times; time += 1) this.#arrive(message);
    });
  }

  /** Nothing arrives until it is healed. */
  block(): void {
    this.#blocked ??= [];
  }

  heal(): void {
    const held = this.#blocked ?? [];
    this.#blocked = undefined;
    for (const message of held) this.#arrive(message);
  }

  /** What is under way is lost. */
  cut(): void {
    this.#open = false;
    this.#blocked = undefined;
  }

  #arrive(message: Message): void {
    if (!this.#open) return;
    if (this.#blocked === undefined) this.#receive(message);
    else this.#blocked.push(message);
  }
}

/** About what a message takes on the wire. */
function sizeOf(message: object): number {
  const payload: unknown = Reflect.get(message, 'batch') ?? Reflect.get(message, 'result');
  const bytes: unknown = typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'payload') : undefined;
  return 40 + (bytes instanceof Uint8Array ? bytes.byteLength : 0);
}
