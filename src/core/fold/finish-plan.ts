/** A partial that is held, or what will be one. */
export interface Operand {
  /** How many elements it stands for. */
  readonly count: number;
  readonly readyAt: number;
}

/**
 * Plans which of the last partials of a fold are combined with each other first, so that all are one as soon as possible. It
 * assumes that each combine has a slot as soon as its two operands are there.
 *
 * A run of operands that follow one another is divided in two parts, each of which becomes one partial. It ends when the later
 * part has ended and the two are combined. The best place to divide it is the one with the earliest end (dynamic programming over
 * runs). Among equally good places it takes the one nearest to the middle: combines that need not be early should not be dear.
 *
 * @param combineMs how long it takes to combine partials that stand for so many elements together
 * @returns the places of the left neighbours in the pairs that the plan combines before anything else
 */
export function planFinish(operands: readonly Operand[], combineMs: (width: number) => number): number[] {
  const size = operands.length;
  const endsAt = new Float64Array(size * size);
  const divides = new Uint8Array(size * size);
  const ends = [0];
  for (const { count } of operands) ends.push((ends.at(-1) ?? 0) + count);
  operands.forEach(({ readyAt }, at) => (endsAt[at * size + at] = readyAt));
  for (let length = 2; length <= size; length += 1) {
    for (let from = 0; from + length <= size; from += 1) {
      const to = from + length - 1;
      const middle = ((ends[from] ?? 0) + (ends[to + 1] ?? 0)) / 2;
      let best = Infinity;
      let bestOff = Infinity;
      let bestAt = from;
      for (let at = from; at < to; at += 1) {
        const readyAt = Math.max(endsAt[from * size + at] ?? 0, endsAt[(at + 1) * size + to] ?? 0);
        const off = Math.abs((ends[at + 1] ?? 0) - middle);
        if (readyAt > best || (readyAt === best && off >= bestOff)) continue;
        best = readyAt;
        bestOff = off;
        bestAt = at;
      }
      endsAt[from * size + to] = best + combineMs((ends[to + 1] ?? 0) - (ends[from] ?? 0));
      divides[from * size + to] = bestAt;
    }
  }
  const pairs: number[] = [];
  const runs: [number, number][] = [[0, size - 1]];
  for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
    const [from, to] = run;
    if (to - from === 1) {
      pairs.push(from);
      continue;
    }
    const at = divides[from * size + to] ?? from;
    if (at > from) runs.push([from, at]);
    if (at + 1 < to) runs.push([at + 1, to]);
  }
  return pairs;
}
