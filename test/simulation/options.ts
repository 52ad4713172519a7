import type { Pieces, SchedulerLimits } from '../../server/core/scheduler-events.js';
import type { HubLimits } from '../../src/protocol/messages.js';
import type { Random } from './random.js';

/** What may go wrong. */
export const faultKinds = [
  'worker crash',
  'worker reset',
  'worker cut off',
  'worker freeze',
  'worker drain',
  'worker deploy',
  'worker break',
  'leader crash',
  'leader reset',
  'leader cut off',
  'leader freeze',
  'hub restart',
  'hub freeze',
  'clock jump',
  'pool change',
  'worker hurry',
  'odd reports',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Faults that pass soon, and through which workers live or end in good order: then nothing need be executed twice. */
const gentleFaults: readonly FaultKind[] = [
  'leader reset',
  'leader cut off',
  'hub restart',
  'worker drain',
  'pool change',
  'odd reports',
];

/** Faults that no element is suspected of: whoever is killed was told to go before. */
const blamelessFaults: readonly FaultKind[] = ['worker deploy', 'worker break', 'worker hurry', ...gentleFaults];

/** A map by its place in its chain, or the fold at its end. */
export type StageName = '0' | '1' | 'fold';

/** Pools of which none is for a whole chain of three stages, but all together are. */
const dividedPools: readonly (readonly (readonly StageName[])[])[] = [
  [['0'], ['1', 'fold']],
  [['0', '1'], ['fold']],
  [['0'], ['1'], ['fold']],
  [
    ['0', '1'],
    ['1', 'fold'],
  ],
];

/** Everything about a run that is not left to its random numbers; times in virtual milliseconds. */
export interface SimulationOptions {
  readonly leaders: number;
  readonly jobsPerLeader: number;
  readonly workers: number;
  readonly mostSlots: number;
  /** The longest that a message travels. */
  readonly latencyMs: number;
  readonly bytesPerMs: number;
  /** Which part of messages is delivered twice. */
  readonly duplicates: number;
  /** How long acknowledgements are kept back, while others overtake them. */
  readonly laterMs: number;
  /** How late timers may be. */
  readonly latestWakeMs: number;
  readonly faults: readonly FaultKind[];
  /** About how often; after `faultsUntilMs` they stop, and everything must come to an end. */
  readonly faultEveryMs: number;
  readonly faultsUntilMs: number;
  /** The longest that a fault lasts. */
  readonly faultMs: number;
  /** What an element takes as a rule; some take fifty times as long. */
  readonly elementMs: number;
  /** Whether some elements take a minute. */
  readonly veryLong: boolean;
  /** Whether some elements wait for another job of their leader (`context.run`); never where limits could keep that one back. */
  readonly nests: boolean;
  /** Whether elements may kill their thread or worker, hang, or be too large. */
  readonly deadly: boolean;
  readonly mostElements: number;
  /** What kinds of workers offer which stages, beside those that offer all; none: all workers offer everything. */
  readonly pools: readonly (readonly StageName[])[];
  readonly limits: SimulatedLimits;
  /** How much the hub does of a change of offers in one event. */
  readonly pieces: Pieces;
}

/** The limits of the hub that differ from run to run. */
export type SimulatedLimits = HubLimits & Pick<SchedulerLimits, 'maxUnacknowledgedPerLeader' | 'maxDescriptionBytesPerWorker'>;

/** The options of a seed's run. */
export function optionsOf(random: Random): SimulationOptions {
  const gentle = random.chance(0.3);
  const kinds = gentle ? gentleFaults : random.chance(0.15) ? blamelessFaults : faultKinds;
  const faults = random.chance(0.15) ? [] : kinds.filter(() => random.chance(0.5));
  const patient = random.chance(0.2);
  const nests = random.chance(0.25);
  const maxJobsPerLeader = nests ? 100 : random.pick([100, 100, 1, 2]);
  return {
    leaders: random.int(1, 3),
    jobsPerLeader: random.pick([1, 1, 2, 4, 8]),
    workers: random.int(1, 5),
    mostSlots: random.pick([1, 4]),
    latencyMs: random.pick([0, 1, 20]),
    bytesPerMs: random.pick([1_000_000, 1_000_000, 50]),
    duplicates: random.pick([0, 0, 0.05]),
    laterMs: random.pick([0, 20, 100]),
    latestWakeMs: random.pick([0, 0, 200]),
    faults,
    faultEveryMs: patient ? 1_500 : random.pick([100, 400, 1_500]),
    faultsUntilMs: patient ? 40_000 : 3_000,
    faultMs: gentle ? 400 : patient ? 15_000 : random.pick([300, 2_000]),
    elementMs: random.pick([0.01, 1, 30]),
    veryLong: random.chance(0.1),
    nests,
    deadly: !gentle && random.chance(0.5),
    mostElements: random.pick([40, 40, 400]),
    pools: random.chance(0.3) ? random.pick(dividedPools) : [],
    limits: {
      maxPayloadBytes: random.pick([2 ** 25, 2 ** 25, 10_000]),
      maxJobsPerLeader,
      // What a hub gets at once that stood still, or by a clock that jumps, comes faster than it was sent: all that is open, and
      // what has ended.
      maxJobsOpenedPerSecond:
        maxJobsPerLeader < 100 && (faults.includes('hub freeze') || faults.includes('clock jump'))
          ? 10_000
          : random.pick([10_000, 10_000, 4]),
      maxBatchesPerLeader: nests ? 10_000 : random.pick([10_000, 10_000, 1, 5]),
      maxBytesPerLeader: nests ? 2 ** 28 : random.pick([2 ** 28, 2 ** 28, 20_000]),
      // Some two jobs.
      maxDescriptionBytesPerLeader: nests ? 2 ** 28 : random.pick([2 ** 28, 2 ** 28, 9_000]),
      maxUnacknowledgedPerLeader: random.pick([10_000, 10_000, 2, 10]),
      // Some two jobs, or fewer than one.
      maxDescriptionBytesPerWorker: random.pick([2 ** 26, 10_000, 100]),
    },
    pieces: { told: random.pick([100, 1, 2]), fitted: random.pick([100, 1, 3]), lost: random.pick([100, 1, 2]) },
  };
}

/** Whether no element is to be suspected that does not kill by itself. */
export function isBlameless({ faults }: Pick<SimulationOptions, 'faults'>): boolean {
  return faults.every((fault) => blamelessFaults.includes(fault));
}

/** Faults that a worker and the hub live through. */
export const survivable: readonly FaultKind[] = [
  'worker reset',
  'worker cut off',
  'worker freeze',
  'leader reset',
  'leader cut off',
];

/**
 * Whether there is one worker, which lives through everything: what it executes and keeps is used, and nothing is executed
 * elsewhere.
 */
export function outlivesAll({ workers, faults, deadly, pools }: SimulationOptions): boolean {
  return workers === 1 && pools.length === 0 && !deadly && faults.every((fault) => survivable.includes(fault));
}

/** Whether nothing need be executed twice. */
export function isGentle({ faults, deadly }: SimulationOptions): boolean {
  return !deadly && faults.every((fault) => gentleFaults.includes(fault));
}
