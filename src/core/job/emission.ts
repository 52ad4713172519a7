import type { PaladinError } from '../../errors/paladin-error.js';
import type { JobEffect } from './job-events.js';

/**
 * What became of a contiguous range of elements. What is costly or depends on the elements before is a function, called when the
 * segment is released.
 */
export type Segment =
  /** They succeeded. Their outputs are kept as bytes, which are smaller than values, and read on release. */
  | {
      readonly type: 'values';
      readonly first: number;
      readonly count: number;
      /** How many bytes it keeps while it waits. */
      readonly bytes: number;
      readonly values: () => readonly unknown[];
    }
  /** They succeeded, and are in a partial of a fold. */
  | { readonly type: 'folded'; readonly first: number; readonly count: number }
  /** The element was left out by a stage. */
  | { readonly type: 'skip'; readonly first: number; readonly count: 1; readonly stage: number; readonly error: ErrorAt }
  /** The job ends here. */
  | { readonly type: 'failure'; readonly first: number; readonly count: 0; readonly stage: number; readonly error: ErrorAt };

/** Makes the error, given how many elements before it were left out by earlier stages: its index in the failed stage's own source is so much lower. */
export type ErrorAt = (skippedBefore: number) => PaladinError;

/**
 * The order in which a job brings on what became of its elements: in source order each segment waits for all before it; in completion
 * order none waits.
 *
 * Invariant: no element is released twice, and in source order `released` is the index up to which everything is.
 */
export class Emission {
  readonly #ordered: boolean;
  readonly #waiting = new Map<number, Segment>();
  #released = 0;
  #waitingBytes = 0;
  /** How many elements each stage has left out. */
  readonly #skippedByStage = new Map<number, number>();

  constructor(ordered: boolean) {
    this.#ordered = ordered;
  }

  /** How many elements have been emitted or left out. */
  get released(): number {
    return this.#released;
  }

  /** How many bytes wait for an element before them. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Takes a segment, and appends to `effects` what may be emitted now; nothing follows a failure. */
  put(segment: Segment, effects: JobEffect[]): void {
    if (!this.#ordered) {
      this.#release(segment, effects);
      return;
    }
    this.#waiting.set(segment.first, segment);
    this.#waitingBytes += bytesOf(segment);
    for (let next = this.#waiting.get(this.#released); next !== undefined; next = this.#waiting.get(this.#released)) {
      this.#waiting.delete(this.#released);
      this.#waitingBytes -= bytesOf(next);
      this.#release(next, effects);
      if (next.type === 'failure') return;
    }
  }

  clear(): void {
    this.#waiting.clear();
  }

  #release(segment: Segment, effects: JobEffect[]): void {
    this.#released += segment.count;
    switch (segment.type) {
      case 'values':
        effects.push({ type: 'emit', values: segment.values() });
        break;
      case 'folded':
        break;
      case 'skip':
        effects.push({ type: 'skipped', stage: segment.stage, error: segment.error(this.#skippedBefore(segment.stage)) });
        this.#skippedByStage.set(segment.stage, (this.#skippedByStage.get(segment.stage) ?? 0) + 1);
        break;
      case 'failure':
        effects.push({ type: 'failed', error: segment.error(this.#skippedBefore(segment.stage)) });
        break;
    }
  }

  #skippedBefore(stage: number): number {
    let skipped = 0;
    for (const [other, count] of this.#skippedByStage) if (other < stage) skipped += count;
    return skipped;
  }
}

function bytesOf(segment: Segment): number {
  return segment.type === 'values' ? segment.bytes : 0;
}
