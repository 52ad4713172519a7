import type { HowFar } from '../executor/executor.js';
import type { BatchLoss } from '../protocol/messages.js';

/** What the hub is told of a batch that a worker hands back in the midst of it. Units that were not begun were not tried. */
export function handedBack(loss: BatchLoss, howFar: HowFar): BatchLoss {
  if (howFar === 'unbegun') return { ...loss, cause: 'returned' };
  return howFar === undefined ? loss : { ...loss, ...howFar };
}
