/**
 * The partials of a run, which are neighbours, with how many units each is of. Units are added at the end, and the last two partials
 * are combined into one, as digits are when a binary counter carries.
 */
export class PartialStack {
  readonly #values: unknown[] = [];
  readonly #widths: number[] = [];

  get size(): number {
    return this.#values.length;
  }

  /** The partial before the last one. */
  get left(): unknown {
    return this.#values[this.#values.length - 2];
  }

  /** The last partial; the only one, when the run is folded. */
  get right(): unknown {
    return this.#values[this.#values.length - 1];
  }

  /** Of how many units the partial before the last one is; 0: there is none. */
  get leftWidth(): number {
    return this.#widths[this.#widths.length - 2] ?? 0;
  }

  get rightWidth(): number {
    return this.#widths[this.#widths.length - 1] ?? 0;
  }

  /** Adds a unit. */
  push(value: unknown): void {
    this.#values.push(value);
    this.#widths.push(1);
  }

  /** Puts what the last two were combined to in their place. */
  join(combined: unknown): void {
    const last = this.#values.length - 1;
    const width = this.leftWidth + this.rightWidth;
    this.#values.length = last;
    this.#widths.length = last;
    this.#values[last - 1] = combined;
    this.#widths[last - 1] = width;
  }

  /** Whether what the last two were combined to is another partial already, or shows the memory of one: that one is overwritten. */
  overwrites(combined: unknown): boolean {
    if (typeof combined !== 'object' || combined === null) return false;
    for (let at = this.#values.length - 3; at >= 0; at--) {
      const other = this.#values[at];
      if (other === combined) return true;
      if (ArrayBuffer.isView(combined) && ArrayBuffer.isView(other) && overlap(combined, other)) return true;
    }
    return false;
  }

  clear(): void {
    this.#values.length = 0;
    this.#widths.length = 0;
  }
}

function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}
