/**
 * Puts the partials of a fold together: which neighbours are combined in one trip, and in which order.
 *
 * Theory of operation. Only neighbours are combined, left before right. The tree that comes about should be balanced, for two
 * reasons. The last combines have few slots to spread over, so the path up to the root should be short. Where the cost of a
 * combine grows with its range, a balanced tree is the cheapest in sum.
 *
 * So the range of all elements is halved again and again. Each half, quarter and so on is a node. A partial is at the point in
 * the middle of its range. Two neighbours belong together in the smallest node that holds the points of both. Each node has
 * exactly one boundary like that, wherever batches begin and end. Until the number of elements is known, nodes are the ranges
 * whose widths are powers of two.
 *
 * Rules.
 * 1. Neighbours of the smallest node are combined first. The levels of the tree are gone through from the bottom, which keeps
 *    most slots busy for longest (highest level first, Hu 1961).
 * 2. They are ripe when what their node holds is all in the two. Neighbours that are not ripe are combined only for slots that
 *    would be idle. And they are combined only when it is not worth waiting for what is missing (`outlook.ts`).
 * 3. A group takes the units of larger and larger nodes while they are worth one trip.
 *
 * Invariant: the ranges of the partials held are disjoint; two identities, or an identity and a partial, are never neighbours.
 * Every two neighbours with values are a pair, which is in one of the heaps.
 */
import { DisjointRanges } from '../../collections/disjoint-ranges.js';
import { Heap, type Placed } from '../../collections/heap.js';
import type { CombineCost } from './combine-cost.js';
import { absorb, endOf, hasValue, joinedBytes, type PartialFold, type Range, type ValuedPartial } from './partial.js';
import { isUneven, keptUntil, type Coming, type Outlook } from './outlook.js';

/** How large a group may be. */
export interface GroupLimits {
  readonly cost: CombineCost;
  /** About how much work. */
  readonly budgetMs: number;
  readonly units: number;
  /** As one payload; two partials are a group in any case. */
  readonly bytes: number;
}

/** Two neighbours. */
interface Pair extends Placed {
  readonly left: ValuedPartial;
  readonly right: ValuedPartial;
  /** The height of the smallest node that holds both. */
  readonly height: number;
  /** When to look at them again, if they are not ripe; Infinity: when something next to them changes. */
  at: number;
}

export class Assembly {
  readonly #partials = new DisjointRanges<PartialFold>(endOf);
  /** Neighbours, under the index where they meet. */
  readonly #neighbours = new Map<number, Pair>();
  /** Those to look at, of the smallest node first. */
  readonly #pairs = new Heap<Pair>((pair) => pair.height);
  /** Those that were not ripe, by when to look at them again; those that ripen are among the others then. */
  readonly #unripe = new Heap<Pair>((pair) => pair.at);
  #bytes = 0;
  #width = 0;
  /** How many elements there are; undefined: not known yet. */
  #total: number | undefined;

  /** Partials held. */
  get size(): number {
    return this.#partials.size;
  }

  /** How many bytes they have. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many elements one of them stands for on average. */
  get meanWidth(): number {
    return this.#partials.size === 0 ? 0 : this.#width / this.#partials.size;
  }

  /** Takes the partial of a range. */
  put(partial: PartialFold): void {
    let grown = partial;
    const left = this.#partials.endingAt(grown.first);
    if (left !== undefined && (left.bytes === undefined || grown.bytes === undefined)) {
      this.#remove(left);
      grown = absorb(left, grown);
    }
    const right = this.#partials.startingAt(endOf(grown));
    if (right !== undefined && (right.bytes === undefined || grown.bytes === undefined)) {
      this.#remove(right);
      grown = absorb(grown, right);
    }
    this.#partials.add(grown);
    this.#bytes += grown.bytes?.byteLength ?? 0;
    this.#width += grown.count;
    const before = this.#leftOf(grown);
    const after = this.#rightOf(grown);
    this.#pair(before, grown);
    this.#pair(grown, after);
    // These may have become ripe by what is next to them now.
    this.#lookAgain(before, after);
  }

  /** It is known now how many elements there are. */
  expect(total: number): void {
    if (this.#total === total) return;
    this.#total = total;
    this.#dropPairs();
    for (const partial of this.#partials) this.#pair(partial, this.#rightOf(partial));
  }

  /** When neighbours that are not ripe should be looked at again; undefined: when something changes. */
  get dueAt(): number | undefined {
    const at = this.#unripe.first?.at ?? Infinity;
    return at === Infinity ? undefined : at;
  }

  /**
   * Takes out partials to be combined in one trip; undefined: there are none that should be now.
   *
   * @param unripe what is known of those to come, where slots would be idle; `any`: neighbours are combined whether they are ripe
   * or not
   */
  takeGroup(limits: GroupLimits, unripe?: Outlook | 'any'): readonly ValuedPartial[] | undefined {
    const pair = this.#ripePair() ?? (unripe === undefined ? undefined : this.#unripePair(unripe));
    if (pair === undefined) return undefined;
    return this.take(this.#widen(pair, limits));
  }

  /** Takes out these neighbours. */
  take(group: readonly ValuedPartial[]): readonly ValuedPartial[] {
    const [first] = group;
    const last = group.at(-1);
    const before = first === undefined ? undefined : this.#leftOf(first);
    const after = last === undefined ? undefined : this.#rightOf(last);
    for (const partial of group) this.#remove(partial);
    // What is next to them now is under way.
    this.#lookAgain(before, after);
    return group;
  }

  /** The partial whose range begins at this index. */
  startingAt(index: number): PartialFold | undefined {
    return this.#partials.startingAt(index);
  }

  /** The partial of all `total` elements, once it stands alone. */
  whole(total: number): PartialFold | undefined {
    const only = this.#partials.startingAt(0);
    return only?.count === total ? only : undefined;
  }

  clear(): void {
    this.#partials.clear();
    this.#dropPairs();
    this.#bytes = 0;
    this.#width = 0;
  }

  validate(): void {
    for (const part of [this.#partials, this.#pairs, this.#unripe]) part.validate();
    let bytes = 0;
    let pairs = 0;
    for (const partial of this.#partials) {
      bytes += partial.bytes?.byteLength ?? 0;
      const right = this.#partials.startingAt(endOf(partial));
      if (right === undefined) continue;
      if (!hasValue(partial) || !hasValue(right)) throw new Error(`an identity next to ${right.first} was not absorbed`);
      pairs += 1;
      const pair = this.#neighbours.get(right.first);
      if (pair?.left !== partial || pair.right !== right) throw new Error(`what meets at ${right.first} is no pair`);
      if (this.#pairs.has(pair) === this.#unripe.has(pair)) throw new Error(`the pair at ${right.first} is in no heap`);
    }
    const sizes = [this.#neighbours.size, this.#pairs.size + this.#unripe.size];
    if (sizes.some((size) => size !== pairs)) throw new Error(`${pairs} pairs, ${sizes.join(' and ')} counted`);
    if (bytes !== this.#bytes) throw new Error(`partials of ${bytes} bytes, ${this.#bytes} counted`);
  }

  #ripePair(): Pair | undefined {
    for (let pair = this.#pairs.take(); pair !== undefined; pair = this.#pairs.take()) {
      if (this.#isWhole(pair.left, pair.right, pair.height)) return pair;
      this.#putUnripe(pair, 0);
    }
    return undefined;
  }

  #unripePair(outlook: Outlook | 'any'): Pair | undefined {
    const now = outlook === 'any' ? Infinity : outlook.now;
    for (let pair = this.#unripe.first; pair !== undefined && pair.at <= now; pair = this.#unripe.first) {
      this.#unripe.take();
      const at = outlook === 'any' ? now : this.#worthFrom(pair, outlook);
      if (at <= now) return pair;
      this.#putUnripe(pair, at);
    }
    return undefined;
  }

  #putUnripe(pair: Pair, at: number): void {
    pair.at = at;
    this.#unripe.add(pair);
  }

  /**
   * The time from which neighbours that are not ripe are worth a slot that would be idle. Infinity: not before something next to
   * them changes.
   */
  #worthFrom({ left, right, height }: Pair, outlook: Outlook): number {
    const keepsLeft = this.#keptUntil(left, right, this.#leftOf(left), () => outlook.before(left.first), height, outlook);
    const keepsRight = this.#keptUntil(right, left, this.#rightOf(right), () => outlook.after(endOf(right)), height, outlook);
    return Math.max(keepsLeft, keepsRight);
  }

  /**
   * Until when a partial is kept for what their node has on its other side, which may be held: then the narrower ones are
   * combined.
   */
  #keptUntil(
    partial: ValuedPartial,
    neighbour: ValuedPartial,
    held: ValuedPartial | undefined,
    findComing: () => Coming | undefined,
    height: number,
    outlook: Outlook,
  ): number {
    const { now, cost } = outlook;
    const uneven = isUneven(partial.count, neighbour.count, cost);
    const next = held ?? findComing();
    if (next === undefined) {
      const missing = this.#missingBeside(partial, neighbour, height);
      return uneven && missing >= Math.min(partial.count, neighbour.count) / 2 ? Infinity : now;
    }
    if (this.#nodeOf(next, height) !== this.#nodeOf(partial, height)) return now;
    if (!('expectedAt' in next)) return uneven || next.count < neighbour.count ? Infinity : now;
    // Together they will be in a node of their own, all of which is worth waiting for.
    const missing = this.#missingBeside(partial, neighbour, this.#commonHeight(partial, next));
    const ownMs = cost.estimateMs(2, partial.count + neighbour.count);
    const otherMs = cost.estimateMs(2, partial.count + missing);
    return keptUntil(next, { ownMs, otherMs, pathMs: cost.pathMs(next.count, missing), uneven }, now);
  }

  /** How many elements of its node of this height are on the side of the partial where its neighbour is not. */
  #missingBeside(partial: PartialFold, neighbour: PartialFold, height: number): number {
    const { first, end } = this.#spanOf(partial, height);
    return partial.first < neighbour.first ? partial.first - first : end - endOf(partial);
  }

  /** The pair with all that shares larger and larger nodes with it. */
  #widen({ left, right, height }: Pair, { cost, budgetMs, units, bytes }: GroupLimits): ValuedPartial[] {
    let group = [left, right];
    if (!cost.isKnown) return group;
    let [first, last] = [left, right];
    for (let above = height + 1; above <= rootHeight; above += 1) {
      const before = this.#besideInNode(first, above, units, (each) => this.#leftOf(each));
      const after = this.#besideInNode(last, above, units, (each) => this.#rightOf(each));
      const wider = [...before.toReversed(), ...group, ...after];
      if (wider.length > units) return group;
      if (wider.length === group.length) {
        if (first.first === 0 && endOf(last) === this.#total) return group;
        continue;
      }
      first = before.at(-1) ?? first;
      last = after.at(-1) ?? last;
      const width = endOf(last) - first.first;
      if (width > cost.flatWidth && !(isEven(wider) && this.#isWhole(first, last, above))) return group;
      if (cost.estimateMs(wider.length, width) > budgetMs || joinedBytes(wider) > bytes) return group;
      group = wider;
    }
    return group;
  }

  /** What is beside the partial in its node of this height, the nearest first. It stops at one more than `units`. */
  #besideInNode(
    partial: ValuedPartial,
    height: number,
    units: number,
    nextOf: (each: ValuedPartial) => ValuedPartial | undefined,
  ): ValuedPartial[] {
    const node = this.#nodeOf(partial, height);
    const beside: ValuedPartial[] = [];
    for (let next = nextOf(partial); next !== undefined && this.#nodeOf(next, height) === node; next = nextOf(next)) {
      beside.push(next);
      if (beside.length > units) break;
    }
    return beside;
  }

  /** Whether nothing that their node holds is missing at either side of these neighbours, or but a little. */
  #isWhole(left: ValuedPartial, right: ValuedPartial, height: number): boolean {
    const { first, end } = this.#spanOf(left, height);
    const little = Math.min(left.count, right.count) / 2;
    const before = this.#leftOf(left);
    const after = this.#rightOf(right);
    const wholeLeft =
      before === undefined ? left.first - first < little : this.#nodeOf(before, height) !== this.#nodeOf(left, height);
    const wholeRight =
      after === undefined ? end - endOf(right) < little : this.#nodeOf(after, height) !== this.#nodeOf(right, height);
    return wholeLeft && wholeRight;
  }

  /** Which elements the node of this height has that holds the partial: those whose middles are in it. */
  #spanOf(partial: Range, height: number): { readonly first: number; readonly end: number } {
    const width = 2 ** height / this.#scale();
    const node = this.#nodeOf(partial, height);
    return { first: Math.ceil(node * width - 0.5), end: Math.ceil((node + 1) * width - 0.5) };
  }

  /** Looks again at neighbours of these two, on their other sides. The two are next to what has changed. */
  #lookAgain(before: ValuedPartial | undefined, after: ValuedPartial | undefined): void {
    if (before !== undefined) this.#lookAt(before.first);
    if (after !== undefined) this.#lookAt(endOf(after));
  }

  #lookAt(index: number): void {
    const pair = this.#neighbours.get(index);
    if (pair !== undefined && this.#unripe.delete(pair)) this.#pairs.add(pair);
  }

  #pair(left: PartialFold | undefined, right: PartialFold | undefined): void {
    if (left === undefined || right === undefined || !hasValue(left) || !hasValue(right)) return;
    const pair = { left, right, height: this.#commonHeight(left, right), at: 0, place: -1 };
    this.#neighbours.set(right.first, pair);
    this.#pairs.add(pair);
  }

  /** Neighbours that meet at this index are none any more. */
  #part(index: number): void {
    const pair = this.#neighbours.get(index);
    if (pair === undefined) return;
    this.#neighbours.delete(index);
    if (!this.#pairs.delete(pair)) this.#unripe.delete(pair);
  }

  #dropPairs(): void {
    this.#neighbours.clear();
    this.#pairs.clear();
    this.#unripe.clear();
  }

  #leftOf({ first }: PartialFold): ValuedPartial | undefined {
    const left = this.#partials.endingAt(first);
    return left !== undefined && hasValue(left) ? left : undefined;
  }

  #rightOf(partial: PartialFold): ValuedPartial | undefined {
    const right = this.#partials.startingAt(endOf(partial));
    return right !== undefined && hasValue(right) ? right : undefined;
  }

  /**
   * How many points there are to an element: the root is 2 ** rootHeight points wide, or nodes have widths that are powers of
   * two.
   */
  #scale(): number {
    return this.#total === undefined ? 2 : 2 ** rootHeight / this.#total;
  }

  /** The height of the smallest node that holds both. */
  #commonHeight(left: Range, right: Range): number {
    const scale = this.#scale();
    return commonHeight(middleOf(left) * scale, middleOf(right) * scale);
  }

  /** Which of the nodes of this height holds the partial. */
  #nodeOf(partial: Range, height: number): number {
    return Math.floor((middleOf(partial) * this.#scale()) / 2 ** height);
  }

  #remove(partial: PartialFold): void {
    this.#partials.delete(partial);
    this.#part(partial.first);
    this.#part(endOf(partial));
    this.#bytes -= partial.bytes?.byteLength ?? 0;
    this.#width -= partial.count;
  }
}

/** Node heights above the leaves, which are single points: more points than elements can be, and exact in a double. */
const rootHeight = 48;

/** The height of the smallest node that holds both points. */
function commonHeight(a: number, b: number): number {
  const high = Math.floor(a / 2 ** 24) ^ Math.floor(b / 2 ** 24);
  if (high !== 0) return 24 + 32 - Math.clz32(high);
  return 32 - Math.clz32((a % 2 ** 24) ^ (b % 2 ** 24));
}

function middleOf({ first, count }: Range): number {
  return first + count / 2;
}

/** Whether none is more than twice as wide as another: then they are combined in a balanced order in one trip. */
function isEven(group: readonly ValuedPartial[]): boolean {
  const widths = group.map((partial) => partial.count);
  return Math.max(...widths) <= 2 * Math.min(...widths);
}
