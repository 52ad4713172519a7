/**
 * What all peers together hold of something that is bounded in all. The peer that holds most loses it first. So a peer that holds
 * little keeps it while others hold more. Among peers that hold the same, any may be the first.
 */
export class Holdings<Holder> {
  readonly #maxBytes: number;
  readonly #overflowed: (largest: Holder) => void;
  readonly #bytes = new Map<Holder, number>();
  #total = 0;

  /**
   * @param maxBytes beyond it the peers that hold most lose what they hold
   * @param overflowed is told of each peer that loses it
   */
  constructor(maxBytes: number, overflowed: (largest: Holder) => void) {
    this.#maxBytes = maxBytes;
    this.#overflowed = overflowed;
  }

  /** How many bytes each peer may hold before it is slowed. Once half of all is taken, that is half of an equal share. */
  get share(): number {
    return this.#total <= this.#maxBytes / 2 ? Infinity : this.#maxBytes / (2 * this.#bytes.size);
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
    this.#overflowed(largest);
  }
}
