import type { HubFacts } from '../core/facts.js';
import { alone, byLabel, histogramLines, type Family } from '../../src/metrics/family.js';
import { buildInfo, workFamilies } from '../../src/metrics/work-families.js';

/** What is told of a hub. */
export interface HubReading extends HubFacts {
  /** Bytes that have come over the network, and that went out. */
  readonly bytes: { readonly in: number; readonly out: number };
  readonly version: string;
}

const queuedName = 'paladin_batch_queue_seconds';

/** What a hub tells Prometheus. */
export function hubFamilies(reading: HubReading): Family[] {
  return [...workFamilies(reading.tally), ...counted(reading), ...present(reading), buildInfo(reading.version)];
}

/** What a hub counts, and a worker does not. */
function counted({ tally: { operations, chains }, bytes }: HubReading): Family[] {
  return [
    {
      name: 'paladin_element_retries_total',
      help: 'Elements of which an operation was begun once more, after it had failed or a worker was lost.',
      type: 'counter',
      values: [...operations].map(([operation, { retries }]) => ({ labels: { operation }, value: retries })),
    },
    {
      name: queuedName,
      help: 'How long batches waited at the hub for a worker, by the stage chain of their job.',
      type: 'histogram',
      values: [...chains].flatMap(([operation, chain]) => histogramLines(queuedName, { operation }, chain.queued)),
    },
    {
      name: 'paladin_bytes_total',
      help: 'Bytes over all connections of the hub.',
      type: 'counter',
      values: byLabel('direction', bytes),
    },
  ];
}

function present({ slots, workers, leaders, jobs, queuedBatches, wantedSlots, oldestSeconds }: HubReading): Family[] {
  return [
    {
      name: 'paladin_slots',
      help: 'Slots of workers: with a batch, free, or paused since their worker is given nothing now.',
      type: 'gauge',
      values: byLabel('state', slots),
    },
    {
      name: 'paladin_wanted_slots',
      help: 'How many slots would have something to execute if there were that many, by stage chain.',
      type: 'gauge',
      values: [...wantedSlots].map(([operation, value]) => ({ labels: { operation }, value })),
    },
    {
      name: 'paladin_oldest_batch_seconds',
      help: 'For how long a worker has had the batch that it has had longest, by stage chain: an element that does not end shows here.',
      type: 'gauge',
      values: [...oldestSeconds].map(([operation, value]) => ({ labels: { operation }, value })),
    },
    {
      name: 'paladin_workers',
      help: 'Workers that are here, that drain, or whose connection is lost and that are waited for.',
      type: 'gauge',
      values: byLabel('state', workers),
    },
    {
      name: 'paladin_leaders',
      help: 'Leaders that are here, or whose connection is lost and that are waited for.',
      type: 'gauge',
      values: byLabel('state', leaders),
    },
    {
      name: 'paladin_jobs',
      help: 'Open jobs: something of them is with workers, waits for one, waits and no worker offers it, or the hub has nothing of them.',
      type: 'gauge',
      values: byLabel('state', jobs),
    },
    {
      name: 'paladin_queued_batches',
      help: 'Batches that wait at the hub for a worker.',
      type: 'gauge',
      values: alone(queuedBatches),
    },
  ];
}
