/** How much each new combine changes the estimate: about the last twenty count. */
const weight = 0.1;

/** The weight, before anything was learnt, of a cost in proportion to the range. */
const priorWeight = 0.02;

/** From so much variance of the width on, compared with its square, the two parts of the cost can be told. */
const spread = 0.1;

/**
 * What a combine costs, learnt from the trips that came back. The cost has a fixed part, and a part that grows with the number of
 * elements that the two partials stand for. It is a straight line through recent combines, by least squares. While all were of
 * one width, the line goes through the origin.
 */
export class CombineCost {
  #known = false;
  #width = 0;
  #ms = 0;
  #widthSquared = 0;
  #widthTimesMs = 0;
  #fixedMs = 0;
  #msPerElement = 0;

  /** Whether a combine has come back. */
  get isKnown(): boolean {
    return this.#known;
  }

  /** The width up to which the fixed part is the larger one: so far it matters little which neighbours are combined. */
  get flatWidth(): number {
    if (!this.#known) return 0;
    return this.#msPerElement === 0 ? Infinity : this.#fixedMs / this.#msPerElement;
  }

  /** What it takes to combine so many units that stand for `width` elements together, in a balanced order. */
  estimateMs(units: number, width: number): number {
    return this.#fixedMs * (units - 1) + this.#msPerElement * width * Math.log2(units);
  }

  /**
   * How long it takes at least to make a partial that stands for `width` elements out of one that stands for `from`. Each combine
   * makes it twice as wide.
   */
  pathMs(from: number, width: number): number {
    if (from >= width) return 0;
    return this.#fixedMs * Math.log2(width / from) + this.#msPerElement * 2 * (width - from);
  }

  /** Whether combines of different widths have come back. Until then nobody knows whether the width matters. */
  get isSpread(): boolean {
    return this.#known && this.#widthSquared - this.#width ** 2 > spread * this.#width ** 2;
  }

  /** As `estimateMs`, and as `pathMs` to the same width, if the width does not matter. */
  flatMs(units: number): number {
    return this.#ms * (units - 1);
  }

  /** Learns from a trip that combined so many units that stand for `width` elements together. */
  observe(units: number, width: number, elapsedMs: number): void {
    const combines = units - 1;
    if (combines < 1) return;
    const meanWidth = (width * Math.log2(units)) / combines;
    const ms = elapsedMs / combines;
    const share = this.#known ? weight : 1;
    this.#known = true;
    this.#width += share * (meanWidth - this.#width);
    this.#ms += share * (ms - this.#ms);
    this.#widthSquared += share * (meanWidth ** 2 - this.#widthSquared);
    this.#widthTimesMs += share * (meanWidth * ms - this.#widthTimesMs);
    this.#fit();
  }

  #fit(): void {
    // The prior is a combine of no elements that took no time.
    const scale = 1 / (1 + priorWeight);
    const width = this.#width * scale;
    const ms = this.#ms * scale;
    // Above 0, by what the prior adds.
    const variance = this.#widthSquared * scale - width ** 2;
    const slope = (this.#widthTimesMs * scale - width * ms) / variance;
    this.#msPerElement = Math.max(0, Math.min(slope, this.#ms / this.#width));
    this.#fixedMs = Math.max(0, this.#ms - this.#msPerElement * this.#width);
  }
}
