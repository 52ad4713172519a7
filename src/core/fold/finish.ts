import { maxPlanned, targetBatchMs } from '../../limits.js';
import type { Assembly } from './assembly.js';
import type { CombineCost } from './combine-cost.js';
import { planFinish, type Operand } from './finish-plan.js';
import type { FoldView } from './fold-view.js';
import { arrival } from './outlook.js';
import { hasValue, type ValuedPartial } from './partial.js';

/** What the plan for the last partials says now. */
export interface Finish {
  /** Neighbours to be combined; none: they wait for what is under way. */
  readonly groups: readonly (readonly ValuedPartial[])[];
  /** When to look again, if nothing comes: then something is late. */
  readonly lookAt: number | undefined;
}

/**
 * Plans the end of a fold. There is a plan once a few partials are left, held or under way, with a slot for each two of them.
 * Then it is known what each tree would take. Combines that are cheap enough to go several in a trip need no plan.
 *
 * @returns undefined: there is no plan yet
 */
export function finishNow(held: Assembly, cost: CombineCost, view: FoldView): Finish | undefined {
  const { now, slots, sent, unsettled, cut, total, tripMs } = view;
  if (total === undefined || cut < total) return undefined;
  const size = held.size + unsettled;
  if (size > Math.min(2 * slots, maxPlanned)) return undefined;
  if (cost.estimateMs(2, cut) < targetBatchMs) return undefined;
  const operands: Operand[] = [];
  const partials: (ValuedPartial | undefined)[] = [];
  let lookAt = Infinity;
  for (let at = 0; at < cut;) {
    const partial = held.startingAt(at);
    const batch = partial === undefined ? view.batchAt(at) : undefined;
    if (partial !== undefined) {
      operands.push({ count: partial.count, readyAt: now });
      partials.push(hasValue(partial) ? partial : undefined);
      at += partial.count;
    } else if (batch !== undefined) {
      const { comesAt, lookAt: lateAt } = arrival(batch, cost.estimateMs(2, 2 * batch.count), now);
      operands.push({ count: batch.count, readyAt: comesAt });
      partials.push(undefined);
      lookAt = Math.min(lookAt, lateAt);
      at += batch.count;
    } else return undefined;
  }
  const pairs = planFinish(operands, (width) => cost.estimateMs(2, width) + tripMs).flatMap((at) => {
    const pair = partials.slice(at, at + 2).filter((partial) => partial !== undefined);
    return pair.length === 2 ? [pair] : [];
  });
  // Groups that find no slot now may be planned in another way when one is free.
  return { groups: pairs.slice(0, slots - sent), lookAt: lookAt === Infinity ? undefined : lookAt };
}
