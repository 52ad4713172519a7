import { Cleanup } from './cleanup.js';

/** One way of doing the work that a benchmark measures. */
export interface Contestant {
  readonly name: string;
  /** Starts processes and connections; not measured. */
  readonly start: () => Promise<Running>;
}

/** A contestant that is ready. */
export interface Running extends AsyncDisposable {
  /** Does the work once and checks its results; returns elements per second. */
  readonly run: () => Promise<number>;
}

/** What a contestant reached. */
export interface Measured {
  readonly name: string;
  /** Elements per second, run by run. */
  readonly rates: readonly number[];
  readonly median: number;
}

/** Runs that are not counted: for just-in-time compilers and batch sizes to settle. They do the same work for everybody. */
const warmUps = 1;

/** Lets the contestants take turns, so that whatever else the machine does meets all of them. */
export async function measure(contestants: readonly Contestant[], rounds: number): Promise<Measured[]> {
  await using cleanup = new Cleanup();
  const running: { readonly name: string; readonly rates: number[]; readonly contestant: Running }[] = [];
  for (const { name, start } of contestants) running.push({ name, rates: [], contestant: cleanup.use(await start()) });
  for (let round = 0; round < warmUps + rounds; round += 1) {
    for (const { rates, contestant } of running) {
      const rate = await contestant.run();
      if (round >= warmUps) rates.push(rate);
    }
  }
  return running.map(({ name, rates }) => ({ name, rates, median: median(rates) }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Runs the work and says how many elements per second that were. */
export async function rateOf(elements: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (1_000 * elements) / (performance.now() - start);
}
