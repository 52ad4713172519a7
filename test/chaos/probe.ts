import { tap } from 'rxjs';
import { fromPull, remoteMap, type Runtime } from 'paladin-rx';
import { monotonicMs } from '../processes/clock.js';
import type { JobShape } from './job-shapes.js';
import { linger } from './operations.js';
import type { Progress } from './recovery.js';

/** How long each of its elements takes. */
const elementMs = 20;

/** So few elements at once that the probes of all leaders together leave room for other jobs, and that they hardly wait for each other. */
const window = 3;

/** A job of single elements without end, by whose emissions it is seen whether work gets on. */
export class Probe {
  #taken = 0;
  #emitted = 0;
  #atMs = monotonicMs();
  #stopped = false;

  get progress(): Progress {
    return { atMs: this.#atMs, taken: this.#taken, emitted: this.#emitted };
  }

  /** Takes in no more elements. */
  stop(): void {
    this.#stopped = true;
  }

  /** The job, which ends after `stop`; how many elements it has is known then. */
  get shape(): JobShape {
    const probe = this;
    return {
      name: 'probe',
      get elements() {
        return probe.#taken;
      },
      ordered: true,
      indices: (runtime: Runtime) =>
        fromPull(this.#elements()).pipe(
          remoteMap(linger, runtime, { batch: 1, window }),
          tap(() => {
            this.#emitted += 1;
            this.#atMs = monotonicMs();
          }),
        ),
    };
  }

  *#elements(): Generator<{ index: number; ms: number }> {
    while (!this.#stopped) {
      this.#taken += 1;
      yield { index: this.#taken - 1, ms: elementMs };
    }
  }
}
