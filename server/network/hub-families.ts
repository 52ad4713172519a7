import { protocolVersion, type BatchLoss } from '../../src/protocol/messages.js';
import type { HubFacts } from '../core/facts.js';
import { alone, byLabel, histogramLines, type Family, type Sample } from '../../src/metrics/family.js';

/** What is told of a hub. */
export interface HubReading extends HubFacts {
  /** Bytes that have come over the network, and that went out. */
  readonly bytes: { readonly in: number; readonly out: number };
  readonly version: string;
}

/** So that each cause is there before it happens. */
const causes: readonly BatchLoss['cause'][] = ['death', 'gone', 'timeout', 'cancelled', 'returned', 'wasted'];

/** What a hub tells Prometheus. */
export function hubFamilies(reading: HubReading): Family[] {
  return [...counted(reading), ...present(reading)];
}

function counted({ tally, bytes }: HubReading): Family[] {
  const { operations, chains, lost } = tally;
  const rows = [...operations];
  const failures = rows.flatMap(([operation, { failures: codes }]): Sample[] => {
    const known = codes.size === 0 ? [['OPERATION_FAILED', 0] as const] : [...codes];
    return known.map(([code, value]) => ({ labels: { operation, code }, value }));
  });
  const queued = 'paladin_batch_queue_seconds';
  const executed = 'paladin_batch_execute_seconds';
  return [
    {
      name: 'paladin_elements_total',
      help: 'Elements that an operation was through with, failed ones included.',
      type: 'counter',
      values: rows.map(([operation, { elements }]) => ({ labels: { operation }, value: elements })),
    },
    {
      name: 'paladin_element_failures_total',
      help: 'Failures of elements, also of those that were executed again, by the code of the error.',
      type: 'counter',
      values: failures,
    },
    {
      name: 'paladin_element_retries_total',
      help: 'Elements of which an operation was begun once more after it had failed.',
      type: 'counter',
      values: rows.map(([operation, { retries }]) => ({ labels: { operation }, value: retries })),
    },
    {
      name: 'paladin_batches_total',
      help: 'Batches that were executed, by the stage chain of their job.',
      type: 'counter',
      values: [...chains].map(
        ([
          operation,
          {
            executed: { count },
          },
        ]) => ({ labels: { operation }, value: count }),
      ),
    },
    {
      name: 'paladin_batches_lost_total',
      help: 'Batches that came to nothing and were given back to their leaders, by cause.',
      type: 'counter',
      values: causes.map((cause) => ({ labels: { cause }, value: lost.get(cause) ?? 0 })),
    },
    {
      name: queued,
      help: 'How long batches waited at the hub for a worker, by the stage chain of their job.',
      type: 'histogram',
      values: [...chains].flatMap(([operation, chain]) => histogramLines(queued, { operation }, chain.queued)),
    },
    {
      name: executed,
      help: 'How long workers took to execute batches, by the stage chain of their job.',
      type: 'histogram',
      values: [...chains].flatMap(([operation, chain]) => histogramLines(executed, { operation }, chain.executed)),
    },
    {
      name: 'paladin_bytes_total',
      help: 'Bytes over all connections of the hub.',
      type: 'counter',
      values: byLabel('direction', bytes),
    },
  ];
}

function present({ slots, workers, leaders, jobs, queuedBatches, wantedSlots, version }: HubReading): Family[] {
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
      help: 'Open jobs: something of them is with workers, all of it waits for a worker, or the hub has nothing of them.',
      type: 'gauge',
      values: byLabel('state', jobs),
    },
    {
      name: 'paladin_queued_batches',
      help: 'Batches that wait at the hub for a worker.',
      type: 'gauge',
      values: alone(queuedBatches),
    },
    {
      name: 'paladin_build_info',
      help: 'The version of paladin-rx and of its protocol; always 1.',
      type: 'gauge',
      values: [{ labels: { version, protocol: protocolVersion }, value: 1 }],
    },
  ];
}
