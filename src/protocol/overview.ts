/** What a hub tells its page, once a second: all that the page shows. */

/** How many slots did what, on average over a second. Together they are all slots there were. */
export interface SlotSecond {
  /** Which second of the hub's life it was, from 0. */
  readonly second: number;
  /** They executed something. */
  readonly executing: number;
  /** They had a batch that was on its way to them, or whose answer was on its way back. */
  readonly onTheWay: number;
  /** They had nothing to do: nothing was queued that they can execute. */
  readonly starved: number;
  /** They are given nothing now: their worker drains, is away, or does not keep up. */
  readonly paused: number;
}

/** An open job. */
export interface JobRow {
  readonly jobId: string;
  /** Its name for people; where it has none, the names of its operations. */
  readonly name: string;
  /** The name of the operation of each stage. */
  readonly stages: readonly string[];
  /** Who leads it, for people. */
  readonly leader: string;
  /** From -10 to 10. */
  readonly priority: number;
  /** `unknown`: its leader has said nothing yet. */
  readonly state: 'running' | 'waiting' | 'paused' | 'unknown';
  /** How many batches wait at the hub, and how many workers have. */
  readonly queued: number;
  readonly leased: number;
  /** How many slots there are for it. */
  readonly slots: number;
  /** Elements, as its leader counts them; 0 where it has said nothing yet. */
  readonly taken: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly retried: number;
  readonly inFlight: number;
  readonly perSecond: number;
  readonly elapsedMs: number;
  /** How many elements there are in all; absent: unknown. */
  readonly total?: number;
  readonly remainingMs?: { readonly least: number; readonly most: number };
  /** Why it does not get on, in one sentence; empty where it does. */
  readonly waitsFor: string;
}

/** How a hub is. */
export interface Verdict {
  /** Whether somebody should look: at `attention` soon, at `trouble` now. */
  readonly state: 'idle' | 'well' | 'attention' | 'trouble';
  /** The most important thing that can be said of it: one sentence without a full stop, of at most 600 characters. */
  readonly text: string;
}

/** What a worker says of itself. */
export interface Vitals {
  /** The longest that its event loop was late, lately, in milliseconds. */
  readonly loopDelayMs: number;
  /** Processor time that its process takes, in cores: 1.5 is one and a half. */
  readonly cores: number;
  /** Memory of its process, in bytes. */
  readonly memoryBytes: number;
}

/** What a slot did in one of the last half seconds. */
export interface LaneCell {
  /** Which stage chain took most of it, as an index of `operations`; -1: none ran. */
  readonly operation: number;
  /** The share of the time that it executed anything, from 0 to 1. */
  readonly busy: number;
}

/** A worker. */
export interface WorkerRow {
  readonly workerId: string;
  /** Its name for people, or its id. */
  readonly name: string;
  readonly state: 'here' | 'draining' | 'away';
  readonly slots: number;
  /** How many batches it has. */
  readonly leased: number;
  /** Absent: it has said nothing yet. */
  readonly vitals?: Vitals;
  /**
   * What each of its first slots executes as the worker sees it: an index of `operations`, and for how long; -1: nothing. It is
   * the operation of the stage where the worker knows that, else the whole chain, as `f → g`. Of the fewer slots, the more
   * workers there are.
   */
  readonly executing: readonly { readonly operation: number; readonly forMs: number }[];
  /** The share of its slots that had a batch in each of the last 60 seconds, the oldest first; fewer where it is younger. */
  readonly heat: readonly number[];
  /** For each slot that has executed anything, up to 120 half seconds, the oldest first. Empty: it has more than 64 slots. */
  readonly lanes: readonly (readonly LaneCell[])[];
}

/** Something that happened. */
export interface LogRow {
  /** From 1, without gaps. */
  readonly number: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'joined' | 'left' | 'lost' | 'refused' | 'job' | 'hub';
  /** One sentence. */
  readonly text: string;
}

/** How many batches took how long. */
export interface Durations {
  /** Up to so many seconds each; a last count, of those above, has no bound. */
  readonly upTo: readonly number[];
  readonly counts: readonly number[];
}

/**
 * All that a hub's page shows. Lists are bounded: of jobs, workers and operations there are the first ones, and `totals` says how
 * many there are.
 */
export interface Overview {
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** A random text, made at each start of a hub. */
  readonly epoch: string;
  readonly uptimeMs: number;
  readonly version: string;
  readonly totals: { readonly leaders: number; readonly workers: number; readonly slots: number; readonly jobs: number };
  /** How things are, in one sentence. */
  readonly verdict: Verdict;
  /** Of the last second. */
  readonly elementsPerSecond: number;
  readonly bytesPerSecond: { readonly in: number; readonly out: number };
  /** Since the hub started. */
  readonly lost: number;
  readonly retried: number;
  readonly failed: number;
  /**
   * The last seconds that are over, the oldest first: up to 600 in the first line of a stream and in whatever follows a gap, else
   * up to 10. What is told of a second may change while it is among the last 10: an answer tells how long its batch was on its
   * way.
   */
  readonly slotTime: readonly SlotSecond[];
  /** Names of operations and of stage chains, which rows of workers refer to. */
  readonly operations: readonly string[];
  readonly jobs: readonly JobRow[];
  readonly workers: readonly WorkerRow[];
  /** How long batches waited at the hub, and how long workers took to execute them, since the hub started. */
  readonly waits: Durations;
  readonly executions: Durations;
  /** The last things that happened, the oldest first: up to 200. */
  readonly log: readonly LogRow[];
}
