import type { JobEffect, JobEvent, PartOfJob } from '../core/job/job-events.js';
import type { PaladinError } from '../errors/paladin-error.js';

/** What the owner of a job is told. Nothing follows `completed` or `failed`, or the owner's own `cancel`. */
export interface JobObserver<Output = unknown> {
  /** Is told an output: in source order, unless `ordered` is false. */
  next(value: Output): void;
  /**
   * Is told that a stage has left an element out. Default: nobody is told.
   *
   * @param stage which stage of the chain, from 0
   * @param input gives the element as the chain took it in; `undefined` for one that was combined already
   */
  skipped?(error: PaladinError, stage: number, input: () => unknown): void;
  /**
   * Is told that the window has room for so many more elements. A source that waits may be asked for them. Default: nobody is
   * told.
   */
  demand?(count: number): void;
  /** Is told that the source has completed and all outputs were told. */
  completed(): void;
  /** Is told why the job has ended: a `PaladinError`, or the error that `fail` was called with. */
  failed(error: unknown): void;
}

/** What the owner of a part of a chain is told besides: the index of each element, and that the part was divided. */
export interface PartObserver extends JobObserver {
  next(value: unknown, index?: number): void;
  leftOut?(index: number, stage: number): void;
  divided?(first: PartOfJob, second: PartOfJob, left: Leftover): void;
}

/** What was under way between a driver, its source and its owner when its job was divided. */
export interface Leftover {
  /** What came from the source since the machine was told last. */
  readonly source: readonly JobEvent[];
  readonly sourceEnded: boolean;
  /** What the owner is still to be told. */
  readonly news: readonly News[];
}

/** The effects that an owner is told of. While it pauses, they wait. */
export type News =
  | Extract<JobEffect, { type: 'skipped' | 'leftOut' | 'completed' | 'failed' }>
  /** The outputs, or the elements of a partial, from one of them on. */
  | (Extract<JobEffect, { type: 'emit' | 'partialSkipped' }> & { readonly from?: number });
