import type { Clock } from './drive.js';
import { afterThis } from './next-turn.js';
import { keepTurning } from './real-time.js';
import { Timer } from './timer.js';

/** The time of a hub, its workers and a leader in one process: what comes next, and when deadlines come. */
export interface Time {
  /** Calls back once what runs now has ended. */
  readonly afterThis: (call: () => void) => void;
  /** Keeps the event loop turning for as long as it is wanted. */
  readonly keepTurning: (isWanted: () => boolean) => void;
  /** @param due is called at the clock's deadline */
  readonly clock: (due: () => void) => Clock;
}

/** The time of programs. */
export const ordinaryTime: Time = { afterThis, keepTurning, clock: (due) => new Timer(due) };
