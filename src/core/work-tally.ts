import { maxNamesTallied, maxTalliedNameLength } from '../limits.js';
import type { Batch, BatchLoss, BatchResult, StageDescription } from '../protocol/messages.js';
import { shortened } from '../protocol/shortened.js';
import { unreachedAt } from '../protocol/unreached.js';
import { Histogram } from './histogram.js';

/** What came of an operation, in whatever job. */
export class OperationTally {
  /** Elements that it was through with, those of which it failed included. */
  elements = 0;
  /** Elements of which it was begun once more, after it had failed or its worker was lost. */
  retries = 0;
  /** How often it failed, by the code of the failure. */
  readonly failures: Map<string, number> = new Map();
}

/** What came of the batches of a stage chain, in whatever job. */
export class ChainTally {
  /** How long batches waited until they were given to a worker. */
  readonly queued: Histogram = new Histogram();
  /** How long workers took to execute them. */
  readonly executed: Histogram = new Histogram();
}

/** Where a job is counted. */
export interface JobTally {
  readonly chain: ChainTally;
  /** Of each stage. */
  readonly operations: readonly OperationTally[];
}

/** Under what all that is beyond the bound is counted. */
export const otherNames = 'other';

/** The name of a chain is made of those of its stages. A long one is cut: chains that begin alike are counted together then. */
export const nameOfChain = (stages: readonly Pick<StageDescription, 'operation'>[]): string => {
  let name = '';
  for (const { operation } of stages) {
    name += name === '' ? operation : ` → ${operation}`;
    if (name.length > maxTalliedNameLength) return shortened(name, maxTalliedNameLength);
  }
  return name;
};

/**
 * Counts what comes of batches and elements, for whoever watches a hub or a worker. It decides nothing. A worker counts only what
 * it executes or loses.
 *
 * Rules.
 * 1. A name counts from when a batch of it is given to a worker. The first `maxNamesTallied` names of operations are told apart,
 *    and as many of chains. All others are counted together. So leaders cannot make the hub's memory grow by names.
 * 2. Each batch that has come is in a queue, was given to a worker, or was dropped.
 * 3. Each lease, of what was given or adopted, is there or has ended.
 * 4. An answer counts once: when its lease ends by it. Of the partials of a fold, and of what a worker was found with, only the
 *    batch counts, not the elements. Of an answer that cannot be, only the batch counts, too.
 */
export class WorkTally {
  readonly operations: Map<string, OperationTally> = new Map();
  readonly chains: Map<string, ChainTally> = new Map();
  /** Batches that came to nothing, by cause. */
  readonly lost: Map<BatchLoss['cause'], number> = new Map();
  /** Batches that were given to workers, or found there; and those that are not with a worker any more. */
  given = 0;
  adopted = 0;
  ended = 0;
  /** Elements that were answered for, those that failed included. */
  elements = 0;
  /** Batches that left their queue, and went to no worker. */
  dropped = 0;

  /** Where a job with these stages is counted. To look it up once saves time for each batch. */
  of(stages: readonly StageDescription[]): JobTally {
    return {
      chain: named(this.chains, nameOfChain(stages), () => new ChainTally()),
      operations: stages.map(({ operation }) => named(this.operations, operation, () => new OperationTally())),
    };
  }

  /** A batch is about to be given to a worker. */
  begins({ operations }: JobTally, { units, count, tried = 0, unreached }: Batch): void {
    if (units !== 'elements' || tried === 0) return;
    operations.forEach((operation, stage) => {
      if (unreachedAt(unreached, stage) < tried) operation.retries += count;
    });
  }

  /** A batch is given to a worker. */
  gave({ chain }: JobTally, waitedMs: number): void {
    this.given += 1;
    chain.queued.observe(waitedMs);
  }

  /**
   * A batch was executed.
   *
   * @param elements how many it held; 0: partials, or nobody knows
   */
  answered({ chain, operations }: JobTally, elements: number, result: BatchResult, elapsedMs: number): void {
    chain.executed.observe(elapsedMs);
    const { done, failures } = result;
    if (!canBe(result, operations.length)) return;
    const failed = operations.map(() => 0);
    for (const { stage, code } of failures) {
      failed[stage] = (failed[stage] ?? 0) + 1;
      const codes = operations[stage]?.failures;
      codes?.set(code, (codes.get(code) ?? 0) + 1);
    }
    if (done > elements) return;
    this.elements += done;
    let reached = done;
    operations.forEach((operation, stage) => {
      operation.elements += reached;
      reached -= failed[stage] ?? 0;
    });
  }

  /** A batch came to nothing. */
  lose(cause: BatchLoss['cause']): void {
    this.lost.set(cause, (this.lost.get(cause) ?? 0) + 1);
  }
}

function named<T>(all: Map<string, T>, name: string, make: () => T): T {
  const key = all.has(name) || all.size < maxNamesTallied ? name : otherNames;
  const found = all.get(key) ?? make();
  all.set(key, found);
  return found;
}

/** Whether the failures can be of these units and stages. Each unit fails once at the most. */
function canBe({ done, failures }: BatchResult, stages: number): boolean {
  let previous = -1;
  return failures.every(({ offset, stage }) => {
    const isNext = offset > previous && offset < done && stage < stages;
    previous = offset;
    return isNext;
  });
}
