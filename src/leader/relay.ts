import type { Observer } from 'rxjs';
import type { SourceState } from '../core/job/job-events.js';
import { PullObservable } from './pull-source.js';
import type { SourceFeed, Taker } from './source-feed.js';

/**
 * Stands between a source and the job of a chain that may be divided: then the elements that the job gives back, and those that come after them,
 * go on as a pull for the job in its place, which is given no more of them than it asks for.
 */
export class Relay implements Taker {
  readonly #feed: SourceFeed;
  /** Undefined once it is divided. */
  #job: Taker | undefined;
  #observer: Observer<unknown> | undefined;
  /** What the source was asked for in all, and what the pull was. */
  #asked = 0;
  #wanted = 0;
  #given = 0;
  #isDivided = false;
  #isPaused = false;
  #held: unknown[] = [];
  #end: SourceState = { state: 'open' };

  constructor(feed: SourceFeed) {
    this.#feed = feed;
  }

  /** What comes goes to this job. */
  leadTo(job: Taker): void {
    if (!this.#isDivided) this.#job = job;
  }

  ask(count: number): void {
    this.#asked += count;
    this.#feed.ask(count);
  }

  push(value: unknown): void {
    if (this.#job !== undefined) {
      this.#job.push(value);
      return;
    }
    this.#held.push(value);
    this.#give();
  }

  complete(): void {
    if (this.#job === undefined) this.#finish({ state: 'completed' });
    else this.#job.complete();
  }

  fail(error: unknown): void {
    if (this.#job === undefined) this.#finish({ state: 'failed', error });
    else this.#job.fail(error);
  }

  /**
   * The job is over.
   *
   * @param values what it has given back
   * @param end whether its source has ended
   */
  divided(values: readonly unknown[], end: SourceState): PullObservable<unknown> {
    this.#job = undefined;
    this.#isDivided = true;
    this.#held = [...values];
    this.#end = end;
    return new PullObservable((observer) => {
      this.#observer = observer;
      return {
        request: (count) => {
          this.#wanted += count;
          this.#give();
          if (this.#wanted > this.#asked) this.ask(this.#wanted - this.#asked);
        },
        pause: () => {
          this.#isPaused = true;
        },
        resume: () => {
          this.#isPaused = false;
          this.#give();
        },
        cancel: () => {
          this.#observer = undefined;
          this.#held = [];
        },
      };
    });
  }

  #finish(end: SourceState): void {
    this.#end = end;
    this.#give();
  }

  #give(): void {
    let at = 0;
    while (at < this.#held.length && this.#given < this.#wanted && !this.#isPaused && this.#observer !== undefined) {
      this.#given += 1;
      this.#observer.next(this.#held[at]);
      at += 1;
    }
    this.#held.splice(0, at);
    if (this.#held.length > 0 || this.#isPaused) return;
    const observer = this.#observer;
    if (observer === undefined || this.#end.state === 'open') return;
    this.#observer = undefined;
    if (this.#end.state === 'failed') observer.error(this.#end.error);
    else observer.complete();
  }
}
