import { tap, type Observable } from 'rxjs';
import { fromPull, remoteMap, type Runtime } from 'paladin-rx';
import { monotonicMs } from '../processes/clock.js';
import type { JobShape } from './job-shapes.js';
import { linger } from './operations.js';
import type { Progress } from './recovery.js';

/** How long each of its elements takes. */
const elementMs = 20;

/** So many elements at once that every worker has some of them. */
const window = 12;

/** So large a share that its elements show what a fault does, rather than how long they wait behind those of other jobs. */
const priority = 10;

/**
 * A job of single elements without end, by whose emissions it is seen whether work gets on. It ends after `stop`; how many
 * elements it has is known then.
 */
export class Probe implements JobShape {
  readonly name = 'probe';
  readonly ordered = true;
  #taken = 0;
  #emitted = 0;
  #atMs = monotonicMs();
  #stopped = false;

  get elements(): number {
    return this.#taken;
  }

  get progress(): Progress {
    return { atMs: this.#atMs, taken: this.#taken, emitted: this.#emitted };
  }

  /** Takes in no more elements. */
  stop(): void {
    this.#stopped = true;
  }

  indices(runtime: Runtime): Observable<number> {
    return fromPull(this.#source()).pipe(
      remoteMap(linger, runtime, { batch: 1, window, priority }),
      tap(() => {
        this.#emitted += 1;
        this.#atMs = monotonicMs();
      }),
    );
  }

  *#source(): Generator<{ index: number; ms: number }> {
    while (!this.#stopped) {
      this.#taken += 1;
      yield { index: this.#taken - 1, ms: elementMs };
    }
  }
}
