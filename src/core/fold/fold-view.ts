import type { Coming } from './outlook.js';

/** What a fold is told of its job. */
export interface FoldView {
  readonly now: number;
  readonly slots: number;
  /** Batches under way, of elements and of partials; and those of partials alone. */
  readonly sent: number;
  readonly combining: number;
  /** Batches that are not settled, under way or not. */
  readonly unsettled: number;
  /** Elements that are in partials or in batches. */
  readonly cut: number;
  /** How many elements there are; undefined: not known yet. */
  readonly total: number | undefined;
  /** How long a batch travels, there and back, in milliseconds. */
  readonly tripMs: number;
  readonly maxPayloadBytes: number;
  /** What is under way, and ends before this index. */
  before(index: number): Coming | undefined;
  /** What is under way, and begins at this index. */
  after(index: number): Coming | undefined;
  /** The batch that begins at this index; one that is still to be sent, as if it was sent now. */
  batchAt(index: number): Coming | undefined;
}
