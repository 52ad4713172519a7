import { DisjointRanges } from '../../collections/disjoint-ranges.js';
import type { PaladinError } from '../../errors/paladin-error.js';
import { endOf } from '../fold/partial.js';
import { EventInHand } from './event-in-hand.js';

/**
 * What became of a contiguous range of elements. A part that is costly, or depends on the elements before, is a function. It is
 * called when the segment is released.
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
  | {
      readonly type: 'skip';
      readonly first: number;
      readonly count: 1;
      readonly stage: number;
      readonly error: ErrorAt;
      readonly input: () => unknown;
    }
  /**
   * The element was left out by a stage of an earlier part of the chain. `known`: a later part has it from before the chain was
   * divided.
   */
  | { readonly type: 'leftOut'; readonly first: number; readonly count: 1; readonly stage: number; readonly known: boolean }
  /** The job ends here. */
  | { readonly type: 'failure'; readonly first: number; readonly count: 0; readonly stage: number; readonly error: ErrorAt };

/**
 * Makes the error, given how many elements before it earlier stages have left out. Its index in the failed stage's own source is
 * so much lower.
 */
export type ErrorAt = (skippedBefore: number) => PaladinError;

/**
 * The order in which a job brings on what became of its elements. In source order each segment waits for all segments before it.
 * In completion order it waits for those that came before it.
 *
 * An event releases the outputs of one segment, so that the owner may pause after each. Until it resumes, outputs stay bytes.
 * Elements that are in partials are only kept as ranges, with neighbours as one range. So any number of them may wait for one
 * slow element.
 *
 * Invariant: no element is released twice, and in source order `released` is the index up to which everything is.
 */
export class Emission {
  readonly #ordered: boolean;
  readonly #indexed: boolean;
  /** In source order by the index of the first element. In completion order by its place among all that came. */
  readonly #waiting = new Map<number, Exclude<Segment, Folded>>();
  /** What is in partials waits here. A fold is always in source order. */
  readonly #folded = new DisjointRanges<Folded>(endOf);
  /** Where the next segment to be released is, or will be. */
  #turn = 0;
  #arrived = 0;
  #released = 0;
  #settled = 0;
  #emitted = 0;
  #foldedAhead = 0;
  #waitingBytes = 0;
  #paused = false;
  /** How many elements each stage has left out. */
  readonly #skippedByStage = new Map<number, number>();

  /** @param indexed whether outputs tell their indices */
  constructor(ordered: boolean, indexed = false) {
    this.#ordered = ordered;
    this.#indexed = indexed;
  }

  /** How many elements have been emitted or left out. */
  get released(): number {
    return this.#released;
  }

  /** Of how many elements it is known what became of them: those released, those that wait, and those that failed. */
  get settled(): number {
    return this.#settled;
  }

  /** How many outputs of a map were emitted. They are counted on when it begins from 0 again. */
  get emitted(): number {
    return this.#emitted;
  }

  /** How many elements wait for one before them, but are in partials. */
  get foldedAhead(): number {
    return this.#foldedAhead;
  }

  /** How many bytes wait for an element before them, or for the owner. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether the owner wants nothing at present. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether more may be released in the next event. */
  get hasMore(): boolean {
    return this.#due() !== undefined;
  }

  /** Takes a segment, and releases what may be. */
  put(segment: Segment, inHand: EventInHand): void {
    if (segment.type === 'folded') this.#putFolded(segment);
    else this.#waiting.set(this.#ordered ? segment.first : this.#arrived, segment);
    this.#arrived += 1;
    this.#settled += segment.type === 'failure' ? 1 : segment.count;
    this.#waitingBytes += bytesOf(segment);
    this.release(inHand);
  }

  /** Puts to the event in hand what may be emitted now; nothing follows a failure. */
  release(inHand: EventInHand): void {
    for (let next = this.#due(); next !== undefined; next = this.#due()) {
      if (next.type === 'values' && inHand.hasEmitted) return;
      if (next.type === 'folded') {
        this.#folded.delete(next);
        this.#foldedAhead -= next.count;
      } else this.#waiting.delete(this.#turn);
      this.#turn += this.#ordered ? next.count : 1;
      this.#waitingBytes -= bytesOf(next);
      this.#release(next, inHand);
      if (next.type === 'failure') return;
    }
  }

  /**
   * The emission of the first part of a chain that is divided here. Settled elements are released there, or wait to be. Outputs
   * tell their indices.
   *
   * @param settled how many elements are
   */
  beforeDivision(settled: number): Emission {
    const emission = new Emission(this.#ordered, true);
    for (const [stage, count] of this.#skippedByStage) emission.#skippedByStage.set(stage, count);
    if (!this.#ordered) {
      emission.#released = settled;
      emission.#settled = this.#settled;
      return emission;
    }
    emission.#turn = this.#turn;
    emission.#released = this.#released;
    for (const segment of [...this.#waiting.values(), ...this.#folded]) {
      const { type, first, count } = segment;
      if (type === 'failure') continue;
      const isLeft = type === 'skip' || type === 'leftOut';
      emission.put(
        isLeft ? { type: 'leftOut', first, count: 1, stage: segment.stage, known: true } : { type: 'folded', first, count },
        new EventInHand(),
      );
    }
    // Those that were released before, and those that failed, were not put in.
    emission.#settled = this.#settled;
    return emission;
  }

  /** Counts from 0 again, where nothing waits. */
  rewind(): void {
    this.#turn = 0;
    this.#arrived = 0;
    this.#released = 0;
    this.#settled = 0;
    this.#skippedByStage.clear();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  clear(): void {
    this.#waiting.clear();
    this.#folded.clear();
    this.#foldedAhead = 0;
    this.#waitingBytes = 0;
  }

  validate(): void {
    let bytes = 0;
    let folded = 0;
    for (const segment of this.#waiting.values()) bytes += bytesOf(segment);
    this.#folded.validate();
    for (const { first, count } of this.#folded) {
      folded += count;
      if (this.#waiting.has(first)) throw new Error(`what is folded at ${first} waits there for something else, too`);
      if (this.#folded.endingAt(first) !== undefined) throw new Error(`what is folded on both sides of ${first} is not one`);
    }
    if (folded !== this.#foldedAhead) throw new Error(`${folded} folded elements wait, ${this.#foldedAhead} counted`);
    if (bytes !== this.#waitingBytes) throw new Error(`${bytes} bytes wait for emission, ${this.#waitingBytes} counted`);
    if (this.#released > this.#settled) throw new Error(`${this.#released} released of ${this.#settled} settled`);
    if (this.#ordered && this.#turn !== this.#released) throw new Error(`${this.#released} released, ${this.#turn} is next`);
  }

  #putFolded({ first, count }: Folded): void {
    const before = this.#folded.endingAt(first);
    const after = this.#folded.startingAt(first + count);
    for (const neighbour of [before, after]) if (neighbour !== undefined) this.#folded.delete(neighbour);
    const start = before?.first ?? first;
    const end = endOf(after ?? { first, count });
    this.#folded.add({ type: 'folded', first: start, count: end - start });
    this.#foldedAhead += count;
  }

  /** The segment that may be released. Nobody sees partials, so a pause does not hold up what is in them. */
  #due(): Segment | undefined {
    return this.#folded.startingAt(this.#turn) ?? (this.#paused ? undefined : this.#waiting.get(this.#turn));
  }

  #release(segment: Segment, inHand: EventInHand): void {
    this.#released += segment.count;
    switch (segment.type) {
      case 'values':
        this.#emitted += segment.count;
        inHand.put({ type: 'emit', values: segment.values(), ...(this.#indexed && { first: segment.first }) });
        break;
      case 'folded':
        break;
      case 'leftOut':
        if (this.#indexed && !segment.known) inHand.put({ type: 'leftOut', index: segment.first, stage: segment.stage });
        this.#countSkip(segment.stage);
        break;
      case 'skip':
        inHand.put({
          type: 'skipped',
          stage: segment.stage,
          error: segment.error(this.#skippedBefore(segment.stage)),
          input: segment.input,
          ...(this.#indexed && { index: segment.first }),
        });
        this.#countSkip(segment.stage);
        break;
      case 'failure':
        inHand.endWith({ type: 'failed', error: segment.error(this.#skippedBefore(segment.stage)) });
        break;
    }
  }

  #countSkip(stage: number): void {
    this.#skippedByStage.set(stage, (this.#skippedByStage.get(stage) ?? 0) + 1);
  }

  #skippedBefore(stage: number): number {
    let skipped = 0;
    for (const [other, count] of this.#skippedByStage) if (other < stage) skipped += count;
    return skipped;
  }
}

type Folded = Extract<Segment, { type: 'folded' }>;

function bytesOf(segment: Segment): number {
  return segment.type === 'values' ? segment.bytes : 0;
}
