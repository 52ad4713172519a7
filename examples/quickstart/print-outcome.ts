/** What came out of a run. */
export interface Outcome {
  readonly flights: number;
  readonly remoteMs: number;
  readonly plainMs: number;
  readonly hours: number;
  /** What was not as plain RxJS has it. */
  readonly wrong: readonly string[];
}

/** Prints how long each pipeline took, and whether the two agree. */
export function printOutcome({ flights, remoteMs, plainMs, hours, wrong }: Outcome): void {
  console.log(`
paladin-rx  ${seconds(remoteMs)}  ${flights.toLocaleString('en')} flights through remoteMap and remoteFold
plain RxJS  ${seconds(plainMs)}  the same through map and reduce, on one thread`);
  if (remoteMs > plainMs) {
    const workUs = ((1000 * plainMs) / flights).toFixed(1);
    console.log(`            (${workUs} µs of work per flight: sending it costs more than that)`);
  }
  if (wrong.length === 0) {
    console.log(`checked     the two agree on all ${hours} hours: counts exactly, the rest to 9 digits`);
  } else {
    console.error(`checked     WRONG: the two disagree\n            ${wrong.join('\n            ')}`);
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
