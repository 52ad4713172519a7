import { maxNamesTallied } from '../limits.js';
import type { Batch, BatchLoss, BatchResult, StageDescription } from '../protocol/messages.js';
import { unreachedAt } from '../protocol/unreached.js';
import { Histogram } from './histogram.js';

/** What came of an operation, in whatever job. */
export class OperationTally {
  /** Elements that it was through with, those of which it failed included. */
  elements = 0;
  /** Elements of which it was begun once more, after it had failed. */
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

/** How the name of a chain is made of those of its stages. */
export const nameOfChain = (stages: readonly Pick<StageDescription, 'operation'>[]): string =>
  stages.map(({ operation }) => operation).join(' → ');

/**
 * Counts what comes of batches and elements, for whoever watches a hub or a worker. It decides nothing. A worker counts only what
 * it executes or loses.
 *
 * Rules.
 * 1. The first `maxNamesTallied` names of operations are told apart, and as many of chains. All others are counted together. So
 *    leaders cannot make the hub's memory grow by names.
 * 2. Each batch that has come is in a queue, was given to a worker, or was dropped.
 * 3. Each lease, of what was given or adopted, is there or has ended.
 * 4. An answer counts once: when its lease ends by it. Of the partials of a fold only the batch counts, not the elements.
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
  /** Batches that left their queue, and went to no worker. */
  dropped = 0;

  /** Where the job is counted. To look it up once saves time for each batch. */
  of(stages: readonly StageDescription[]): JobTally {
    return {
      chain: named(this.chains, nameOfChain(stages), () => new ChainTally()),
      operations: stages.map(({ operation }) => named(this.operations, operation, () => new OperationTally())),
    };
  }

  /** A batch has come. */
  came({ operations }: JobTally, { units, count, tried = 0, unreached }: Batch): void {
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

  /** A batch was executed. */
  answered({ chain, operations }: JobTally, units: Batch['units'], { done, failures }: BatchResult, elapsedMs: number): void {
    chain.executed.observe(elapsedMs);
    for (const { stage, code } of failures) {
      const failed = operations[stage]?.failures;
      failed?.set(code, (failed.get(code) ?? 0) + 1);
    }
    if (units !== 'elements') return;
    const failed = operations.map(() => 0);
    for (const { stage } of failures) failed[stage] = (failed[stage] ?? 0) + 1;
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
