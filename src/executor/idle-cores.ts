import { nodeModule } from '../platform.js';
import { realNow } from '../real-time.js';
import { warn } from '../warn.js';
import { namesOf, type BlockingStages } from './executed-names.js';
import { inlineBusyShare, inlineLookMs, leastIdleCores } from './limits.js';

/** What there is to see of the machine. */
export interface Machine {
  now(): number;
  /** For how long its cores have been idle, all together, in milliseconds; undefined where nobody can tell. */
  idleMs(): number | undefined;
}

/** Where a program that computes inline begins to be looked at. */
interface Look {
  readonly sinceMs: number;
  readonly idleMs: number;
}

/**
 * Tells a program once that its operations compute in one thread while other cores are idle. Whoever has written `inMemory()` may
 * think that it uses all of them. It is told only where that is certain: operations have computed nearly all the time, for
 * seconds, and another core was idle meanwhile.
 */
export class IdleCores {
  readonly #tell: (reason: string) => void;
  readonly #machine: Machine;
  #look: Look | undefined;
  #busyMs = 0;
  #isOver = false;

  /** @param tell default: a warning of the process, the first time in this process */
  constructor(tell: (reason: string) => void = warnOnce, machine: Machine = thisMachine) {
    this.#tell = tell;
    this.#machine = machine;
  }

  /** Operations were executed for so long in one go. It has just ended. */
  took(chain: BlockingStages, ms: number): void {
    if (this.#isOver) return;
    this.#busyMs += ms;
    this.#look ??= this.#begin(ms);
    if (this.#look === undefined || this.#busyMs < inlineLookMs) return;
    const { sinceMs, idleMs } = this.#look;
    const passedMs = this.#machine.now() - sinceMs;
    const idleCores = ((this.#machine.idleMs() ?? 0) - idleMs) / passedMs;
    if (this.#busyMs >= inlineBusyShare * passedMs && idleCores >= leastIdleCores) {
      this.#isOver = true;
      const names = namesOf([chain]);
      this.#tell(
        `${names} computed for ${(this.#busyMs / 1_000).toFixed(1)} s in this thread, while other cores were idle. Without modules ` +
          'operations execute inline, one at a time. To use all cores, export them from a module, and write ' +
          "inMemory({ modules: [new URL('./operations.js', import.meta.url)] })",
      );
    }
    this.#busyMs = 0;
    this.#look = undefined;
  }

  #begin(ms: number): Look | undefined {
    const idleMs = this.#machine.idleMs();
    if (idleMs !== undefined) return { sinceMs: this.#machine.now() - ms, idleMs };
    this.#isOver = true;
    return undefined;
  }
}

const os = nodeModule('os');

const thisMachine: Machine = {
  now: realNow,
  idleMs: () => {
    const cores = os?.cpus() ?? [];
    // Where there is one core, nothing is lost. Some systems list none.
    return cores.length > 1 ? cores.reduce((sum, { times }) => sum + times.idle, 0) : undefined;
  },
};

let isWarned = false;

/** A program may have many runtimes, and knows by then. */
function warnOnce(reason: string): void {
  if (isWarned) return;
  isWarned = true;
  warn(reason);
}
