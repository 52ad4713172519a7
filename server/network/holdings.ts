/**
 * What all peers together hold of something that is bounded in all. Who holds the most loses it first, so that who holds little
 * keeps it while others hold more. Of many who hold the same it may be anybody; who holds more than each of them loses it before
 * they do.
 */
export class Holdings<Holder> {
  readonly #maxBytes: number;
  readonly #overflowed: (largest: Holder) => void;
  readonly #bytes = new Map<Holder, number>();
  #total = 0;

  /**
   * @param maxBytes beyond it those that hold the most lose what they hold
   * @param overflowed told of each that does
   */
  constructor(maxBytes: number, overflowed: (largest: Holder) => void) {
    this.#maxBytes = maxBytes;
    this.#overflowed = overflowed;
  }

  /** What each may hold before it is slowed, in bytes. Once half of all is taken, that is half of an equal share. */
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
