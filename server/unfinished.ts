/** Who has sent a message in part. */
interface Holder {
  /** It is disconnected, and gives back what it holds. */
  overflowed(reason: string): void;
}

/** What has come of messages in parts that are not whole yet, of all peers together. */
export class Unfinished {
  readonly #maxBytes: number;
  readonly #bytes = new Map<Holder, number>();
  #total = 0;

  /** @param maxBytes beyond it those that hold the most are disconnected */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The peer holds so much now. */
  set(holder: Holder, bytes: number): void {
    this.#total += bytes - (this.#bytes.get(holder) ?? 0);
    if (bytes === 0) this.#bytes.delete(holder);
    else this.#bytes.set(holder, bytes);
    while (this.#total > this.#maxBytes) this.#dropLargest();
  }

  #dropLargest(): void {
    const [first, ...others] = this.#bytes;
    if (first === undefined) return;
    const [largest] = others.reduce((most, each) => (each[1] > most[1] ? each : most), first);
    this.set(largest, 0);
    largest.overflowed(`more than ${this.#maxBytes} bytes of unfinished messages of all peers (maxBytes)`);
  }
}
