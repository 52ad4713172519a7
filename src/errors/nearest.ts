/** No option has a longer name. */
const longest = 40;

/** Shorter names are part of many others. */
const leastPart = 3;

/**
 * The known name with the fewest changes. A name that is part of the other counts as nearer than any that is not. It is undefined
 * where more than half of the letters would change: a name as far off as that is a guess.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const distances = known.map((each) => {
    const other = each.toLowerCase();
    const isPart = lower.length >= leastPart && (other.includes(lower) || lower.includes(other));
    const changes = distance(lower, other);
    if (isPart) return changes / longest;
    return changes <= Math.max(lower.length, other.length) / 2 ? changes : Infinity;
  });
  const least = Math.min(...distances);
  return least === Infinity ? undefined : known[distances.indexOf(least)];
}

/**
 * How many characters must be changed, added or taken away to make one of the other.
 *
 * @param most more need not be counted: then the time that it takes grows with the length alone
 * @returns the number; any number above `most` where it is larger than that
 */
export function distance(a: string, b: string, most: number = Infinity): number {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = new Array<number>(b.length + 1).fill(Infinity);
    if (i <= most) row[0] = i;
    let least = row[0] ?? Infinity;
    for (let j = Math.max(1, i - most); j <= Math.min(b.length, i + most); j += 1) {
      const changed = (before[j - 1] ?? Infinity) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const count = Math.min(changed, (before[j] ?? Infinity) + 1, (row[j - 1] ?? Infinity) + 1);
      row[j] = count;
      least = Math.min(least, count);
    }
    if (least > most) return Infinity;
    before = row;
  }
  return before[b.length] ?? Infinity;
}
