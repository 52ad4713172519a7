import { maxReasonLength } from '../limits.js';

/** A reason as it may travel: its beginning, where it is too long. */
export function shortened(reason: string): string {
  return reason.length <= maxReasonLength ? reason : `${reason.slice(0, maxReasonLength - 1)}…`;
}
