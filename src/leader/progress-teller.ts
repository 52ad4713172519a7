import { callerContext } from '../caller-context.js';
import type { Clock } from '../drive.js';
import { guarded } from '../guarded.js';
import { progressEveryMs } from '../limits.js';
import type { Time } from '../time.js';
import type { JobObserver } from './job-observer.js';
import type { JobProgress } from './job-progress.js';

/**
 * Tells the owner of a job how far it is: every quarter of a second, and once at the end. It tells nothing after the job was
 * cancelled. Its timer does not keep the program from ending.
 */
export class ProgressTeller {
  readonly #tell: (progress: JobProgress) => void;
  readonly #ask: (end?: 'completed' | 'failed') => JobProgress;
  readonly #clock: Clock | undefined;
  readonly #context = callerContext();
  #hasEnded = false;

  /**
   * @param ask what it is to tell
   * @param time undefined: it tells only at the end
   */
  constructor(
    tell: (progress: JobProgress) => void,
    ask: (end?: 'completed' | 'failed') => JobProgress,
    time: Pick<Time, 'clock'> | undefined,
  ) {
    this.#tell = tell;
    this.#ask = ask;
    this.#clock = time?.clock(() => {
      // The job may end from within what it tells.
      this.#wait();
      this.#tellNow();
    });
    this.#wait();
  }

  /** The observer, which is told of the end after the owner has been told how far the job came. */
  before(observer: JobObserver): JobObserver {
    return {
      next: (value) => observer.next(value),
      skipped: (error, stage, input) => observer.skipped?.(error, stage, input),
      demand: (count) => observer.demand?.(count),
      completed: () => {
        this.#tellEnd('completed');
        observer.completed();
      },
      failed: (error) => {
        this.#tellEnd('failed');
        observer.failed(error);
      },
    };
  }

  /** The job is over. */
  stop(): void {
    this.#clock?.set(undefined);
  }

  #wait(): void {
    this.#clock?.set(this.#clock.now() + progressEveryMs, true);
  }

  #tellNow(): void {
    this.#context.run(() => {
      guarded(() => {
        this.#tell(this.#ask());
      });
    });
  }

  #tellEnd(end: 'completed' | 'failed'): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.stop();
    this.#context.run(() => {
      guarded(() => {
        this.#tell(this.#ask(end));
      });
    });
  }
}
