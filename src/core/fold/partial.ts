/** Partials of a fold, and how ranges of elements are told. */

/** Contiguous elements. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** The fold of a contiguous range of elements, as bytes. Elements that were left out count as the identity. */
export interface PartialFold extends Range {
  /** The index of the first of them that was not left out: where it failed, if it fails. */
  readonly index: number;
  /** The encoded value; undefined: the identity, of elements that were left out. */
  readonly bytes: Uint8Array | undefined;
  /** How often its combination has been tried again. */
  readonly retries: number;
  /** How often its combination was begun in vain. */
  readonly tried: number;
}

/** A partial with a value. */
export type ValuedPartial = PartialFold & { readonly bytes: Uint8Array };

/** The index after the last element. */
export function endOf({ first, count }: Range): number {
  return first + count;
}

/** The partial that neighbours were combined to; a lone one stays what it was. */
export function joinPartials(parts: readonly ValuedPartial[], bytes: Uint8Array): PartialFold {
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
    tried: 0,
  };
}

export function hasValue(partial: PartialFold): partial is ValuedPartial {
  return partial.bytes !== undefined;
}

/** Two neighbours of which at least one is the identity, as one. */
export function absorb(left: PartialFold, right: PartialFold): PartialFold {
  const valued = left.bytes === undefined ? right : left;
  return { ...valued, first: left.first, count: left.count + right.count };
}

/** The partial of elements that were folded, or of one that is its own partial. */
export function elementPartial(first: number, count: number, bytes: Uint8Array): ValuedPartial {
  return { first, count, index: first, bytes, retries: 0, tried: 0 };
}

/** What stands in for elements that were left out. */
export function identityPartial(first: number, count: number): PartialFold {
  return { first, count, index: first, bytes: undefined, retries: 0, tried: 0 };
}

/** How many bytes the partials have as one payload (see `joinParts`). */
export function joinedBytes(parts: readonly ValuedPartial[]): number {
  return parts.reduce((sum, part) => sum + 4 + part.bytes.byteLength, 0);
}
