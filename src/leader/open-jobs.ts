import type { JobFacts } from '../core/job/facts.js';
import type { HubView } from '../core/job/wait.js';
import { maxListed, maxReportBytes } from '../limits.js';
import type { LeaderToHub, ReportedProgress } from '../protocol/messages.js';
import { jobIdOf } from '../protocol/job-id.js';
import { ordinaryTime, type Time } from '../time.js';
import type { JobObserver } from './job-observer.js';
import type { JobEnding, ListenedJob } from './job-listener.js';
import type { JobListeners, ListenedTo } from './job-listeners.js';
import type { JobSpec } from './job-spec.js';
import { ProgressTeller } from './progress-teller.js';
import { progressOf, reportOf, type JobProgress } from './job-progress.js';

/** Something that can say how far it is. */
export interface Tellable {
  facts(hub: HubView, total: number | undefined): JobFacts;
  /** Somebody wants to know: what it must ask the hub for that, it asks now. */
  look(): void;
}

/** What is known of the hub. */
export interface HubKnown {
  /** What it calls this leader; undefined before its welcome. */
  readonly leaderId: string | undefined;
  readonly view: HubView;
}

/** What a job is opened with. */
export interface Opened {
  /** The number of the job, or of the whole chain where that may be divided. */
  readonly number: number;
  readonly spec: JobSpec;
  readonly observer: JobObserver;
  /** Called when nothing of it is left. */
  readonly over?: (() => void) | undefined;
  /** The job at the hub, where that may be another one: the last part of a chain that was divided; absent: `number`. */
  readonly at?: () => number;
  /** Whether it has nothing to do, and only stays open for what may come; absent: never. */
  readonly isResting?: () => boolean;
}

interface Entry extends Opened {
  /** Undefined while it is being opened. */
  job: Tellable | undefined;
}

/** The jobs of a runtime that are open, in the order in which they were opened. */
export class OpenJobs {
  readonly #jobs = new Set<Entry>();
  readonly #hub: () => HubKnown;
  readonly #time: Time | undefined;
  readonly #listeners: JobListeners;
  /** With which of them the next report begins. */
  #reportFrom = 0;

  /** @param time undefined: that of programs. In another time nobody is told before the end: it would never stand still. */
  constructor(hub: () => HubKnown, time: Time | undefined, listeners: JobListeners) {
    this.#hub = hub;
    this.#listeners = listeners;
    this.#time = time;
  }

  /** @param start opens the job; what it is given is told of outputs and the end, and called when nothing of it is left */
  open<Job extends Tellable>(
    opened: Opened,
    start: (observer: JobObserver, over: (ending: JobEnding) => void, listened: ListenedTo | undefined) => Job,
  ): Job {
    const entry: Entry = { ...opened, job: undefined };
    const { observer, over, spec } = opened;
    const teller =
      spec.onProgress &&
      new ProgressTeller(spec.onProgress, (end) => this.#tell(entry, end), this.#time === undefined ? ordinaryTime : undefined);
    this.#jobs.add(entry);
    const listened = this.#listeners.opened(this.#listenedJob(entry));
    const remove = (ending: JobEnding): void => {
      teller?.stop();
      this.#jobs.delete(entry);
      listened?.ended(ending, this.#factsOf(entry));
      over?.();
    };
    try {
      const job = start(teller?.before(observer) ?? observer, remove, listened);
      entry.job = job;
      return job;
    } catch (error) {
      remove({ type: 'failed', error });
      throw error;
    }
  }

  /** How far each is. */
  all(): JobProgress[] {
    return [...this.#jobs].filter(({ isResting }) => isResting?.() !== true).map((entry) => this.#tell(entry));
  }

  /** What the hub is told of them: as many as fit into a message. Where these are not all, they take turns. */
  report(): Extract<LeaderToHub, { type: 'progress' }> {
    const jobs: { job: number; progress: ReportedProgress }[] = [];
    let bytes = 0;
    const open = [...this.#jobs].filter(({ isResting }) => isResting?.() !== true);
    const from = this.#reportFrom < open.length ? this.#reportFrom : 0;
    for (const entry of [...open.slice(from), ...open.slice(0, from)]) {
      const row = { job: entry.at?.() ?? entry.number, progress: reportOf(this.#tell(entry)) };
      // Characters of names may take three bytes each.
      bytes += 3 * JSON.stringify(row).length;
      if (bytes > maxReportBytes || jobs.length === maxListed) break;
      jobs.push(row);
    }
    this.#reportFrom = jobs.length === open.length ? 0 : (from + jobs.length) % open.length;
    return { type: 'progress', jobs, left: open.length - jobs.length };
  }

  #tell(entry: Entry, end?: 'completed' | 'failed'): JobProgress {
    if (end === undefined) entry.job?.look();
    return progressOf({ jobId: this.#idOf(entry), ...namesOf(entry) }, this.#factsOf(entry), end);
  }

  #factsOf({ job, spec }: Entry): JobFacts {
    return job?.facts(this.#hub().view, spec.total) ?? nothingYet;
  }

  #idOf({ number }: Entry): string {
    const { leaderId } = this.#hub();
    return leaderId === undefined ? '' : jobIdOf(leaderId, number);
  }

  #listenedJob(entry: Entry): ListenedJob {
    const idOf = (): string => this.#idOf(entry);
    return {
      ...namesOf(entry),
      get jobId(): string {
        return idOf();
      },
    };
  }
}

function namesOf({ spec }: Entry): { readonly name: string; readonly operations: readonly string[] } {
  const operations = spec.stages.map(({ operation }) => operation.name);
  return { name: spec.name ?? operations.join(' → '), operations };
}

/** Of a job that is over before it was opened. */
const nothingYet: JobFacts = {
  taken: 0,
  done: 0,
  emitted: 0,
  failed: 0,
  retried: 0,
  skipped: 0,
  inFlight: 0,
  perSecond: 0,
  elapsedMs: 0,
  state: 'running',
  oldest: undefined,
  wait: undefined,
  total: undefined,
  remaining: undefined,
};
