/** What came out of a run. */
export interface Outcome {
  readonly resamples: number;
  readonly workers: number;
  readonly startMs: number;
  readonly remoteMs: number;
  readonly plainMs: number;
  readonly hours: number;
  readonly agree: boolean;
}

/** Prints how long each pipeline took, and whether the two agree. */
export function printOutcome({ resamples, workers, startMs, remoteMs, plainMs, hours, agree }: Outcome): void {
  const times = plainMs / remoteMs;
  console.log(`
paladin-rx  ${seconds(remoteMs)}  ${resamples.toLocaleString('en')} resamples by remoteMap and remoteFold, ${workers} workers
plain RxJS  ${seconds(plainMs)}  the same through map and reduce, on one thread
            ${times.toFixed(2)} times as fast; the workers took ${seconds(startMs)} to start`);
  if (times < 1) console.log('            (other programs have the cores, or there is only one)');
  if (agree) console.log(`checked     the two agree on all ${hours} hours, count by count`);
  else console.error('checked     WRONG: the two disagree');
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
