import { maxReasonLength } from '../limits.js';

/** A reason that may travel: of a reason that is too long, the beginning. */
export function shortened(reason: string, length: number = maxReasonLength): string {
  return reason.length <= length ? reason : `${reason.slice(0, length - 1)}…`;
}
