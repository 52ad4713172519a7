/**
 * Where a chain is divided that no worker can execute all of.
 *
 * Rules.
 * 1. A part needs a worker that offers all of its operations, and the labels and the serializer of the job, and that takes
 *    batches.
 * 2. There are as few parts as possible. Among the divisions into so many parts, the one is chosen whose scarcest part has the
 *    most slots.
 * 3. The leader gets back what it has queued. So nothing of the whole chain is given out while parts of it may be executed
 *    instead.
 */
import { maxDivisionClasses, maxDivisionStages } from '../../src/limits.js';
import type { StageDescription } from '../../src/protocol/messages.js';
import { satisfies, type Needs } from './matching.js';
import type { OfferClass } from './records.js';

/** Whether each of the operations is offered by some worker that offers all else that is needed. */
export function isDivisible(needs: Needs, offerClasses: Iterable<OfferClass>): boolean {
  if (needs.operations.length < 2) return false;
  const taking = takingOf(needs, offerClasses);
  return needs.operations.every((operation) => taking.some(({ offered }) => offered.operations.has(operation)));
}

/** How many stages the first part has. */
export function divideAt(stages: readonly StageDescription[], needs: Needs, offerClasses: Iterable<OfferClass>): number {
  const classes = takingOf(needs, offerClasses).map(({ slots, offered }) => ({
    slots,
    reach: reachOf(stages, offered.operations),
  }));
  // The time to compare all divisions grows with the square of the number of stages.
  if (stages.length > maxDivisionStages || classes.length > maxDivisionClasses) {
    return Math.max(0, ...classes.map(({ reach }) => reach[0] ?? 0));
  }
  return bestDivision(stages.length, (from, to) =>
    classes.reduce((sum, { slots, reach }) => ((reach[from] ?? 0) >= to ? sum + slots : sum), 0),
  );
}

function takingOf(needs: Needs, offerClasses: Iterable<OfferClass>): OfferClass[] {
  const others = { ...needs, operations: [] };
  return [...offerClasses].filter(({ slots, offered }) => slots > 0 && satisfies(offered, others));
}

/** For each stage: the first stage from it on that is not on offer. */
function reachOf(stages: readonly StageDescription[], operations: OfferClass['offered']['operations']): number[] {
  const reach: number[] = [];
  for (let at = stages.length - 1; at >= 0; at -= 1) {
    const stage = stages[at];
    const isOffered = stage !== undefined && operations.has(`${stage.operation}@${stage.version}`);
    // The next one, where it is not on offer, reaches no further than to itself.
    reach[at] = isOffered ? (reach[at + 1] ?? at + 1) : at;
  }
  return reach;
}

/** @param slotsOf how many slots there are for these stages, `to` excluded */
function bestDivision(count: number, slotsOf: (from: number, to: number) => number): number {
  /** The best division of the stages from each one on. */
  const best: { parts: number; slots: number; next: number }[] = [];
  best[count] = { parts: 0, slots: Infinity, next: count };
  for (let from = count - 1; from >= 0; from -= 1) {
    let chosen = { parts: Infinity, slots: 0, next: from };
    for (let to = count; to > from; to -= 1) {
      const rest = best[to];
      const own = slotsOf(from, to);
      if (rest === undefined || own === 0) continue;
      const parts = rest.parts + 1;
      const slots = Math.min(own, rest.slots);
      if (parts < chosen.parts || (parts === chosen.parts && slots > chosen.slots)) chosen = { parts, slots, next: to };
    }
    best[from] = chosen;
  }
  return best[0]?.next ?? 0;
}
