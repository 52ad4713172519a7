/** Cells of lanes as numbers, and as runs that can be drawn and named. */
import type { LaneCell } from '../protocol/overview.js';

/** Names of operations beyond so many are not told apart. */
const mostOperations = 511;
const steps = 100;

/** An operation and how busy its slot was, in one number. */
export function packedCell(operation: number, busy: number): number {
  const level = Math.min(steps, Math.max(0, Math.round(busy * steps)));
  return (Math.min(operation, mostOperations - 1) + 1) * (steps + 1) + level;
}

/** What was packed; undefined: unknown. */
export function unpackedCell(packed: number): LaneCell | undefined {
  if (packed < 0) return undefined;
  return { operation: Math.floor(packed / (steps + 1)) - 1, busy: (packed % (steps + 1)) / steps };
}

/** Cells beside each other in which a slot executed the same. */
export interface Run {
  /** The first cell, and the first behind it. */
  readonly from: number;
  readonly to: number;
  readonly operation: number;
}

/** The runs of a lane, from left to right. Cells in which nothing ran, or of which nothing is known, are in none. */
export function runsOf(cells: readonly (LaneCell | undefined)[]): Run[] {
  const runs: Run[] = [];
  cells.forEach((cell, at) => {
    if (cell === undefined || cell.operation < 0) return;
    const last = runs.at(-1);
    if (last?.to === at && last.operation === cell.operation) runs[runs.length - 1] = { ...last, to: at + 1 };
    else runs.push({ from: at, to: at + 1, operation: cell.operation });
  });
  return runs;
}
