/** What a hub knows of itself for its page. What depends on the time between two looks is added in `overview-board.ts`. */
import type { Durations, JobRow, Overview, WorkerRow } from '../../src/protocol/overview.js';
import { boundsMs, type Histogram } from '../../src/core/histogram.js';
import type { ChainTally, WorkTally } from '../../src/core/work-tally.js';
import { maxNamesTallied } from '../../src/limits.js';
import { printable } from '../../src/protocol/printable.js';
import { shortened } from '../../src/protocol/shortened.js';
import { stateOfWorker } from './facts.js';
import { laneCells, maxLanes } from './doing.js';
import type { Doing } from './lanes.js';
import type { HubState } from './hub-state.js';
import { nameOfJob, nameOfPeer } from './names-of.js';
import { slotsFor, type HubJob, type HubWorker } from './records.js';
import { shownNames } from './shown-names.js';
import { firstRows, type StatusBounds } from './status.js';
import { verdictOf } from './verdict.js';
import { whyItWaits } from './why-it-waits.js';

/** All that the scheduler knows. Times in its log are those of its clock. */
export type KnownOverview = Omit<Overview, 'at' | 'version' | 'bytesPerSecond'>;

/** The time grows with workers and jobs. Its rows are bounded. */
export function overviewOf(state: HubState, now: number, { listBytes, nameChars }: StatusBounds): KnownOverview {
  const { config, leaders, workers, jobs, tally, startedAt } = state;
  let slots = 0;
  for (const worker of workers.values()) slots += worker.slots;
  const sums = sumsOf(tally);
  const names = new Names();
  const workerRows = firstRows(
    workers.values(),
    (worker) => workerRow(worker, now, names),
    listBytes + (slots > maxLanes ? 0 : mostLaneBytes),
  );
  state.pulse.look({ elements: tally.elements, ...sums }, now);
  return {
    epoch: config.epoch,
    uptimeMs: Math.max(0, now - startedAt),
    totals: { leaders: leaders.size, workers: workers.size, slots, jobs: jobs.size },
    verdict: verdictOf(state, now),
    elementsPerSecond: state.pulse.perSecond.elements,
    ...sums,
    slotTime: state.slotTime.seconds(now),
    operations: names.all,
    jobs: firstRows(jobs.values(), (job) => jobRow(job, now, nameChars), listBytes),
    workers: workerRows,
    waits: durationsOf(tally, ({ queued }) => queued),
    executions: durationsOf(tally, ({ executed }) => executed),
    log: state.happenings.rows,
  };
}

function sumsOf({ lost, operations }: WorkTally): Pick<Overview, 'lost' | 'retried' | 'failed'> {
  let retried = 0;
  let failed = 0;
  for (const { retries, failures } of operations.values()) {
    retried += retries;
    for (const count of failures.values()) failed += count;
  }
  const begunInVain = (['death', 'gone', 'wasted'] as const).reduce((sum, cause) => sum + (lost.get(cause) ?? 0), 0);
  return { lost: begunInVain, retried, failed };
}

/** Of all chains together. */
function durationsOf({ chains }: WorkTally, of: (chain: ChainTally) => Histogram): Durations {
  const counts = [...boundsMs, Infinity].map(() => 0);
  for (const chain of chains.values()) {
    of(chain).counts.forEach((count, bucket) => {
      counts[bucket] = (counts[bucket] ?? 0) + count;
    });
  }
  return { upTo: boundsMs.map((ms) => ms / 1_000), counts };
}

function jobRow(job: HubJob, now: number, nameChars: number): JobRow {
  const { id, leader, priority, queue, leases, needClass, description, progress } = job;
  const stages = shownNames(
    description.stages.map(({ operation }) => operation),
    nameChars,
  );
  return {
    jobId: id,
    name: nameOfJob(job),
    stages,
    leader: nameOfPeer(leader),
    priority,
    state: progress?.state ?? 'unknown',
    queued: queue.size,
    leased: leases.size,
    slots: slotsFor(needClass),
    taken: progress?.taken ?? 0,
    done: progress?.done ?? 0,
    failed: progress?.failed ?? 0,
    skipped: progress?.skipped ?? 0,
    retried: progress?.retried ?? 0,
    inFlight: progress?.inFlight ?? 0,
    perSecond: progress?.perSecond ?? 0,
    elapsedMs: progress?.elapsedMs ?? now - job.openedAt,
    ...(progress?.total !== undefined && { total: progress.total }),
    ...(progress?.remainingMs !== undefined && { remainingMs: progress.remainingMs }),
    // Its leader knows more of it than the hub.
    waitsFor: progress?.waitsFor === undefined ? shortened(whyItWaits(job, now)) : printable(progress.waitsFor),
  };
}

function heatOf({ heat, slotUse: { busy, starved, paused } }: HubWorker, now: number): readonly number[] {
  heat.advance(busy, busy + starved + paused, now);
  return heat.shares;
}

/** Beside the bytes of a list: what all lanes take that are kept at once. */
const mostLaneBytes = maxLanes * laneCells * 32;

/** Names that rows refer to, by their index. */
class Names {
  readonly all: string[] = [];
  readonly #indexes = new Map<string, number>();

  /** -1: none, or there are too many. */
  indexOf(name: string | undefined): number {
    if (name === undefined) return -1;
    const known = this.#indexes.get(name);
    if (known !== undefined || this.all.length >= maxNamesTallied) return known ?? -1;
    this.#indexes.set(name, this.all.push(printable(name)) - 1);
    return this.all.length - 1;
  }
}

function executingOf(doing: Doing | undefined, now: number, names: Names): WorkerRow['executing'] {
  if (doing === undefined) return [];
  const { slots, names: told } = doing.reported;
  const sinceMs = now - doing.saidAt;
  return slots.map(({ operation, forMs }) => {
    const name = told[operation];
    return { operation: names.indexOf(name), forMs: name === undefined ? 0 : Math.round(forMs + sinceMs) };
  });
}

function workerRow(worker: HubWorker, now: number, names: Names): WorkerRow {
  const { id, connection, slots, leases } = worker;
  const { doing } = connection;
  return {
    workerId: id,
    name: printable(connection.name),
    state: stateOfWorker(worker),
    slots,
    leased: leases.size,
    ...(doing?.reported.vitals !== undefined && { vitals: doing.reported.vitals }),
    executing: executingOf(doing, now, names),
    heat: heatOf(worker, now),
    lanes: (doing?.lanes ?? []).map((lane) => lane.map(({ name, busy }) => ({ operation: names.indexOf(name), busy }))),
  };
}
