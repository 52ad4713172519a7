/**
 * How a hub is, in one sentence: the most important thing that can be said of it.
 *
 * Rules, the first that holds.
 * 1. Trouble: jobs are open, and there is no worker.
 * 2. Idle: nobody is connected, or no job is open.
 * 3. Well: all else.
 */
import type { Overview } from '../../src/protocol/overview.js';
import type { HubState } from './hub-state.js';

type Verdict = Overview['verdict'];

export function verdictOf({ workers, leaders, jobs }: HubState): Verdict {
  if (workers.size === 0 && jobs.size > 0) return { state: 'trouble', text: 'jobs are open, and no worker is connected' };
  if (workers.size === 0 && leaders.size === 0) return { state: 'idle', text: 'nobody is connected' };
  if (jobs.size === 0) return { state: 'idle', text: 'no job is open' };
  return { state: 'well', text: 'jobs get on' };
}
