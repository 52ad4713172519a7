import { askAfterMs } from '../simulated-leader.js';
import { fail, waitsInVain, type Checker } from './checker.js';

/**
 * A job that the code of an operation runs while none executes there ends with `NO_WORKER` only when others have all slots for
 * it, and none of these was given anything for as long as a leader waits before it asks. No other job does (`right-end`), and no
 * leader warns twice.
 *
 * What the hub says is compared with what it was seen to give out, by its own clock, and with what workers have. A slot that is
 * free may be withheld from what is suspect.
 */
export const waitsOnlyInVain: Checker = ({ outcomes, cluster }) => {
  const { mistakes } = cluster.hub.waits;
  if (mistakes[0] !== undefined) fail(mistakes[0]);
  for (const { jobId, leader, ...outcome } of outcomes) {
    if (!waitsInVain(outcome)) continue;
    const stillMs = cluster.hub.waits.longestMs(leader.id);
    if (stillMs < askAfterMs) fail(`job ${jobId} ended for want of slots that were given out ${stillMs} ms before`);
  }
  for (const { id, warnings } of cluster.leaders.map(({ guest }) => guest)) {
    if (warnings > 1) fail(`leader ${id} has warned ${warnings} times`);
  }
};
