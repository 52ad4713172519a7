import type { BatchLoss } from '../protocol/messages.js';
import type { ThreadDeath } from './thread-link.js';
import type { ThreadEnd } from './thread-life.js';
import type { Origin } from './thread-messages.js';

/** What a thread had to do when it died. */
export interface LastBatch {
  readonly number: number;
  /** What it was executing, for people. */
  readonly place: string;
}

/** What a thread died of. */
export interface Blame {
  /** What happened, for example `it exited with code 3 while …`. */
  readonly why: string;
  readonly fault: Extract<ThreadEnd, { type: 'died' }>['fault'];
  /** What the death means for the batch that it had to do. */
  readonly loss: Pick<BatchLoss, 'cause' | 'reason'>;
}

/**
 * Judges a death of a thread that was ready.
 *
 * @param last what it had to do; undefined: it was idle
 * @param batches how many batches it was given
 */
export function judgeDeath({ how, origin, executing }: ThreadDeath, last: LastBatch | undefined, batches: number): Blame {
  // It may have died of an earlier batch before it began this one.
  const isBegun = last !== undefined && (executing ?? last.number) === last.number;
  const isInnocent = !isBegun || (origin !== undefined && origin !== last.number);
  const doing = isBegun ? `while it was executing ${last.place}` : 'while it was idle';
  // A thread that has executed nothing cannot have died of anything else than its modules.
  const hasBegun = isBegun || batches > (last === undefined ? 0 : 1);
  return {
    why: `it ${how}, ${doing}${isInnocent ? blame(origin) : ''}`,
    fault: !hasBegun || origin === 'modules' ? 'modules' : typeof origin === 'number' ? 'batch' : 'unknown',
    loss: isInnocent
      ? { cause: isBegun ? 'wasted' : 'returned', reason: `its thread ${how}${blame(origin)}` }
      : { cause: 'death', reason: `while it was executing, its thread ${how}` },
  };
}

/** Whose doing the death of a thread is, if it is not what the thread executes. */
function blame(origin: Origin | undefined): string {
  switch (origin) {
    case undefined:
      return '';
    case 'modules':
      return '; that began when its modules were loaded';
    case 'before':
      return '; that began before what it was executing';
    case 'untold':
      return '; it cannot be told what began that';
    default:
      return '; that was left behind by an earlier batch';
  }
}
