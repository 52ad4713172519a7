import { combineFanIn } from '../../limits.js';

/** The fold of a contiguous range of elements, as bytes. */
export interface Partial {
  readonly first: number;
  /** How many elements it stands for; those left out count as the identity. */
  readonly count: number;
  /** The index of the first of them that was not left out: where it failed, if it fails. */
  readonly index: number;
  /** The encoded value; undefined: the identity, of elements that were left out. */
  readonly bytes: Uint8Array | undefined;
  /** How many rounds of combining it has behind it. */
  readonly level: number;
  /** How often its combination has been tried again. */
  readonly retries: number;
  /** The last dispatch in which it failed; 0: none. */
  readonly attempt: number;
}

/** A partial with a value. */
export type ValuedPartial = Partial & { readonly bytes: Uint8Array };

/** When partials that are not yet `combineFanIn` equals may be combined. */
export interface IdleSituation {
  /** Slots with nothing else to do. */
  readonly slots: number;
  /** Whether no further elements will be cut. */
  readonly last: boolean;
  /** Whether combining all that is there in one trip is quicker than spreading it. */
  readonly cheap: boolean;
}

/**
 * Puts the partials of a fold together.
 *
 * Only neighbours are combined, left before right. While elements are being worked on, `combineFanIn` neighbours of one level make a
 * group that is combined in one trip: a balanced tree, so that combines whose cost grows with the range stay cheap in sum. When slots
 * are idle, neighbours of comparable width are combined even before; and once the last element is cut, all neighbours are, spread
 * over the idle slots.
 *
 * Invariant: the ranges of the partials held are disjoint; two identities, or an identity and a partial, are never neighbours.
 */
export class FoldAssembly {
  readonly #byFirst = new Map<number, Partial>();
  readonly #byEnd = new Map<number, Partial>();
  /** Groups that are ready to be combined, out of the maps. */
  readonly #groups: ValuedPartial[][] = [];
  /** Whether there may be something for idle slots that was not there when they last looked. */
  #changed = false;
  #last = false;

  /** Partials held, not counting those in ready groups. */
  get size(): number {
    return this.#byFirst.size;
  }

  /** Takes the partial of a range. */
  put(partial: Partial): void {
    let grown = partial;
    const left = this.#byEnd.get(grown.first);
    if (left !== undefined && (left.bytes === undefined || grown.bytes === undefined)) {
      this.#remove(left);
      grown = absorb(left, grown);
    }
    const right = this.#byFirst.get(grown.first + grown.count);
    if (right !== undefined && (right.bytes === undefined || grown.bytes === undefined)) {
      this.#remove(right);
      grown = absorb(grown, right);
    }
    this.#byFirst.set(grown.first, grown);
    this.#byEnd.set(grown.first + grown.count, grown);
    this.#changed = true;
    this.#groupEquals(grown);
  }

  /** A group to combine in one trip, if one is ready. */
  takeGroup(): ValuedPartial[] | undefined {
    return this.#groups.shift();
  }

  /** Makes groups for idle slots out of what there is. */
  groupForIdle({ slots, last, cheap }: IdleSituation): void {
    if ((!this.#changed && this.#last === last) || slots <= 0) return;
    this.#changed = false;
    this.#last = last;
    for (const run of this.#runs()) {
      const groups = last ? spread(run, cheap ? 1 : slots) : comparablePairs(run);
      for (const group of groups) this.#take(group);
    }
  }

  /** The partial of all `total` elements, once it stands alone. */
  whole(total: number): Partial | undefined {
    const only = this.#byFirst.get(0);
    return only?.count === total ? only : undefined;
  }

  clear(): void {
    this.#byFirst.clear();
    this.#byEnd.clear();
    this.#groups.length = 0;
  }

  validate(): void {
    let end = -1;
    let previous: Partial | undefined;
    for (const partial of this.#sorted()) {
      if (partial.first < end) throw new Error(`partials overlap at ${partial.first}`);
      if (this.#byEnd.get(partial.first + partial.count) !== partial) throw new Error(`partial at ${partial.first} has no end`);
      if (previous !== undefined && partial.first === end && (previous.bytes === undefined || partial.bytes === undefined)) {
        throw new Error(`an identity at ${partial.first} was not absorbed`);
      }
      previous = partial;
      end = partial.first + partial.count;
    }
    if (this.#byEnd.size !== this.#byFirst.size) throw new Error('partials by first and by end differ');
  }

  /** Makes a group around the partial when it has enough neighbours of its level. */
  #groupEquals(partial: Partial): void {
    const equal = (other: Partial | undefined): other is ValuedPartial =>
      other?.bytes !== undefined && other.level === partial.level;
    if (!equal(partial)) return;
    const group = [partial];
    for (let left = this.#byEnd.get(partial.first); equal(left); left = this.#byEnd.get(left.first)) {
      group.unshift(left);
      if (group.length === combineFanIn) break;
    }
    let right = this.#byFirst.get(partial.first + partial.count);
    while (group.length < combineFanIn && equal(right)) {
      group.push(right);
      right = this.#byFirst.get(right.first + right.count);
    }
    if (group.length === combineFanIn) this.#take(group);
  }

  #take(group: ValuedPartial[]): void {
    if (group.length < 2) return;
    for (const partial of group) this.#remove(partial);
    this.#groups.push(group);
  }

  #remove(partial: Partial): void {
    this.#byFirst.delete(partial.first);
    this.#byEnd.delete(partial.first + partial.count);
  }

  #sorted(): Partial[] {
    return [...this.#byFirst.values()].toSorted((a, b) => a.first - b.first);
  }

  /** The partials held, as runs of neighbours. */
  #runs(): ValuedPartial[][] {
    const runs: ValuedPartial[][] = [];
    let end = -1;
    for (const partial of this.#sorted()) {
      if (!hasValue(partial)) continue;
      if (partial.first === end) runs.at(-1)?.push(partial);
      else runs.push([partial]);
      end = partial.first + partial.count;
    }
    return runs;
  }
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
    level: 1 + Math.max(...parts.map((part) => part.level)),
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

/** The run in at most `groups` pieces of two or more, as equal as can be. */
function spread(run: ValuedPartial[], groups: number): ValuedPartial[][] {
  const pieces = Math.max(1, Math.min(groups, Math.floor(run.length / 2)));
  return Array.from({ length: pieces }, (_, piece) =>
    run.slice(Math.floor((piece * run.length) / pieces), Math.floor(((piece + 1) * run.length) / pieces)),
  );
}

/** Neighbours of which neither is more than twice as wide as the other, in pairs. */
function comparablePairs(run: ValuedPartial[]): ValuedPartial[][] {
  const pairs: ValuedPartial[][] = [];
  let at = 0;
  while (at + 1 < run.length) {
    const [left, right] = run.slice(at, at + 2);
    if (left !== undefined && right !== undefined && left.count <= 2 * right.count && right.count <= 2 * left.count) {
      pairs.push([left, right]);
      at += 2;
    } else at += 1;
  }
  return pairs;
}

/** The partial of elements that were folded, or of one that is its own partial. */
export function elementPartial(first: number, count: number, bytes: Uint8Array): ValuedPartial {
  return { first, count, index: first, bytes, level: 0, retries: 0, attempt: 0 };
}

/** What stands in for elements that were left out. */
export function identityPartial(first: number, count: number): Partial {
  return { first, count, index: first, bytes: undefined, level: 0, retries: 0, attempt: 0 };
}

/** How many bytes the partials have as one payload (see `joinParts`). */
export function joinedBytes(parts: readonly ValuedPartial[]): number {
  return parts.reduce((sum, part) => sum + 4 + part.bytes.byteLength, 0);
}

/** The group in pieces whose payload keeps below the limit; two that cannot are a piece all the same. */
export function withinBytes(group: readonly ValuedPartial[], maxBytes: number): ValuedPartial[][] {
  const pieces: ValuedPartial[][] = [];
  let piece: ValuedPartial[] = [];
  for (const partial of group) {
    if (piece.length >= 2 && joinedBytes([...piece, partial]) > maxBytes) {
      pieces.push(piece);
      piece = [];
    }
    piece.push(partial);
  }
  pieces.push(piece);
  return pieces;
}
