import type { StageDescription } from '../../src/protocol/messages.js';
import { isOffered, satisfies, type Needs } from './matching.js';
import type { OfferClass } from './records.js';

/** Whether each of the operations is offered by some worker that offers all else that is needed. */
export function isDivisible(needs: Needs, offerClasses: Iterable<OfferClass>): boolean {
  if (needs.operations.length < 2) return false;
  const taking = [...offerClasses].filter(({ slots, offered }) => slots > 0 && satisfies(offered, { ...needs, operations: [] }));
  return needs.operations.every((operation) => taking.some(({ offered }) => isOffered(offered, 'operations', operation)));
}

/** How many stages one worker can execute from the first on, of a chain that no worker can execute all of. */
export function divideAt(stages: readonly StageDescription[], needs: Needs, offerClasses: Iterable<OfferClass>): number {
  let longest = 0;
  for (const { slots, offered } of offerClasses) {
    if (slots === 0 || !satisfies(offered, { ...needs, operations: [] })) continue;
    const unknown = stages.findIndex(({ operation, version }) => !isOffered(offered, 'operations', `${operation}@${version}`));
    longest = Math.max(longest, unknown === -1 ? stages.length : unknown);
  }
  return longest;
}
