import type { JobEvent } from '../core/job/job-events.js';
import { guarded } from '../guarded.js';
import type { Batch } from '../protocol/messages.js';
import { encodeHeaders } from '../wire/headers.js';
import { toChannels } from './job-channels.js';
import type { JobCounts, JobEnding, JobListener, ListenedJob, OpeningListener } from './job-listener.js';

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
    this.headers = encodeHeaders(Object.fromEntries(listeners.flatMap(({ headers = {} }) => Object.entries(headers))));
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
