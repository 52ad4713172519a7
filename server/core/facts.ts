import { maxNamesTallied } from '../../src/limits.js';
import type { HubState } from './hub-state.js';
import { oldestLease } from './oldest-lease.js';
import { slotsFor, type HubWorker } from './records.js';
import { nameOfChain, otherNames, type WorkTally } from '../../src/core/work-tally.js';

/** What a hub has counted, and what there is now, in numbers. */
export interface HubFacts {
  readonly tally: WorkTally;
  /** Slots with a batch, without one, and of workers that are given nothing now. */
  readonly slots: { readonly busy: number; readonly free: number; readonly paused: number };
  /** Workers that are there, that take no more batches, and that are waited for. */
  readonly workers: { readonly here: number; readonly draining: number; readonly away: number };
  readonly leaders: { readonly here: number; readonly away: number };
  /** Jobs of which something is with workers, or waits, or waits and has no slot; and those of which there is nothing. */
  readonly jobs: { readonly running: number; readonly queued: number; readonly unserved: number; readonly idle: number };
  readonly queuedBatches: number;
  /** By chain: how many slots would have something to execute, if there were that many. */
  readonly wantedSlots: ReadonlyMap<string, number>;
  /** By chain: for how long a worker has had what it has had longest, in seconds. */
  readonly oldestSeconds: ReadonlyMap<string, number>;
}

/** The time grows with workers and jobs. */
export function hubFactsOf({ tally, slotTime, workers, leaders, awayLeaders, jobs }: HubState, now: number): HubFacts {
  const { busy, starved: free, paused } = slotTime.now;
  const counted = { here: 0, draining: 0, away: 0 };
  for (const worker of workers.values()) {
    counted[stateOfWorker(worker)] += 1;
  }
  const ofJobs = { running: 0, queued: 0, unserved: 0, idle: 0 };
  const oldestSeconds = new Map<string, number>();
  const wantedSlots = new Map<string, number>();
  for (const name of tally.chains.keys()) wantedSlots.set(name, 0);
  const mostRows = wantedSlots.size + maxNamesTallied;
  let queuedBatches = 0;
  for (const name of tally.chains.keys()) oldestSeconds.set(name, 0);
  for (const job of jobs.values()) {
    const { queue, leases, description, needClass } = job;
    queuedBatches += queue.size;
    if (leases.size > 0) ofJobs.running += 1;
    else if (queue.size === 0) ofJobs.idle += 1;
    else if (slotsFor(needClass) === 0) ofJobs.unserved += 1;
    else ofJobs.queued += 1;
    const name = nameOfChain(description.stages);
    const row = wantedSlots.has(name) || wantedSlots.size < mostRows ? name : otherNames;
    wantedSlots.set(row, (wantedSlots.get(row) ?? 0) + queue.size + leases.size);
    const heldMs = now - (oldestLease(job)?.givenAt ?? now);
    oldestSeconds.set(row, Math.max(oldestSeconds.get(row) ?? 0, heldMs / 1_000));
  }
  return {
    tally,
    slots: { busy, free, paused },
    workers: counted,
    leaders: { here: leaders.size - awayLeaders.size, away: awayLeaders.size },
    jobs: ofJobs,
    queuedBatches,
    wantedSlots,
    oldestSeconds,
  };
}

/** What a worker is to be given: anything, nothing more, or nothing until it is back. */
export function stateOfWorker({ connected, draining }: HubWorker): 'here' | 'draining' | 'away' {
  if (!connected) return 'away';
  return draining ? 'draining' : 'here';
}
