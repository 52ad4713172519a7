/** What happened in a run. */
export interface Outcome {
  readonly runtime: string;
  readonly startMs: number;
  readonly remoteMs: number;
  readonly plainMs: number;
  readonly flights: number;
  readonly hours: number;
  /** What was not as plain RxJS has it. */
  readonly wrong: readonly string[];
}

/** Prints what ran where, how long it took, and whether the result is right. */
export function printOutcome({ runtime, startMs, remoteMs, plainMs, flights, hours, wrong }: Outcome): void {
  console.log(`
runtime     ${runtime}, up in ${seconds(startMs)}
paladin-rx  ${seconds(remoteMs)}  ${flights.toLocaleString('en')} flights through remoteMap and remoteFold
plain RxJS  ${seconds(plainMs)}  the same through map and reduce, on one thread`);
  if (remoteMs > plainMs) {
    const workUs = ((1000 * plainMs) / flights).toFixed(1);
    console.log(`            (${workUs} µs of work per flight is less than a trip: workers gain when it is more)`);
  }
  if (wrong.length === 0) {
    console.log(`checked     the two agree on all ${hours} hours: counts exactly, the rest to 9 digits`);
  } else {
    console.error(`checked     WRONG: the two disagree\n            ${wrong.join('\n            ')}`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
