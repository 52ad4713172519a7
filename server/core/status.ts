/** Makes the status of a hub, in rows that are bounded whatever names peers have. */
import type { HubStatus } from '../../src/protocol/hub-status.js';
import type { Offers, ReportedProgress } from '../../src/protocol/messages.js';
import { printable } from '../../src/protocol/printable.js';
import { shortened } from '../../src/protocol/shortened.js';
import { utf8Of } from '../../src/wire/utf8.js';
import type { HubState } from './hub-state.js';
import { shownNames } from './shown-names.js';
import { slotsFor, type HubJob, type HubLeader, type HubWorker, type Lease } from './records.js';
import type { OperationTally } from '../../src/core/work-tally.js';
import { verdictOf } from './verdict.js';
import { whyItWaits } from './why-it-waits.js';

/** How much is told. */
export interface StatusBounds {
  /** Bytes of JSON of each list. Names of other than plain letters take more bytes, and longer to make. */
  readonly listBytes: number;
  /** Characters of names in a row, of each kind. */
  readonly nameChars: number;
}

/**
 * What observers are told: some hundreds of leaders and workers, and a thousand jobs. To make it takes the hub some milliseconds.
 */
export const forObservers: StatusBounds = { listBytes: 128 * 1024, nameChars: 1_000 };

/** What the page is told: a thousand workers and more, whatever each executes. */
export const forThePage: StatusBounds = { listBytes: 1024 ** 2, nameChars: 1_000 };

/** What the program of a hub is told. */
const unbounded: StatusBounds = { listBytes: Infinity, nameChars: Infinity };

/** What the hub holds and has done. */
export function statusOf(state: HubState, now: number, { listBytes, nameChars }: StatusBounds = unbounded): HubStatus {
  const { config, leaders, workers, jobs, counters, startedAt } = state;
  let slots = 0;
  for (const worker of workers.values()) slots += worker.slots;
  return {
    epoch: config.epoch,
    uptimeMs: Math.max(0, now - startedAt),
    verdict: verdictOf(state, now),
    totals: { leaders: leaders.size, workers: workers.size, slots, jobs: jobs.size },
    leaders: firstRows(leaders.values(), leaderStatus, listBytes),
    workers: firstRows(workers.values(), (worker) => workerStatus(worker, now, nameChars), listBytes),
    jobs: firstRows(jobs.values(), (job) => jobStatus(job, now, nameChars), listBytes),
    operations: firstRows(state.tally.operations, operationStatus, listBytes),
    counters: { ...counters },
  };
}

/** The rows of the first, as many as fit. */
export function firstRows<T, Row>(all: Iterable<T>, rowOf: (each: T) => Row, mostBytes: number): Row[] {
  const rows: Row[] = [];
  let bytes = 0;
  for (const each of all) {
    const row = rowOf(each);
    if (mostBytes < Infinity) bytes += utf8Of(JSON.stringify(row)).byteLength;
    if (bytes > mostBytes) break;
    rows.push(row);
  }
  return rows;
}

function leaderStatus({ id, jobs, connected, connection: { name } }: HubLeader): HubStatus['leaders'][number] {
  return { leaderId: id, name, jobs: jobs.size, away: !connected };
}

function workerStatus(worker: HubWorker, now: number, nameChars: number): HubStatus['workers'][number] {
  const { id, slots, leases, ending, draining, connected, connection, offers } = worker;
  return {
    workerId: id,
    name: connection.name,
    slots,
    leased: leases.size,
    ending: ending.size,
    draining,
    away: !connected,
    offers: shownOffers(offers, nameChars),
    oldest: oldestOf(worker, now, nameChars),
    ...doingStatus(worker, now),
  };
}

/** What it says of itself. Its texts are its own. */
function doingStatus(
  { connection: { doing } }: HubWorker,
  now: number,
): Pick<HubStatus['workers'][number], 'executing' | 'vitals'> {
  if (doing === undefined) return {};
  const { names, slots, vitals } = doing.reported;
  const executing = slots.flatMap(({ operation, forMs }) => {
    const name = names[operation];
    return name === undefined ? [] : [{ operation: printable(name), forMs: Math.round(forMs + now - doing.saidAt) }];
  });
  return { executing, ...(vitals !== undefined && { vitals }) };
}

/** How many of a worker's batches are shown. */
const mostShown = 3;

function oldestOf({ leases }: HubWorker, now: number, nameChars: number): HubStatus['workers'][number]['oldest'] {
  const oldest: Lease[] = [];
  // They stand in the order in which they were given.
  for (const lease of leases) {
    if (oldest.length === mostShown) break;
    oldest.push(lease);
  }
  return oldest.map(({ job, givenAt }) => ({ jobId: job.id, stages: shownStages(job, nameChars), forMs: now - givenAt }));
}

function operationStatus([name, { elements, failures, retries }]: [string, OperationTally]): HubStatus['operations'][number] {
  let failed = 0;
  for (const count of failures.values()) failed += count;
  return { name: printable(name), elements, failures: failed, retries };
}

function shownStages({ description }: HubJob, nameChars: number): string[] {
  const names = description.stages.map(({ operation }) => operation);
  return shownNames(names, nameChars);
}

function shownOffers({ operations, serializers, labels }: Offers, nameChars: number): Offers {
  return {
    operations: shownNames(operations, nameChars),
    serializers: shownNames(serializers, nameChars),
    labels: shownNames(labels, nameChars),
  };
}

/** Its texts are its leader's. */
function shownProgress({ name, waitsFor, ...counts }: ReportedProgress): ReportedProgress {
  return { ...counts, name: printable(name), ...(waitsFor !== undefined && { waitsFor: printable(waitsFor) }) };
}

function jobStatus(job: HubJob, now: number, nameChars: number): HubStatus['jobs'][number] {
  const { id, priority, queue, leases, answered, needClass, progress } = job;
  return {
    jobId: id,
    stages: shownStages(job, nameChars),
    priority,
    queued: queue.size,
    leased: leases.size,
    unacknowledged: answered.size,
    slots: slotsFor(needClass),
    waitsFor: shortened(whyItWaits(job, now)),
    ...(progress && { progress: shownProgress(progress) }),
  };
}
