/**
 * Puts the partials of a fold together: which neighbours are combined in one trip, and in which order.
 *
 * Theory of operation. Only neighbours are combined, left before right. The tree that comes about should be balanced: the last combines
 * have few slots to spread over, so the path up to the root should be short, and combines whose cost grows with the range are cheapest
 * in sum. So the range of all elements is halved again and again: each half, quarter and so on is a node. A partial is at the
 * point in the middle of its range, and two neighbours belong together in the smallest node that holds the points of both; there is
 * exactly one such boundary for each node, wherever batches happen to begin and end. As long as it is not known how many elements
 * there will be, nodes are the ranges whose widths are powers of two.
 *
 * Rules.
 * 1. Neighbours of the smallest node are combined first.
 * 2. They are ripe when what their node holds is all in the two. Neighbours that are not ripe are combined only where the cost does not
 *    depend on the range; then all combines bring the end equally near, and none is too early.
 * 3. A group takes the units of larger and larger nodes while they are worth one trip.
 *
 * Invariant: the ranges of the partials held are disjoint; two identities, or an identity and a partial, are never neighbours. Every two
 * neighbours are in one of the heaps, which may also hold pairs that are no longer there; these are passed over.
 */
import { Heap } from '../../collections/heap.js';
import type { CombineCost } from './combine-cost.js';

/** The fold of a contiguous range of elements, as bytes. */
export interface Partial {
  readonly first: number;
  /** How many elements it stands for; those left out count as the identity. */
  readonly count: number;
  /** The index of the first of them that was not left out: where it failed, if it fails. */
  readonly index: number;
  /** The encoded value; undefined: the identity, of elements that were left out. */
  readonly bytes: Uint8Array | undefined;
  /** How often its combination has been tried again. */
  readonly retries: number;
  /** The last dispatch in which it failed; 0: none. */
  readonly attempt: number;
}

/** A partial with a value. */
export type ValuedPartial = Partial & { readonly bytes: Uint8Array };

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
interface Pair {
  readonly left: ValuedPartial;
  readonly right: ValuedPartial;
  /** The height of the smallest node that holds both. */
  readonly height: number;
}

export class FoldAssembly {
  readonly #byFirst = new Map<number, Partial>();
  readonly #byEnd = new Map<number, Partial>();
  /** Neighbours to look at, those of the smallest node first. */
  #pairs = newPairs();
  /** Neighbours that were not ripe, the narrowest first; those that ripen are among the others then. */
  #unripe = newUnripe();
  #bytes = 0;
  #width = 0;
  /** How many elements there are; undefined: not known yet. */
  #total: number | undefined;

  /** Partials held. */
  get size(): number {
    return this.#byFirst.size;
  }

  /** How many bytes they have. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many elements one of them stands for on average. */
  get meanWidth(): number {
    return this.#byFirst.size === 0 ? 0 : this.#width / this.#byFirst.size;
  }

  /** Takes the partial of a range. */
  put(partial: Partial): void {
    let grown = partial;
    const left = this.#byEnd.get(grown.first);
    if (left !== undefined && (left.bytes === undefined || grown.bytes === undefined)) {
      this.#remove(left);
      grown = absorb(left, grown);
    }
    const right = this.#byFirst.get(endOf(grown));
    if (right !== undefined && (right.bytes === undefined || grown.bytes === undefined)) {
      this.#remove(right);
      grown = absorb(grown, right);
    }
    this.#byFirst.set(grown.first, grown);
    this.#byEnd.set(endOf(grown), grown);
    this.#bytes += grown.bytes?.byteLength ?? 0;
    this.#width += grown.count;
    this.#pair(this.#leftOf(grown), grown);
    this.#pair(grown, this.#rightOf(grown));
    // With what is next to them now, these may have become ripe.
    const before = this.#leftOf(grown);
    const after = this.#rightOf(grown);
    if (before !== undefined) this.#pair(this.#leftOf(before), before);
    if (after !== undefined) this.#pair(after, this.#rightOf(after));
  }

  /** It is known now how many elements there are. */
  expect(total: number): void {
    if (this.#total === total) return;
    this.#total = total;
    this.#pairs = newPairs();
    this.#unripe = newUnripe();
    for (const partial of this.#byFirst.values()) this.#pair(partial, this.#rightOf(partial));
  }

  /** Takes out partials to be combined in one trip; undefined: there are none that should be now. */
  takeGroup(limits: GroupLimits): ValuedPartial[] | undefined {
    const pair = this.#nextPair(limits.cost.flatWidth);
    if (pair === undefined) return undefined;
    const group = this.#widen(pair, limits);
    for (const partial of group) this.#remove(partial);
    return group;
  }

  /** The partial of all `total` elements, once it stands alone. */
  whole(total: number): Partial | undefined {
    const only = this.#byFirst.get(0);
    return only?.count === total ? only : undefined;
  }

  clear(): void {
    this.#byFirst.clear();
    this.#byEnd.clear();
    this.#pairs = newPairs();
    this.#unripe = newUnripe();
    this.#bytes = 0;
    this.#width = 0;
  }

  validate(): void {
    let end = -1;
    let previous: Partial | undefined;
    let bytes = 0;
    for (const partial of [...this.#byFirst.values()].toSorted((a, b) => a.first - b.first)) {
      if (partial.first < end) throw new Error(`partials overlap at ${partial.first}`);
      if (this.#byEnd.get(endOf(partial)) !== partial) throw new Error(`partial at ${partial.first} has no end`);
      if (previous !== undefined && partial.first === end && (previous.bytes === undefined || partial.bytes === undefined)) {
        throw new Error(`an identity at ${partial.first} was not absorbed`);
      }
      bytes += partial.bytes?.byteLength ?? 0;
      previous = partial;
      end = endOf(partial);
    }
    if (this.#byEnd.size !== this.#byFirst.size) throw new Error('partials by first and by end differ');
    if (bytes !== this.#bytes) throw new Error(`partials of ${bytes} bytes, ${this.#bytes} counted`);
  }

  /** The next neighbours that should be combined. */
  #nextPair(flatWidth: number): Pair | undefined {
    for (let pair = this.#pairs.pop(); pair !== undefined; pair = this.#pairs.pop()) {
      if (!this.#isHeld(pair)) continue;
      if (widthOf(pair) <= flatWidth || this.#isWhole(pair.left, pair.right, pair.height)) return pair;
      this.#unripe.push(pair);
    }
    for (let pair = this.#unripe.peek(); pair !== undefined; pair = this.#unripe.peek()) {
      const held = this.#isHeld(pair);
      if (held && widthOf(pair) > flatWidth) return undefined;
      this.#unripe.pop();
      if (held) return pair;
    }
    return undefined;
  }

  /** The pair with all that shares larger and larger nodes with it. */
  #widen({ left, right, height }: Pair, { cost, budgetMs, units, bytes }: GroupLimits): ValuedPartial[] {
    let group = [left, right];
    if (!cost.isKnown) return group;
    for (let above = height + 1; above <= rootHeight; above += 1) {
      const wider = this.#inNode(group, above, units);
      const first = wider[0];
      const last = wider.at(-1);
      if (first === undefined || last === undefined || wider.length > units) return group;
      if (wider.length === group.length) {
        if (first.first === 0 && endOf(last) === this.#total) return group;
        continue;
      }
      const width = endOf(last) - first.first;
      if (width > cost.flatWidth && !(isEven(wider) && this.#isWhole(first, last, above))) return group;
      if (cost.estimateMs(wider.length, width) > budgetMs || joinedBytes(wider) > bytes) return group;
      group = wider;
    }
    return group;
  }

  /** The group and its neighbours on both sides that are in the node of this height; more than `units` of them are as good as one more. */
  #inNode(group: readonly ValuedPartial[], height: number, units: number): ValuedPartial[] {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return [];
    const node = this.#nodeOf(first, height);
    const before: ValuedPartial[] = [];
    const after: ValuedPartial[] = [];
    for (let left = this.#leftOf(first); left !== undefined && this.#nodeOf(left, height) === node; left = this.#leftOf(left)) {
      before.push(left);
      if (before.length > units) break;
    }
    for (
      let right = this.#rightOf(last);
      right !== undefined && this.#nodeOf(right, height) === node;
      right = this.#rightOf(right)
    ) {
      after.push(right);
      if (after.length > units) break;
    }
    return [...before.reverse(), ...group, ...after];
  }

  /** Whether nothing that their node holds is missing at either side of these neighbours, or but a little. */
  #isWhole(left: ValuedPartial, right: ValuedPartial, height: number): boolean {
    const nodeWidth = 2 ** height / this.#scale();
    const nodeFirst = this.#nodeOf(left, height) * nodeWidth;
    const little = Math.min(left.count, right.count) / 2;
    const before = this.#leftOf(left);
    const after = this.#rightOf(right);
    const wholeLeft =
      before === undefined ? left.first - nodeFirst < little : this.#nodeOf(before, height) !== this.#nodeOf(left, height);
    const wholeRight =
      after === undefined
        ? nodeFirst + nodeWidth - endOf(right) < little
        : this.#nodeOf(after, height) !== this.#nodeOf(right, height);
    return wholeLeft && wholeRight;
  }

  #pair(left: Partial | undefined, right: Partial | undefined): void {
    if (left === undefined || right === undefined || !hasValue(left) || !hasValue(right)) return;
    const scale = this.#scale();
    this.#pairs.push({ left, right, height: commonHeight(middleOf(left) * scale, middleOf(right) * scale) });
  }

  #isHeld({ left, right }: Pair): boolean {
    return this.#byFirst.get(left.first) === left && this.#byFirst.get(right.first) === right;
  }

  #leftOf({ first }: Partial): ValuedPartial | undefined {
    const left = this.#byEnd.get(first);
    return left !== undefined && hasValue(left) ? left : undefined;
  }

  #rightOf(partial: Partial): ValuedPartial | undefined {
    const right = this.#byFirst.get(endOf(partial));
    return right !== undefined && hasValue(right) ? right : undefined;
  }

  /** How many points there are to an element: the root is 2 ** rootHeight points wide, or nodes have widths that are powers of two. */
  #scale(): number {
    return this.#total === undefined ? 2 : 2 ** rootHeight / this.#total;
  }

  /** Which of the nodes of this height holds the partial. */
  #nodeOf(partial: Partial, height: number): number {
    return Math.floor((middleOf(partial) * this.#scale()) / 2 ** height);
  }

  #remove(partial: Partial): void {
    this.#byFirst.delete(partial.first);
    this.#byEnd.delete(endOf(partial));
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

function newPairs(): Heap<Pair> {
  return new Heap((pair) => pair.height);
}

function newUnripe(): Heap<Pair> {
  return new Heap(widthOf);
}

function widthOf({ left, right }: Pair): number {
  return left.count + right.count;
}

function endOf({ first, count }: Partial): number {
  return first + count;
}

function middleOf({ first, count }: Partial): number {
  return first + count / 2;
}

/** Whether none is more than twice as wide as another: then they are combined in a balanced order in one trip. */
function isEven(group: readonly ValuedPartial[]): boolean {
  const widths = group.map((partial) => partial.count);
  return Math.max(...widths) <= 2 * Math.min(...widths);
}

/** The partial that neighbours were combined to; a lone one stays what it was. */
export function joinPartials(parts: readonly ValuedPartial[], bytes: Uint8Array): Partial {
  const [first] = parts;
  if (first === undefined) throw new RangeError('no partials to join');
  if (parts.length === 1) return first;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  return {
    first: first.first,
    count,
    index: first.index,
    bytes,
    retries: 0,
    attempt: 0,
  };
}

function hasValue(partial: Partial): partial is ValuedPartial {
  return partial.bytes !== undefined;
}

/** Two neighbours of which at least one is the identity, as one. */
function absorb(left: Partial, right: Partial): Partial {
  const valued = left.bytes === undefined ? right : left;
  return { ...valued, first: left.first, count: left.count + right.count };
}

/** The partial of elements that were folded, or of one that is its own partial. */
export function elementPartial(first: number, count: number, bytes: Uint8Array): ValuedPartial {
  return { first, count, index: first, bytes, retries: 0, attempt: 0 };
}

/** What stands in for elements that were left out. */
export function identityPartial(first: number, count: number): Partial {
  return { first, count, index: first, bytes: undefined, retries: 0, attempt: 0 };
}

/** How many bytes the partials have as one payload (see `joinParts`). */
export function joinedBytes(parts: readonly ValuedPartial[]): number {
  return parts.reduce((sum, part) => sum + 4 + part.bytes.byteLength, 0);
}
