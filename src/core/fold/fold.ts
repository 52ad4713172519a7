/**
 * The fold at the end of a job's chain: it holds partials, and says which of them are combined next.
 *
 * Theory of operation. Only neighbours are combined, left before right. `Assembly` knows which neighbours belong together in a
 * balanced tree, and `CombineCost` what it takes to combine them. The job says in a `FoldView` what it sees: its slots, and what
 * is under way. A batch of partials that comes back is put here again, as one partial, until one stands for all elements.
 *
 * Rules.
 * 1. As long as nobody knows what a combine costs, one group at a time shows it (`takeTrial`).
 * 2. Partials wait in memory. When there are as many as elements may be, neighbours are combined whatever is missing beside them
 *    (`takeAny`).
 * 3. Otherwise partials are combined for slots that would be idle (`takeNext`). They are combined ahead of these only while there
 *    are many partials.
 * 4. The last combines are planned together, once in each `look` of the job, when what is left is few (`finish.ts`).
 * 5. Partials that are not worth combining yet are looked at again at `lookAt`, if nothing comes before.
 * 6. Only `take…` takes partials out. What they take the job sends, or puts back.
 */
import { leastBatchMs, maxCombineFanIn, maxJobBytesInFlight, targetBatchBytes, targetBatchMs } from '../../limits.js';
import { Assembly, type GroupLimits } from './assembly.js';
import { CombineCost } from './combine-cost.js';
import { finishNow } from './finish.js';
import type { FoldView } from './fold-view.js';
import type { Outlook } from './outlook.js';
import type { PartialFold, ValuedPartial } from './partial.js';

/** Neighbours that are to be combined in one trip. */
export type Group = readonly ValuedPartial[];

/** While more partials wait than so many for each slot, they are combined ahead of idle slots. */
const manyPerSlot = 4;

/** What combines take: all together, and the last ones, which come one after the other. */
interface CombinesMs {
  readonly all: number;
  readonly last: number;
}

const none: CombinesMs = { all: 0, last: 0 };

export class Fold {
  readonly #assembly = new Assembly();
  readonly #cost = new CombineCost();
  #lookAt: number | undefined;
  #isPlanned = false;

  /** Partials held. */
  get size(): number {
    return this.#assembly.size;
  }

  /** When what is kept for others should be combined after all, if nothing comes; undefined: when something comes. */
  get lookAt(): number | undefined {
    return this.#lookAt;
  }

  /** Whether so many partials are held that combining comes before new elements. */
  isCrowded(window: number): boolean {
    return this.#assembly.size >= window || this.#assembly.bytes >= maxJobBytesInFlight;
  }

  /** What it takes to combine so many units that stand for `width` elements, in milliseconds; Infinity before the first. */
  combineMs(units: number, width: number): number {
    return this.#cost.isKnown ? this.#cost.estimateMs(units, width) : Infinity;
  }

  /**
   * What it takes at least, and at most, to make one of so many partials that stand for `width` elements. `all`: all combines.
   * `last`: those that come one after the other, when there are fewer partials than slots.
   *
   * @param mostMs what a combine takes at most, as long as none has come back
   */
  combinesMs(partials: number, width: number, slots: number, mostMs: number): Record<'least' | 'most', CombinesMs> {
    if (partials <= 1) return { least: none, most: none };
    const wide = Math.min(partials, Math.max(2, slots));
    if (!this.#cost.isKnown) return { least: none, most: { all: mostMs * partials, last: mostMs * Math.log2(wide) } };
    const fitted = { all: this.#cost.estimateMs(partials, width), last: this.#cost.pathMs(width / wide, width) };
    if (this.#cost.isSpread) return { least: fitted, most: fitted };
    return { least: { all: this.#cost.flatMs(partials), last: this.#cost.flatMs(1 + Math.log2(wide)) }, most: fitted };
  }

  /** The partial whose range begins at this index, if it is held. */
  startingAt(index: number): PartialFold | undefined {
    return this.#assembly.startingAt(index);
  }

  /** The partial of all `total` elements, once it stands alone. */
  whole(total: number): PartialFold | undefined {
    return this.#assembly.whole(total);
  }

  /** Takes the partial of a range. */
  put(partial: PartialFold): void {
    this.#assembly.put(partial);
  }

  /** Learns from a trip that combined so many units that stand for `width` elements together. */
  learn(units: number, width: number, elapsedMs: number): void {
    this.#cost.observe(units, width, elapsedMs);
  }

  /** An event has changed what the job sees: what was decided for the one before does not count any more. */
  look(): void {
    this.#lookAt = undefined;
    this.#isPlanned = false;
  }

  /** Takes the first neighbours, to learn what combining them costs; none: that is known, or being learnt. */
  takeTrial(view: FoldView): readonly Group[] {
    return this.#cost.isKnown || view.combining > 0 ? [] : this.#takeGroup(view);
  }

  /** Takes neighbours, whatever is missing beside them; none: there are none. */
  takeAny(view: FoldView): readonly Group[] {
    return this.#takeGroup(view, 'any');
  }

  /** Takes the groups that are to be sent now that no elements can be; none: partials wait. */
  takeNext(view: FoldView): readonly Group[] {
    if (view.sent >= view.slots) return this.size > manyPerSlot * view.slots ? this.#takeGroup(view) : [];
    if (!this.#cost.isKnown) return this.#takeGroup(view);
    if (this.#isPlanned) return [];
    const finish = finishNow(this.#assembly, this.#cost, view);
    if (finish !== undefined) {
      this.#isPlanned = true;
      this.#lookAt = finish.lookAt;
      return finish.groups.map((group) => this.#assembly.take(group));
    }
    const groups = this.#takeGroup(view, this.#outlook(view));
    if (groups.length === 0) this.#lookAt = this.#assembly.dueAt;
    return groups;
  }

  validate(): void {
    this.#assembly.validate();
  }

  clear(): void {
    this.#assembly.clear();
  }

  #takeGroup(view: FoldView, unripe?: Outlook | 'any'): readonly Group[] {
    if (this.size < 2) return [];
    if (view.total !== undefined) this.#assembly.expect(view.total);
    const group = this.#assembly.takeGroup(this.#limits(view), unripe);
    return group === undefined ? [] : [group];
  }

  #outlook(view: FoldView): Outlook {
    return { now: view.now, cost: this.#cost, before: (index) => view.before(index), after: (index) => view.after(index) };
  }

  /** Combines are sized as elements are: full trips as a rule, and shares of the rest near the end. */
  #limits({ slots, maxPayloadBytes }: FoldView): GroupLimits {
    const restMs = this.#cost.estimateMs(2, 2 * this.#assembly.meanWidth) * this.size;
    const budgetMs = Math.min(targetBatchMs, Math.max(leastBatchMs, restMs / (2 * Math.max(1, slots))));
    return { cost: this.#cost, budgetMs, units: maxCombineFanIn, bytes: Math.min(targetBatchBytes, maxPayloadBytes) };
  }
}
