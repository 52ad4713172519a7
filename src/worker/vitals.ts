import { nodeModule } from '../platform.js';
import type { Vitals } from '../protocol/overview.js';
import { realNow } from '../real-time.js';

/** How often the event loop is looked at, in milliseconds. */
const resolutionMs = 20;

/** How the process of a worker is, while somebody watches. In browsers nobody can tell. */
export class WorkerVitals {
  readonly #process = nodeModule('process');
  #delay: ReturnType<NonNullable<ReturnType<typeof nodeModule<'perf_hooks'>>>['monitorEventLoopDelay']> | undefined;
  #before: { readonly at: number; readonly cpuMicros: number } | undefined;

  /** Of the time since it was read last. The first time, of the whole life of the process; undefined in browsers. */
  read(): Vitals | undefined {
    const own = this.#process;
    if (own === undefined) return undefined;
    const { user, system } = own.cpuUsage();
    const at = realNow();
    const { at: from, cpuMicros } = this.#before ?? { at: 0, cpuMicros: 0 };
    this.#before = { at, cpuMicros: user + system };
    const cores = at > from ? (user + system - cpuMicros) / 1_000 / (at - from) : 0;
    return {
      loopDelayMs: this.#loopDelayMs(),
      cores: Math.max(0, Math.round(cores * 100) / 100),
      memoryBytes: own.memoryUsage.rss(),
    };
  }

  /** Nobody watches any more. */
  stop(): void {
    this.#delay?.disable();
    this.#delay = undefined;
    this.#before = undefined;
  }

  #loopDelayMs(): number {
    if (this.#delay === undefined) {
      this.#delay = nodeModule('perf_hooks')?.monitorEventLoopDelay({ resolution: resolutionMs });
      this.#delay?.enable();
      return 0;
    }
    // What is measured is the time between two looks.
    const betweenMs = this.#delay.percentile(100) / 1e6;
    this.#delay.reset();
    return Math.max(0, Math.round(betweenMs - resolutionMs));
  }
}
