/** So many items, each of which is there. */
type Tuple<T, N extends number, Items extends readonly T[] = []> = Items['length'] extends N ? Items : Tuple<T, N, [...Items, T]>;

/**
 * All items, which must be so many: a test that expects the two batches of an event names both, and fails where there is one more
 * or less.
 *
 * @throws where there are more or fewer
 */
export function exactly<T, N extends number>(count: N, items: readonly T[]): Tuple<T, N> {
  if (items.length !== count) throw new Error(`expected ${count}, got ${items.length}: ${JSON.stringify(items)}`);
  return items as Tuple<T, N>;
}

/** The only item: the one batch that an event sends, the one message that a peer is told. */
export function only<T>(items: readonly T[]): T {
  return exactly(1, items)[0];
}

/** The first items, which must be so many at least. */
export function atLeast<T, N extends number>(count: N, items: readonly T[]): Tuple<T, N> {
  return exactly(count, items.slice(0, count));
}

/** The first item, of one or more. */
export function first<T>(items: readonly T[]): T {
  return atLeast(1, items)[0];
}

/** What must be there. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected a value, got undefined');
  return value;
}
