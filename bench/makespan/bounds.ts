/**
 * How quick a map and a fold can be at best.
 *
 * The plain bound is the one that everybody knows: the larger of all work divided by the slots, and of the longest path of work that
 * must be done one after the other. It is out of reach for three reasons, each of which makes a bound of its own; the tight bound is the
 * largest of all.
 *
 * 1. The tail of a fold. When b slots are busy at one moment, they are making b partials, and these must all go into one. What is
 *    combined in one trip is there when the trip begins, and a trip over both links, out and back, takes 4 latencies. So with combines
 *    of cost C the partials of b slots need at least h(b) from when they are at the leader until the end:
 *
 *        h(1) = 0,   h(b) = min over k ≥ 2 of (4 latencies + (k - 1) × C + h(⌈b / k⌉))
 *
 *    (the last trip combines k partials; one of them is made of at least ⌈b / k⌉ of the b). So at most b slots are busy from
 *    2 latencies + h(b) before the end until 2 latencies + h(b + 1) before the end, and none in the first two nor in the last two
 *    latencies. All work has to fit into what is left. Without latency that is the known C × (log₂ slots - 1) or so of idleness per slot.
 *    Where combines grow with the range, the last one takes n × c, while one slot is busy: total ≥ n × c + (rest of the work) / slots.
 * 2. Nobody knows how long an element takes before it has been executed, so no order is better than source order. Whoever begins elements
 *    in that order begins none before a greedy list schedule of the elements alone would: by induction that has the least sorted vector
 *    of times at which slots come free. The longest element can happen to be the last. (Of what is sent ahead a later element may begin
 *    first, at another worker; and so now and then the bound is beaten, by luck.)
 * 3. Work is not there before it has come from the source. After element i has come, it and all later elements are still to be
 *    executed, and each of them is still to be combined.
 */
import { leastDepths, type Workload } from './workload.js';

export interface Bounds {
  /** max(total work / slots, critical path), with regard to when elements come. */
  readonly plainMs: number;
  /** The largest bound for which there is a proof. */
  readonly tightMs: number;
}

export function bounds(workload: Workload): Bounds {
  const { totalMs, slots } = workload;
  const plainMs = Math.max(totalMs / slots, criticalPath(workload), afterArrivals(workload));
  return { plainMs, tightMs: Math.max(plainMs, tail(workload), inOrder(workload)) };
}

/** The longest path through the tree that makes it as short as can be, with any number of slots and no latency. */
function criticalPath({ elements, elementMs, arrivalMs, combineMs: { fixed, perElement } }: Workload): number {
  const readyMs = elementMs.map((ms, at) => ms + (arrivalMs[at] ?? 0));
  const latest = max(readyMs);
  if (elements === 1) return latest;
  if (fixed === 0) {
    // Whatever the tree: each element is in the last combine, and the wider operand of each combine has half of the elements or more.
    let spine = 0;
    for (let width = elements; width > 1; width = Math.ceil(width / 2)) spine += width;
    return Math.max(latest + perElement * elements, readyMs.reduce((a, b) => Math.min(a, b), Infinity) + perElement * spine);
  }
  // A tree whose leaves are at most so deep as time allows exists if and only if Kraft's inequality holds.
  let low = latest;
  let high = latest + fixed * (1 + Math.ceil(Math.log2(elements)));
  while (high - low > 1e-4 * fixed) {
    const middle = (low + high) / 2;
    if (kraftSum(readyMs, middle, fixed) <= 1) high = middle;
    else low = middle;
  }
  return low;
}

function kraftSum(readyMs: Float64Array, endMs: number, combineMs: number): number {
  let sum = 0;
  for (const ready of readyMs) sum += 2 ** -Math.floor((endMs - ready) / combineMs);
  return sum;
}

/** What is still to be done once each element has come, shared by all slots. */
function afterArrivals({ elements, elementMs, arrivalMs, combineMs: { fixed, perElement }, slots }: Workload): number {
  let bound = 0;
  let work = 0;
  for (let at = elements - 1; at > 0; at -= 1) {
    work += elementMs[at] ?? 0;
    const combines = fixed * (elements - at) + perElement * (at + leastDepths(elements - at));
    bound = Math.max(bound, (arrivalMs[at] ?? 0) + (work + combines) / slots);
  }
  return bound;
}

function tail({ elements, slots, latencyMs, combineMs: { fixed, perElement }, totalMs }: Workload): number {
  const last = perElement * elements;
  if (perElement > 0) return 4 * latencyMs + last + (totalMs - last) / slots;
  const toOne = [0, 0];
  for (let partials = 2; partials <= slots; partials += 1) {
    let least = Infinity;
    for (let fanIn = 2; fanIn <= partials; fanIn += 1) {
      least = Math.min(least, 4 * latencyMs + (fanIn - 1) * fixed + (toOne[Math.ceil(partials / fanIn)] ?? 0));
    }
    toOne[partials] = least;
  }
  // Backwards from the end: more and more slots can be busy, until all work is done.
  let work = totalMs;
  for (let busy = 1; busy < slots; busy += 1) {
    const ms = (toOne[busy + 1] ?? 0) - (toOne[busy] ?? 0);
    if (work <= busy * ms) return 4 * latencyMs + (toOne[busy] ?? 0) + work / busy;
    work -= busy * ms;
  }
  return 4 * latencyMs + (toOne[slots] ?? 0) + work / slots;
}

function inOrder({ elements, elementMs, arrivalMs, slots, latencyMs, combineMs: { fixed, perElement } }: Workload): number {
  // When each slot comes free, as a heap.
  const free = new Float64Array(slots);
  let latest = 0;
  for (let at = 0; at < elements; at += 1) {
    const end = Math.max(free[0] ?? 0, (arrivalMs[at] ?? 0) + 2 * latencyMs) + (elementMs[at] ?? 0);
    latest = Math.max(latest, end);
    replaceLeast(free, end);
  }
  return latest + 2 * latencyMs + (elements > 1 ? fixed + perElement * elements : 0);
}

/** Replaces the least number of a heap. */
function replaceLeast(heap: Float64Array, value: number): void {
  let at = 0;
  for (let below = 1; below < heap.length; below = 2 * at + 1) {
    if (below + 1 < heap.length && (heap[below + 1] ?? 0) < (heap[below] ?? 0)) below += 1;
    const child = heap[below] ?? 0;
    if (child >= value) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = value;
}

function max(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
