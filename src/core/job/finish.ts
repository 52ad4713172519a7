import { maxPlanned, planningShare, targetBatchMs } from '../../limits.js';
import { comingOf, expectedMs } from './expected-time.js';
import { FinishPlan, type Operand } from './finish-plan.js';
import type { FoldAssembly } from './fold-assembly.js';
import { hasValue, type ValuedPartial } from './partial.js';
import type { JobState } from './job-state.js';
import { arrival } from './outlook.js';

/** What the plan for the last partials says now. */
export interface Finish {
  /** Neighbours to be combined; none: they wait for what is under way. */
  readonly groups: readonly (readonly ValuedPartial[])[];
  /** When to look again, if nothing comes: then something is late. */
  readonly lookAt: number | undefined;
}

/**
 * The end of a fold is planned, once all that is left of it is a few partials, held or under way, for each two of which there is a slot: then
 * it is known what each tree would take. Combines that are cheap enough to go several in a trip need no plan.
 *
 * @returns undefined: there is no plan yet
 */
export function planned(state: JobState, fold: FoldAssembly, now: number): Finish | undefined {
  const { source, uncut, ledger, combineCost, sizing, slots, cut } = state;
  if (source.state === 'open' || uncut > 0) return undefined;
  const size = fold.size + ledger.size;
  if (size > Math.min(2 * slots, mostPlanned(combineCost.estimateMs(2, (2 * cut) / size)))) return undefined;
  if (combineCost.estimateMs(2, cut) < targetBatchMs) return undefined;
  const operands: Operand[] = [];
  const held: (ValuedPartial | undefined)[] = [];
  let lookAt = Infinity;
  for (let at = 0; at < cut;) {
    const partial = fold.startingAt(at);
    const record = ledger.startingAt(at);
    if (partial !== undefined) {
      operands.push({ count: partial.count, readyAt: now });
      held.push(hasValue(partial) ? partial : undefined);
      at += partial.count;
    } else if (record !== undefined) {
      const { width: count } = record;
      // What is still to be sent, or tried again, might as well be sent now.
      const coming = comingOf(state, record) ?? { sentAt: now, expectedAt: now + expectedMs(state, record) };
      const comes = arrival(coming, combineCost.estimateMs(2, 2 * count), now);
      operands.push({ count, readyAt: comes.comesAt });
      held.push(undefined);
      lookAt = Math.min(lookAt, comes.lookAt);
      at += count;
    } else return undefined;
  }
  const plan = new FinishPlan(operands, (width) => combineCost.estimateMs(2, width) + sizing.tripMs);
  const pairs = plan.firstPairs().flatMap((at) => {
    const pair = held.slice(at, at + 2).filter((partial) => partial !== undefined);
    return pair.length === 2 ? [pair] : [];
  });
  // What finds no slot now may be planned otherwise when one is free.
  const groups = pairs.slice(0, slots - ledger.sent).map((pair) => fold.take(pair));
  return { groups, lookAt: lookAt === Infinity ? undefined : lookAt };
}

/** How many operands may be planned where it takes so long to combine two of them: to plan them after each result takes time, too. */
function mostPlanned(combineMs: number): number {
  return Math.min(maxPlanned, Math.floor(Math.cbrt(planningShare * combineMs)));
}
