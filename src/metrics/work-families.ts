import { protocolVersion, type BatchLoss } from '../protocol/messages.js';
import type { WorkTally } from '../core/work-tally.js';
import { histogramLines, type Family, type Sample } from './family.js';

/** So that each cause is there before it happens. */
const causes: readonly BatchLoss['cause'][] = ['death', 'gone', 'timeout', 'cancelled', 'returned', 'wasted'];

const executedName = 'paladin_batch_execute_seconds';

/** What a hub and a worker count alike. */
export function workFamilies({ operations, chains, lost }: WorkTally): Family[] {
  const rows = [...operations];
  const failures = rows.flatMap(([operation, { failures: codes }]): Sample[] => {
    const known = codes.size === 0 ? [['OPERATION_FAILED', 0] as const] : [...codes];
    return known.map(([code, value]) => ({ labels: { operation, code }, value }));
  });
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
      help: 'Batches that came to nothing and were given back, by cause.',
      type: 'counter',
      values: causes.map((cause) => ({ labels: { cause }, value: lost.get(cause) ?? 0 })),
    },
    {
      name: executedName,
      help: 'How long batches took to be executed, by the stage chain of their job.',
      type: 'histogram',
      values: [...chains].flatMap(([operation, chain]) => histogramLines(executedName, { operation }, chain.executed)),
    },
  ];
}

export function buildInfo(version: string): Family {
  return {
    name: 'paladin_build_info',
    help: 'The version of paladin-rx and of its protocol; always 1.',
    type: 'gauge',
    values: [{ labels: { version, protocol: protocolVersion }, value: 1 }],
  };
}
