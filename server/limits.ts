/** Everything that a hub admits, in one place. Each can be set by an option of `startHub` and a flag of `paladin hub`. */
import { PaladinError } from '../src/errors/paladin-error.js';
import {
  defaultMaxBatchesPerLeader,
  defaultMaxBytesPerLeader,
  defaultMaxJobsPerLeader,
  defaultMaxPayloadBytes,
  maxSentLater,
  maxSlots,
} from '../src/limits.js';
import type { SchedulerLimits } from './core/scheduler-events.js';
import { describe } from '../src/errors/describe.js';

/**
 * What a hub admits. A peer that goes beyond a limit is told which one and how much it is, with `LIMIT_EXCEEDED`. Each limit is a
 * whole number from 1 to 2^53 - 1, where it says nothing else.
 */
export interface Limits extends SchedulerLimits {
  /** Connections at once, of all kinds. Default 10,000. */
  readonly maxConnections: number;
  /** Connections at once from one address, or from one /64 of IPv6, all of whose addresses one host may have. Default 1,024. */
  readonly maxConnectionsPerAddress: number;
  /** How long a connection may take to say who it is, in milliseconds: from 1 to 600,000. Default 5,000. */
  readonly authenticateWithinMs: number;
  /**
   * How long each further MiB of a message in parts, or the rest of it, may take, in milliseconds: from 1 to 600,000. Default
   * 30,000.
   */
  readonly partsWithinMs: number;
  /** Bytes that may wait for one peer to read them. Default 256 MiB. */
  readonly maxUnreadBytes: number;
  /**
   * Bytes that may wait for all peers together to read them. Beyond half of the limit, peers with more than half of an equal
   * share are given nothing more. Beyond the limit, the peers for which most waits lose their connections. Default 1 GiB.
   */
  readonly maxAllUnreadBytes: number;
}

/** The defaults, each with its reason. */
export const defaultLimits: Limits = {
  // Some 50 KB each: half a gigabyte, where a leader or worker is a process and a page a visitor.
  maxConnections: 10_000,
  // A thousand workers behind one address, and their leaders; a tenth of all, so that one address cannot shut out the others.
  maxConnectionsPerAddress: 1_024,
  // A handshake takes two trips; the rest is for a hub, or whoever it asks, that is busy.
  authenticateWithinMs: 5_000,
  maxPayloadBytes: defaultMaxPayloadBytes,
  maxJobsPerLeader: defaultMaxJobsPerLeader,
  // Twice what one leader can do by `runtime.run` with options, which opens a job for each value. Leaders open half as many (see
  // `OpeningPace`). As many more may come at once as a leader may have open: what stood still delivers them so.
  maxJobsOpenedPerSecond: 10_000,
  maxBatchesPerLeader: defaultMaxBatchesPerLeader,
  maxBytesPerLeader: defaultMaxBytesPerLeader,
  // Eight jobs with arguments as large as may be, or many with what arguments usually are.
  maxDescriptionBytesPerLeader: defaultMaxBytesPerLeader,
  // Two jobs with arguments as large as may be. Each thread of a worker has them once more, decoded.
  maxDescriptionBytesPerWorker: 2 * defaultMaxPayloadBytes,
  // As eight leaders may have that use their limits to the full; payloads are outside of the heap of the process.
  maxBytes: 2 * 1024 ** 3,
  // The batches of sixteen leaders that use their limits to the full. They are in the heap; with its slack they come to 220 MB
  // (measured).
  maxRecordBytes: 128 * 1024 ** 2,
  // Leaders acknowledge within moments: four times what they may have under way is out of the question.
  maxUnacknowledgedPerLeader: 4 * defaultMaxBatchesPerLeader,
  // At a thirtieth of the slowest link that values are meant for, 1 MB/s.
  partsWithinMs: 30_000,
  // As much as a leader may have at the hub, coming back.
  maxUnreadBytes: defaultMaxBytesPerLeader,
  // As four leaders may have that come back, or sixty-four that are congested; half of what all may have at the hub.
  maxAllUnreadBytes: 1024 ** 3,
  // A thread each on the largest machines, and room for those that wait.
  maxSlotsPerWorker: 4_096,
  // More than any program defines.
  maxOperationsPerWorker: 1_000,
  // A worker offers when it comes, and when its operations change; every leader that finds none is told of it.
  maxOffersPerSecond: 20,
};

/** What waits in memory for whoever reads what a hub or worker prints: some thousand lines. More is dropped. */
export const maxUnwrittenBytes: number = 1024 ** 2;

/** How long the end of a program waits for whoever reads it: half of what those who end it should wait for. */
export const exitFlushMs = 1_000;

/** How often a hub looks whether it has file descriptors left: soon enough for who wonders, and too seldom to cost anything. */
export const descriptorsLookMs = 1_000;

/**
 * How many may watch the hub's page at once: all who look after a cluster. Each may have a line in memory that it has not read,
 * some hundreds of KB.
 */
export const maxWatchers = 50;

/** How often those who watch are told how things are, in milliseconds: as often as people read numbers that change. */
export const overviewEveryMs = 1_000;

/** When to answer who asks once how things are: when leaders and workers have said how they are since somebody looks. */
export const onceAfterMs = 900;

/** Who has not read for so long is cut off: a page that is hidden is slow, and back within moments. */
export const unreadWatcherMs = 30_000;

/** The least that anything can be limited to, where that is not 1. */
const least: Partial<Record<keyof Limits, number>> = {
  // Leaders keep some of them back, on purpose, and others are on their way.
  maxUnacknowledgedPerLeader: 4 * maxSentLater,
};

/** The most that anything can be limited to. */
const most: Partial<Record<keyof Limits, number>> = {
  maxPayloadBytes: 2 ** 31,
  maxSlotsPerWorker: maxSlots,
  // Without an end, strangers could hold connections and memory for ever.
  authenticateWithinMs: 600_000,
  partsWithinMs: 600_000,
};

/** The {@link Limits} as options. A limit that is not given, or undefined, is the default. */
export type LimitOptions = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/** The names of all limits. */
// The keys of the object are those of its type.
export const limitNames = Object.keys(defaultLimits) as readonly (keyof Limits)[];

/** The range of a limit. */
export function rangeOf(name: keyof Limits): { readonly least: number; readonly most: number } {
  return { least: least[name] ?? 1, most: most[name] ?? Number.MAX_SAFE_INTEGER };
}

/**
 * The limits that were given, and the defaults for the others.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when one is not a whole number in its range
 */
export function limitsFrom(where: string, given: LimitOptions, defaults: Limits = defaultLimits): Limits {
  const limits = { ...defaults };
  for (const name of limitNames) {
    const value = given[name];
    if (value === undefined) continue;
    const range = rangeOf(name);
    if (!Number.isSafeInteger(value) || value < range.least || value > range.most) {
      const expected = `expected ${name} to be a whole number from ${range.least} to ${range.most}`;
      throw new PaladinError('INVALID_INPUT', `${where}: ${expected}, got ${describe(value)}`);
    }
    limits[name] = value;
  }
  // A batch of the largest size must find room beside the one that is being executed.
  return { ...limits, maxBytesPerLeader: Math.max(limits.maxBytesPerLeader, 2 * limits.maxPayloadBytes) };
}
