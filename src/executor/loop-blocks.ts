import { guarded } from '../guarded.js';
import { nodeModule } from '../platform.js';
import { warn } from '../warn.js';
import { later, realNow, type Later } from '../real-time.js';
import { namesOf, type BlockingStages } from './executed-names.js';
import { blockedLoopMs, blockedLookMs, blockedTellMs, maxBlockedNames } from './limits.js';

const nodeProcess = nodeModule('process');

/**
 * Names operations that hold up everything else in their thread: heartbeats, timers, sockets. Nobody can tell while that lasts.
 * So it is told afterwards, and of the same operations only once in a while.
 *
 * The part of an operation before it first waits is timed by itself. Later parts are seen by a timer that comes late, as long as
 * batches wait. Then the program around may be to blame, too. So the text says what was being executed meanwhile. If the process
 * has computed for less time than the timer was late, it was frozen, or others had the processor. Then nothing is told.
 */
export class LoopBlocks {
  readonly #tell: (reason: string) => void;
  /** Whether a timer looks after batches that wait. */
  readonly #looks: boolean;
  /** When operations were told of last, by their names. */
  readonly #told = new Map<string, number>();
  /** Batches that wait. */
  readonly #waiting = new Map<object, BlockingStages>();
  #look: Look | undefined = undefined;
  /** Up to when it is known what blocked. */
  #knownMs = 0;

  /** @param tell default: a warning of the process; in browsers nothing */
  constructor(looks: boolean, tell: (reason: string) => void = warn) {
    this.#looks = looks && nodeProcess !== undefined;
    this.#tell = tell;
  }

  /** Operations were executed for so long in one go. */
  took(chain: BlockingStages, ms: number): void {
    if (ms < blockedLoopMs) return;
    this.#knownMs = realNow();
    const names = namesOf([chain]);
    this.#say(names, `${names} blocked the event loop`, ms);
  }

  /** A batch waits for what its operations do. */
  waits(batch: object, chain: BlockingStages): void {
    if (!this.#looks) return;
    this.#waiting.set(batch, chain);
    if (this.#look === undefined) this.#lookLater();
  }

  /** It is over. */
  over(batch: object): void {
    const isLast = this.#waiting.delete(batch) && this.#waiting.size === 0;
    if (!isLast || this.#look === undefined) return;
    this.#look.timer.cancel();
    // The end of the batch may have been what blocked.
    this.#judge(this.#look);
    this.#look = undefined;
  }

  #lookLater(): void {
    const timer = later(() => {
      this.#judge(look);
      this.#lookLater();
    }, blockedLookMs);
    timer.unref();
    const during = [...this.#waiting.values()].slice(0, maxBlockedNames);
    const look = { timer, dueMs: realNow() + blockedLookMs, before: nodeProcess?.cpuUsage(), during };
    this.#look = look;
  }

  #judge({ dueMs, before, during }: Look): void {
    const lateMs = realNow() - dueMs;
    if (lateMs < blockedLoopMs || dueMs < this.#knownMs) return;
    const { user, system } = nodeProcess?.cpuUsage(before) ?? { user: 0, system: 0 };
    if ((user + system) / 1_000 < blockedLoopMs) return;
    const names = namesOf(during);
    this.#say(names, `the event loop was blocked while ${names} ${during.length > 1 ? 'were' : 'was'} under way`, lateMs);
  }

  #say(names: string, what: string, ms: number): void {
    const now = realNow();
    const before = this.#told.get(names);
    if (before !== undefined && now - before < blockedTellMs) return;
    // Names may be made per call.
    if (this.#told.size >= maxBlockedNames) this.#told.clear();
    this.#told.set(names, now);
    const text = `${what} for ${(ms / 1_000).toFixed(1)} s; nothing else went on here: execute it in threads (modules)`;
    guarded(() => this.#tell(text));
  }
}

/** A timer, and when it is to fire, with what was used of the processor before and what was under way then. */
interface Look {
  readonly timer: Later;
  readonly dueMs: number;
  readonly before: ReturnType<NonNullable<typeof nodeProcess>['cpuUsage']> | undefined;
  readonly during: readonly BlockingStages[];
}
