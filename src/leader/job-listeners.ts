import type { AnswerEvent, JobEvent } from '../core/job/job-events.js';
import type { JobFacts } from '../core/job/facts.js';
import { guarded } from '../guarded.js';
import type { Attempt, Batch } from '../protocol/messages.js';
import { encodeHeaders, type Headers } from '../wire/headers.js';
import { toChannels } from './job-channels.js';

/** How a job has ended. `divided`: others go on in its place. */
export type JobEnding =
  { readonly type: 'completed' | 'cancelled' | 'divided' } | { readonly type: 'failed'; readonly error: unknown };

/** A job, as listeners know it. */
export interface ListenedJob {
  /** Its id at the hub. Empty until the hub has said welcome. */
  readonly jobId: string;
  /** Its name for people. */
  readonly name: string;
  /** The names of its operations, one for each stage. */
  readonly operations: readonly string[];
}

/** What is counted of a job until its end. */
export type JobCounts = Pick<JobFacts, 'taken' | 'done' | 'emitted' | 'failed' | 'retried' | 'skipped' | 'elapsedMs'>;

/** What comes of an attempt. `dropped`: nobody wants it any more, or another one has taken its place. */
export type Answer = Extract<AnswerEvent, { type: 'result' | 'lost' }> | ({ readonly type: 'dropped' } & Attempt);

/** Is told what comes of one job. `part`: the number of the job at the hub. A chain that is divided has several. */
export interface JobListener {
  /** What the job carries to each execution. Default: nothing. */
  readonly headers?: Headers | undefined;
  /** A batch is sent. It returns what the batch carries beside. */
  sent(batch: Batch, part: number): Headers | undefined;
  answered(answer: Answer, part: number): void;
  /** Nothing follows. */
  ended(ending: JobEnding, counts: JobCounts): void;
}

/** Is told of each job that is opened, within the context of whoever opens it. It returns who is told of the rest, if anybody. */
export type OpeningListener = (job: ListenedJob) => JobListener | undefined;

/** Those who are told of a runtime's jobs. What they throw touches no job. */
export class JobListeners {
  readonly #listeners = new Set<OpeningListener>();

  /** Whether somebody is told of each job by itself. Then no two calls share a job. */
  get tellApart(): boolean {
    return this.#listeners.size > 0;
  }

  /** @returns ends it, for jobs that open later */
  add(listener: OpeningListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns undefined where nobody listens */
  opened(job: ListenedJob): ListenedTo | undefined {
    const listeners: JobListener[] = [];
    for (const opening of [toChannels, ...this.#listeners]) {
      guarded(() => {
        const listener = opening(job);
        if (listener !== undefined) listeners.push(listener);
      });
    }
    return listeners.length === 0 ? undefined : new ListenedTo(listeners);
  }
}

/** A job that somebody listens to. */
export class ListenedTo {
  readonly #listeners: readonly JobListener[];
  /** What the job carries. */
  readonly headers: Uint8Array | undefined;

  constructor(listeners: readonly JobListener[]) {
    this.#listeners = listeners;
    this.headers = encodeHeaders(Object.assign({}, ...listeners.map(({ headers }) => headers)) as Headers);
  }

  /** The batch with what it carries. */
  sent(batch: Batch, part: number): Batch {
    const all: Record<string, string> = {};
    this.#tell((listener) => Object.assign(all, listener.sent(batch, part)));
    const headers = encodeHeaders(all);
    return headers === undefined ? batch : { ...batch, headers };
  }

  answered(event: JobEvent, part: number): void {
    if (event.type === 'result' || event.type === 'lost') this.#tell((listener) => listener.answered(event, part));
    if (event.type !== 'adopted') return;
    for (const attempt of event.inPlaceOf) this.dropped(event.seq, attempt, part);
  }

  dropped(seq: number, attempt: number, part: number): void {
    this.#tell((listener) => listener.answered({ type: 'dropped', seq, attempt }, part));
  }

  ended(ending: JobEnding, counts: JobCounts): void {
    this.#tell((listener) => listener.ended(ending, counts));
  }

  #tell(tell: (listener: JobListener) => void): void {
    for (const listener of this.#listeners) guarded(() => tell(listener));
  }
}
