/**
 * How quick a map and a fold can be at best.
 *
 * The plain bound is the one that everybody knows: the larger of all work divided by the slots, and of the longest path of work
 * that must be done one after the other. It is out of reach for three reasons, each of which makes a bound of its own; the tight
 * bound is the largest of all.
 *
 * 1. The tail of a fold. When b slots are busy at one moment, they are making b partials, and these must all go into one. What is
 *    combined in one trip is there when the trip begins, and a trip over both links, out and back, takes 4 latencies. So with
 *    combines of cost C the partials of b slots need at least h(b) from when they are at the leader until the end:
 *
 *        h(1) = 0,   h(b) = min over k ≥ 2 of (4 latencies + (k - 1) × C + h(⌈b / k⌉))
 *
 *    (the last trip combines k partials; one of them is made of at least ⌈b / k⌉ of the b). So at most b slots are busy from 2
 *    latencies + h(b) before the end until 2 latencies + h(b + 1) before the end, and none in the first two nor in the last two
 *    latencies. All work has to fit into what is left. Without latency that is the known C × (log₂ slots - 1) or so of idleness
 *    per slot. Where combines grow with the range, the last one takes n × c, while one slot is busy: total ≥ n × c + (rest of the
 *    work) / slots.
 * 2. Nobody knows how long an element takes before it has been executed, so no order is better than source order. Whoever begins
 *    elements in that order begins none before a greedy list schedule of the elements alone would: by induction that has the
 *    least sorted vector of times at which slots come free. The longest element can happen to be the last. (Of what is sent ahead
 *    a later element may begin first, at another worker; and so now and then the bound is beaten, by luck.)
 * 3. Work is not there before it has come from the source. After element i has come, it and all later elements are still to be
 *    executed, and each of them is still to be combined.
 * 4. A range's last combine begins when both its parts are there, and the left one is complete so much earlier as the right one
 *    has elements that come one by one. So d(l), the least time from when the last of l elements has come until they are one,
 *    even with slots without end, is C(l) + min over l = a + b of max(d(b), d(a) - b × interval), C(l) being what combining them
 *    takes.
 * 5. Where combines grow with the range, few slots are busy at the end. Let r(m, x) be the least work on a range of m elements
 *    that must be done more than x before their partial is there, whatever the tree. While x ≤ C(m) only the last combine is
 *    under way, so that r = (least work on m elements) - x. Beyond that its two parts have had to be there at C(m) before the
 *    end: r(m, x) = min over m = a + b of (r(a, x - C(m)) + r(b, x - C(m))). Where that is anything, it has to fit in before:
 *    makespan ≥ x + r(n, x) / slots. Ranges are looked at in 64 classes by width, each with the least work and the shortest
 *    window of those in it.
 * 6. Only neighbours are combined, and element i is not complete before r(i), the time at which it ends in the greedy schedule of
 *    2. So T(i, j), the least time at which elements i to j are one, even with slots without end for combines, is C(j - i) + min
 *    over m of max(T(i, m), T(m, j)). That is worked out exactly for up to 1,024 elements. Of more of them, ranges between 513
 *    places, evenly spaced, are looked at; where a division falls between two places, the elements between these are left out:
 *    nothing is later for it, as each tree of a range holds one, no later, for each part of it. As with 2, what is sent ahead
 *    beats it now and then, by luck, and so does whoever begins elements in another order.
 */
import { leastDepths, type Workload } from './workload.js';

export interface Bounds {
  /** max(total work / slots, critical path), with regard to when elements come. */
  readonly plainMs: number;
  /** The largest bound, for whoever begins elements in source order. */
  readonly tightMs: number;
}

export function bounds(workload: Workload): Bounds {
  const { totalMs, slots } = workload;
  const plainMs = Math.max(totalMs / slots, criticalPath(workload), afterArrivals(workload));
  const readyMs = readyInOrder(workload);
  const tightMs = Math.max(
    plainMs,
    tail(workload),
    inOrder(workload, readyMs),
    afterLast(workload),
    beforeEnd(workload),
    neighbours(workload, readyMs),
  );
  return { plainMs, tightMs };
}

/** The longest path through the tree that makes it as short as can be, with any number of slots and no latency. */
function criticalPath({ elements, elementMs, arrivalMs, combineMs: { fixed, perElement } }: Workload): number {
  const readyMs = elementMs.map((ms, at) => ms + (arrivalMs[at] ?? 0));
  const latest = max(readyMs);
  if (elements === 1) return latest;
  if (fixed === 0) {
    // Whatever the tree: each element is in the last combine, and the wider operand of each combine has half of the elements or
    // more.
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

/** Bound 4. */
function afterLast({ elements, elementMs, arrivalMs, combineMs: { fixed, perElement } }: Workload): number {
  const intervalMs = elements > 1 ? (arrivalMs[1] ?? 0) - (arrivalMs[0] ?? 0) : 0;
  const leastMs = new Float64Array(elements + 1);
  leastMs[1] = elementMs.reduce((a, b) => Math.min(a, b), Infinity);
  for (let length = 2; length <= elements; length += 1) {
    // The more elements are on the right, the later is the right part, and the earlier the left one: the best place is where they
    // meet.
    const rightAt = (right: number): number => leastMs[right] ?? 0;
    const leftAt = (right: number): number => (leastMs[length - right] ?? 0) - right * intervalMs;
    let low = 1;
    let high = length - 1;
    while (low < high) {
      const right = (low + high) >> 1;
      if (rightAt(right) >= leftAt(right)) high = right;
      else low = right + 1;
    }
    const meeting = Math.max(rightAt(low), leftAt(low));
    const before = low > 1 ? Math.max(rightAt(low - 1), leftAt(low - 1)) : Infinity;
    leastMs[length] = fixed + perElement * length + Math.min(meeting, before);
  }
  return (arrivalMs[elements - 1] ?? 0) + (leastMs[elements] ?? 0);
}

/** Widths that are told apart. */
const classes = 64;

/** Bound 5. */
function beforeEnd({ elements, elementMs, slots, combineMs: { perElement } }: Workload): number {
  if (perElement === 0 || elements < classes) return 0;
  const unit = elements / classes;
  // So fine that the last combine of any but the narrowest ranges takes a step or more.
  const stepMs = (perElement * unit) / 2;
  const steps = 5 * classes;
  const leastWork = leastWorks(elementMs, perElement, unit);
  /** By class, whose ranges are wider than `class` units and at most one unit wider; then by steps before the end. */
  const before: Float64Array[] = [];
  for (let width = 0; width < classes; width += 1) {
    const own = new Float64Array(steps + 1);
    before.push(own);
    const work = leastWork[width] ?? 0;
    for (let step = 0; step <= steps; step += 1) {
      const ms = step * stepMs;
      const lastMs = perElement * unit * width;
      const leftMs = work - slots * ms;
      own[step] = Math.max(0, leftMs, ms <= lastMs ? work - ms : divided(before, width, Math.ceil((ms - lastMs) / stepMs)));
    }
  }
  let bound = 0;
  const wholeMs = perElement * elements;
  for (let step = 0; step <= steps; step += 1) {
    const leftMs = divided(before, classes - 1, step);
    if (leftMs > 0) bound = Math.max(bound, wholeMs + step * stepMs + leftMs / slots);
  }
  return bound;
}

/** The least of what must be done before, over all divisions of a range of this class; nothing, of the narrowest. */
function divided(before: readonly Float64Array[], width: number, step: number): number {
  if (width === 0) return 0;
  let least = Infinity;
  for (let left = 0; left <= width; left += 1) {
    for (const right of [width - left, width - left - 1]) {
      if (right < 0 || right > left) continue;
      least = Math.min(least, (before[left]?.[step] ?? 0) + (before[right]?.[step] ?? 0));
    }
  }
  return least;
}

/** The least work on ranges that are so many units wide, by units: elements, and combines in the cheapest order. */
function leastWorks(elementMs: Float64Array, perElement: number, unit: number): number[] {
  const sums = new Float64Array(elementMs.length + 1);
  for (let at = 0; at < elementMs.length; at += 1) sums[at + 1] = (sums[at] ?? 0) + (elementMs[at] ?? 0);
  return Array.from({ length: classes }, (_, width) => {
    const count = Math.floor(width * unit);
    if (count === 0) return 0;
    let least = Infinity;
    for (let at = 0; at + count < sums.length; at += 1) least = Math.min(least, (sums[at + count] ?? 0) - (sums[at] ?? 0));
    return least + perElement * leastDepths(count);
  });
}

/** When each element is complete at the worker, where slots begin elements greedily in source order, and do nothing else. */
function readyInOrder({ elements, elementMs, arrivalMs, slots, latencyMs }: Workload): Float64Array {
  // When each slot comes free, as a heap.
  const free = new Float64Array(slots);
  const readyMs = new Float64Array(elements);
  for (let at = 0; at < elements; at += 1) {
    const end = Math.max(free[0] ?? 0, (arrivalMs[at] ?? 0) + 2 * latencyMs) + (elementMs[at] ?? 0);
    readyMs[at] = end;
    replaceLeast(free, end);
  }
  return readyMs;
}

/** Bound 2. */
function inOrder({ elements, latencyMs, combineMs: { fixed, perElement } }: Workload, readyMs: Float64Array): number {
  return max(readyMs) + 2 * latencyMs + (elements > 1 ? fixed + perElement * elements : 0);
}

/** For so many elements it is worked out between which neighbours ranges are best divided. */
const mostExact = 1_024;
/** For more of them, between which of so many ranges. */
const mostRanges = 512;

/** Bound 6. */
function neighbours({ elements, latencyMs, combineMs: { perElement } }: Workload, readyMs: Float64Array): number {
  if (perElement === 0) return 0;
  const ranges = elements <= mostExact ? elements : mostRanges;
  const place = (at: number): number => Math.floor((at * elements) / ranges);
  // What is left out where a division falls within a range.
  const gap = ranges < elements ? 1 : 0;
  const places = ranges + 1;
  /** By the places at which a range begins and ends; one of no width is at once. */
  const oneAt = new Float64Array(places * places);
  for (let at = 0; at < ranges; at += 1) {
    const within = readyMs.subarray(place(at), place(at + 1));
    const lastMs = within.length > 1 ? perElement * within.length : 0;
    oneAt[at * places + at + 1] = max(within) + lastMs;
  }
  for (let length = 2; length <= ranges; length += 1) {
    for (let from = 0; from + length <= ranges; from += 1) {
      const to = from + length;
      let least = Infinity;
      for (let at = from + 1 - gap; at < to; at += 1) {
        least = Math.min(least, Math.max(oneAt[from * places + at] ?? 0, oneAt[(at + gap) * places + to] ?? 0));
      }
      oneAt[from * places + to] = least + perElement * (place(to) - place(from));
    }
  }
  return (oneAt[ranges] ?? 0) + 2 * latencyMs;
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
