import { maxReasonLength } from '../limits.js';

/** A reason as it may travel: its beginning, where it is too long. */
export function shortened(reason: string, length: number = maxReasonLength): string {
  return reason.length <= length ? reason : `${reason.slice(0, length - 1)}…`;
}
