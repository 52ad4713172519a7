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
  // Two rows of the table. Beside the cells that can come to `most`, they hold more than any number of changes.
  let before = new Uint16Array(b.length + 2);
  let row = new Uint16Array(b.length + 2);
  for (let at = 0; at < before.length; at += 1) before[at] = at;
  for (let i = 1; i <= a.length; i += 1) {
    const first = Math.max(1, i - most);
    const last = Math.min(b.length, i + most);
    row[first - 1] = first === 1 ? i : tooMany;
    let least = row[first - 1] ?? tooMany;
    for (let j = first; j <= last; j += 1) {
      const changed = (before[j - 1] ?? tooMany) + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      const count = Math.min(changed, (before[j] ?? tooMany) + 1, (row[j - 1] ?? tooMany) + 1);
      row[j] = count;
      if (count < least) least = count;
    }
    row[last + 1] = tooMany;
    if (least > most) return Infinity;
    [before, row] = [row, before];
  }
  return before[b.length] ?? tooMany;
}

/** More changes than two names can need: names are shorter. */
const tooMany = 2 ** 15;
