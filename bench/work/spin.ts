/**
 * Computes for so many iterations: work that is counted rather than timed, so that it takes longer where cores are contended.
 *
 * @param element its index
 * @returns a whole number that holds both the element's index and what was computed, so that a wrong result or order shows
 */
export function spin(element: number, iterations: number): number {
  // 32-bit integers throughout: wherever a compiler inlines the loop it is the same loop, whatever the numbers came from.
  let x = (element % distinct) | 0;
  for (let left = iterations | 0; left > 0; left = (left - 1) | 0) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
  return element * 2 ** 32 + (x >>> 0);
}

/** So many different computations are there; few, so that what they result in can be known beforehand. */
const distinct = 8;

/** Knows what {@link spin} must return, without computing it anew for each element. */
export class SpinCheck {
  readonly #computed: readonly number[];

  constructor(iterations: number) {
    this.#computed = Array.from({ length: distinct }, (_, seed) => spin(seed, iterations) - seed * 2 ** 32);
  }

  expected(element: number): number {
    return element * 2 ** 32 + (this.#computed[element % distinct] ?? NaN);
  }
}

/** How many iterations take a millisecond on an idle core of this machine. */
export function iterationsPerMs(): number {
  const iterations = 5_000_000;
  let best = 0;
  // The quickest of several: in the others something else had the core.
  for (let trial = 0; trial < 10; trial += 1) {
    const start = performance.now();
    spin(trial, iterations);
    best = Math.max(best, iterations / (performance.now() - start));
  }
  return Math.round(best);
}
