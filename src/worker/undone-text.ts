import type { Undone } from '../core/worker-session-events.js';

/** What a worker leaves undone, for people. */
export function undoneText({ batches, results }: Undone): string {
  return `unfinished batches: ${batches}, results not handed in: ${results}`;
}
