/**
 * How the durations of elements are drawn; each has the same mean. `bimodal`: one in 100 takes 100 times as long as the others.
 */
export type Durations = 'constant' | 'exponential' | 'pareto' | 'bimodal';

/**
 * What a combine costs: a hundredth of the mean element, as much, ten times as much; or in proportion to the elements under it.
 */
export type CombineCost = 'small' | 'equal' | 'large' | 'growing';

/**
 * `instant`: all elements are there at once. `slow`: they come one by one, in 1.1 times the time that the slots need for them.
 */
export type SourcePace = 'instant' | 'slow';

/** What a run is of. */
export interface Parameters {
  readonly elements: number;
  readonly slots: number;
  /** The mean duration of an element. */
  readonly meanMs: number;
  readonly durations: Durations;
  readonly combine: CombineCost;
  readonly source: SourcePace;
}

/** A map and a fold, drawn: the same for every contestant. */
export interface Workload extends Parameters {
  /** One way over one link: leader to hub, or hub to worker. */
  readonly latencyMs: number;
  readonly elementMs: Float64Array;
  /** When each element comes from the source. */
  readonly arrivalMs: Float64Array;
  /** What it costs to combine two partials that stand for so many elements together: `fixed + perElement × width`. */
  readonly combineMs: { readonly fixed: number; readonly perElement: number };
  /** The least work that there is in all: elements, and combines in the cheapest order. */
  readonly totalMs: number;
}

/** One way over one link in a local network. */
const latencyMs = 0.2;

/** How much longer a slow source takes than the slots do. */
const slowness = 1.1;

export function draw(parameters: Parameters, seed: number): Workload {
  const { elements, slots, meanMs, source } = parameters;
  const elementMs = drawDurations(parameters, new Random(seed));
  const combineMs = combineCost(parameters);
  const totalMs = elementMs.reduce((sum, ms) => sum + ms, 0) + leastCombineMs(elements, combineMs);
  const arrivalMs = new Float64Array(elements);
  if (source === 'slow') {
    const workMs = meanMs * elements + leastCombineMs(elements, combineMs);
    const intervalMs = (slowness * workMs) / slots / elements;
    for (let at = 0; at < elements; at += 1) arrivalMs[at] = at * intervalMs;
  }
  return { ...parameters, latencyMs, elementMs, arrivalMs, combineMs, totalMs };
}

function combineCost({ combine, meanMs, elements }: Parameters): Workload['combineMs'] {
  switch (combine) {
    case 'small':
      return { fixed: meanMs / 100, perElement: 0 };
    case 'equal':
      return { fixed: meanMs, perElement: 0 };
    case 'large':
      return { fixed: meanMs * 10, perElement: 0 };
    case 'growing':
      // In a balanced tree the combines of each level cost the same, and all together as much as the elements.
      return { fixed: 0, perElement: meanMs / Math.log2(elements) };
  }
}

/**
 * The combines of all elements in the cheapest order: each element is in as many combines as its leaf is deep, and a balanced
 * tree is the flattest.
 */
function leastCombineMs(elements: number, { fixed, perElement }: Workload['combineMs']): number {
  return fixed * (elements - 1) + perElement * leastDepths(elements);
}

/** The least sum of the depths of so many leaves in a binary tree. */
export function leastDepths(leaves: number): number {
  const full = Math.floor(Math.log2(leaves));
  return leaves * full + 2 * (leaves - 2 ** full);
}

function drawDurations({ elements, durations, meanMs }: Parameters, random: Random): Float64Array {
  const one = {
    constant: () => meanMs,
    exponential: () => -meanMs * Math.log(1 - random.next()),
    // The mean of a Pareto distribution with exponent 1.5 is three times its least value.
    pareto: () => (meanMs / 3) * (1 - random.next()) ** (-1 / 1.5),
    bimodal: () => (meanMs / 1.99) * (random.next() < 0.01 ? 100 : 1),
  }[durations];
  return new Float64Array(elements).map(one);
}

/** Seeded random numbers (mulberry32, by Tommy Ettinger), so that every run can be repeated. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 (inclusive) to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
