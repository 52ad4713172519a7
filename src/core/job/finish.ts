import { maxPlanned, targetBatchMs } from '../../limits.js';
import { comingOf, expectedMs } from './expected-time.js';
import { planFinish, type Operand } from './finish-plan.js';
import type { FoldAssembly } from './fold-assembly.js';
import { hasValue, type ValuedPartial } from './partial.js';
import type { JobState } from './job-state.js';
import { arrival } from './outlook.js';

/** What the plan for the last partials says now. */
export interface Finish {
  /** Neighbours to be combined; undefined: they wait for what is under way. */
  readonly group: readonly ValuedPartial[] | undefined;
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
  const { source, backlog, ledger, combineCost, sizing, slots, cut } = state;
  if (source.state === 'open' || backlog.size > 0 || fold.size + ledger.size > Math.min(maxPlanned, 2 * slots)) return undefined;
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
  for (const at of planFinish(operands, (width) => combineCost.estimateMs(2, width) + sizing.tripMs)) {
    const left = held[at];
    const right = held[at + 1];
    if (left !== undefined && right !== undefined) return { group: fold.take([left, right]), lookAt: undefined };
  }
  return { group: undefined, lookAt: lookAt === Infinity ? undefined : lookAt };
}
