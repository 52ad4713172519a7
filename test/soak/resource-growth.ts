type Counts = Readonly<Record<string, number>>;

/** So many measurements at each end are compared, since any of them may meet a timer that is just about to end. */
const compared = 3;

/** The kinds of resources of which there are more at the end than there were at the beginning. */
export function resourceGrowth(measurements: readonly Counts[]): string[] {
  const first = measurements.slice(0, compared);
  const last = measurements.slice(-compared);
  const kinds = new Set(measurements.flatMap((counts) => Object.keys(counts)));
  return [...kinds].flatMap((kind) => {
    const before = Math.max(...first.map((counts) => counts[kind] ?? 0));
    const after = Math.min(...last.map((counts) => counts[kind] ?? 0));
    return after > before ? [`${kind}: ${before} at the beginning, ${after} at the end`] : [];
  });
}
