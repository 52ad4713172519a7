import type { Arrivals } from './arrivals.js';
import type { Backlog } from './backlog.js';
import type { NewRecord } from './batch-ledger.js';
import type { Emission } from './emission.js';
import type { Fold } from '../fold/fold.js';
import type { SourceState } from './job-events.js';
import type { LeftOut } from './left-out.js';
import type { Tally } from './tally.js';
import type { Range } from '../fold/partial.js';

/** Batches that went with their workers, and the last of them. */
export interface Gone {
  readonly count: number;
  readonly first: number;
  readonly reason: string;
}

/** What is known of elements that go through a part again. */
export interface Past extends Range {
  readonly tried: number;
  readonly retries: readonly number[];
}

/** What one of the two jobs begins with. */
export interface Inheritance {
  readonly source: SourceState;
  readonly backlog: Backlog;
  /** There in a part that has another one before it. */
  readonly arrivals: Arrivals | undefined;
  readonly records: readonly (NewRecord & { readonly dueAt: number })[];
  readonly emission: Emission;
  readonly fold: Fold | undefined;
  readonly leftOut: LeftOut | undefined;
  /** How many elements are cut, and how many were demanded. */
  readonly cut: number;
  readonly demanded: number;
  readonly origin: number;
  readonly stopAt: number;
  /** For elements that come: how often their last stages were tried before. */
  readonly past: readonly Past[];
  readonly gone: Gone | undefined;
  /** Elements that are sent no more. */
  readonly dropped: number;
  readonly tally: Tally;
}

/** When, and before which stage, the chain is to be divided. */
export interface DueDivision {
  readonly at: number;
  readonly dueAt: number;
}
