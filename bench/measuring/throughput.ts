import type { Contestant } from './contestant.js';

/** Something that passes any number of elements through, and checks what comes back. */
export interface Passing extends AsyncDisposable {
  readonly pass: (elements: number) => Promise<void>;
}

/** How long a run takes, about: long against its beginning and end, short against what else changes on a machine. */
const runMs = 1_000;

/**
 * Such a part of the elements is passed before, and not counted: while the others had their turn, caches and memory went to them.
 */
const settlePart = 0.5;

/** Few enough for the slowest; the runs before those that count find out how many it takes. */
const firstElements = 500;

/** Warm-ups of {@link throughput}: after the first two, whatever the contestant, a run has about its length. */
export const throughputWarmUps = 3;

/**
 * A contestant measured by elements per second, in runs of about a second each that counts, after half a second that does not.
 */
export function throughput(name: string, start: () => Promise<Passing>): Contestant<'perSecond'> {
  return {
    name,
    start: async () => {
      const passing = await start();
      let elements = firstElements;
      return {
        run: async () => {
          await passing.pass(Math.ceil(settlePart * elements));
          const perSecond = await rateOf(elements, () => passing.pass(elements));
          // Never fewer than before, so that a run in which the machine was busy does not shorten the next.
          elements = Math.max(elements, Math.round((perSecond * runMs) / 1_000));
          return { perSecond };
        },
        [Symbol.asyncDispose]: () => passing[Symbol.asyncDispose](),
      };
    },
  };
}

/** Runs the work and says how many elements per second that were. */
export async function rateOf(elements: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (1_000 * elements) / (performance.now() - start);
}
