import { PaladinError } from '../errors/paladin-error.js';
import { decodeError } from '../errors/remote-error.js';
import { messageOf } from '../errors/thrown.js';
import { guarded } from '../guarded.js';
import { Renewals } from '../core/renewal.js';
import { later, realNow, type Later } from '../real-time.js';
import {
  closeGraceMs,
  forgetGraceMs,
  leastWaitingThreads,
  maxRestMs,
  maxStartBackoffMs,
  maxStartFailures,
  renewalPauseMs,
  restFactor,
  slowCreateMs,
  soundAfterMs,
  spareThreadMs,
  startBackoffMs,
  threadStartTimeoutMs,
  threadsPerRenewal,
  waitingPerThread,
} from './limits.js';
import type { ThreadOffers, ThreadPoolOptions } from './thread-executor-options.js';
import { ThreadHandle, type ThreadEvents } from './thread-handle.js';
import type { ThreadEnd } from './thread-life.js';
import type { ThreadKind } from './thread-link.js';
import { ThreadWarnings } from './thread-warnings.js';
import { Waiter } from './waiter.js';

/** What becomes of the threads. */
export interface SupplyEvents {
  /** A thread has loaded the modules. */
  loaded(offers: ThreadOffers): void;
  /** A thread has nothing to do. */
  free(thread: ThreadHandle): void;
  /** What a thread executes waits for a job of its own. */
  waits(): void;
  /** None is left, and none can be had, tried so often. */
  broken(error: PaladinError, tries: number): void;
}

/**
 * Keeps up the threads of an executor. Each has loaded the modules.
 *
 * A thread that dies or is terminated is replaced. It is replaced at once where what it executed is to blame. Its modules are to
 * blame when they did not load, or when they ended a thread later, for example by a timer or a connection. Then it is replaced
 * after a wait that doubles each time. After some failures in a row with no thread left the supply is broken, and says so. A
 * thread that has lived for a while proves the modules sound.
 *
 * Node does not always tell where an error comes from that nothing caught. So a death may be the doing of modules or of a batch.
 * Then later threads are watched: they record which of the two has begun what goes on. The next thread also rests for about as
 * long as the dead one lived. That shows what modules do by themselves, for example to their memory.
 *
 * Each thread whose batch waits for a job of its own may have a spare thread, which is started when one is wanted. So the number
 * of batches that may wait bounds the number of threads. Beyond it, an operation that wants to wait fails. Spare threads end when
 * they are not wanted for a while.
 *
 * A thread that is to be renewed goes on until its successor is ready, which is started in the same place. Then it is given
 * nothing more, and ends with its batch. `Renewals` says which thread is next.
 */
export class ThreadSupply {
  readonly #kind: ThreadKind;
  readonly #options: ThreadPoolOptions;
  readonly #events: SupplyEvents;
  readonly #warnings = new ThreadWarnings();
  /** Each in its place. */
  readonly #threads = new Map<ThreadHandle, Place>();
  /** The ends of threads that had to be terminated. */
  readonly #ending = new Set<Promise<void>>();
  /** Timers of replacements that are to be tried again. */
  readonly #backoffs = new Set<Later>();
  /** A place for each slot and each spare thread. Some may have no thread for a moment. */
  readonly #places: Set<Place>;
  /** Until spare threads end. */
  #spareTimer: Later | undefined = undefined;
  #started = 0;
  #watched = false;
  /** Which threads are to be renewed; undefined: none ever is. */
  readonly #renewals: Renewals<ThreadHandle> | undefined;
  /** Where threads are whose successors are there. */
  readonly #leaving: Place = { failures: 0 };
  /** Whether it was told that threads take too much memory from the start. */
  #toldOfModules = false;
  /** How long the next thread rests. */
  #restMs = 0;

  constructor(kind: ThreadKind, options: ThreadPoolOptions, events: SupplyEvents) {
    this.#kind = kind;
    this.#options = options;
    this.#events = events;
    this.#renewals = renewalsFor(options);
    this.#places = new Set(Array.from({ length: options.threads }, () => ({ failures: 0 })));
  }

  get threads(): Iterable<ThreadHandle> {
    return this.#threads.keys();
  }

  /** Starts the first threads. @throws an error when one of them cannot be had */
  async start(): Promise<void> {
    await Promise.all([...this.#places].map((place) => this.#startFirst(place)));
  }

  /** Starts a thread in the stead of one that waits, unless there is one for each. */
  addSpare(): void {
    if (this.#places.size - this.#options.threads >= this.#countWaiting()) return;
    const place = { failures: 0 };
    this.#places.add(place);
    this.#replace(place);
  }

  /** Ends spare threads that are not wanted, after a while. */
  endSpares(): void {
    if (this.#spareTimer !== undefined || !this.#hasSurplus()) return;
    this.#spareTimer = later(() => {
      this.#spareTimer = undefined;
      for (const [thread, place] of this.#threads) {
        if (!thread.isIdle || !this.#hasSurplus() || this.#isRenewed(place)) continue;
        this.#discard(thread);
        this.#places.delete(place);
      }
    }, spareThreadMs);
    this.#spareTimer.unref();
  }

  /** Ends all threads, and those that are being replaced. */
  async close(): Promise<void> {
    this.#warnings.close();
    for (const timer of this.#backoffs) timer.cancel();
    this.#backoffs.clear();
    this.#spareTimer?.cancel();
    const ends = [...this.#ending, ...[...this.#threads.keys()].map((thread) => thread.close())];
    this.#threads.clear();
    await new Waiter().until(Promise.all(ends), closeGraceMs);
  }

  /** Resolves when the thread is ready, rejects when it never will be. */
  #startFirst(place: Place): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#startThread(place, resolve, reject);
    });
  }

  #startThread(place: Place, ready: () => void, failed: (error: PaladinError) => void): void {
    const { graceMs = forgetGraceMs, startTimeoutMs = threadStartTimeoutMs, keepAlive = false } = this.#options;
    const { slowCreateMs: slowMs = slowCreateMs, onSlowCreate = (reason: string) => this.#warnings.tell(reason) } = this.#options;
    const name = `paladin-${++this.#started}`;
    let soundTimer: Later | undefined;
    const events: ThreadEvents = {
      ready: (thread, { operations, serializers }) => {
        this.#events.loaded({ operations, serializers });
        soundTimer = later(() => (place.failures = 0), soundAfterMs);
        soundTimer.unref();
        ready();
        this.#fresh(thread);
        this.#events.free(thread);
      },
      idle: (thread, units) => this.#idle(thread, units),
      refusesWait: () => {
        const { maxWaiting = Math.max(leastWaitingThreads, waitingPerThread * this.#options.threads) } = this.#options;
        return this.#countWaiting() < maxWaiting ? undefined : maxWaiting;
      },
      waits: () => this.#events.waits(),
      slowCreate: (reason) => guarded(() => onSlowCreate(reason)),
      gone: (thread, threadEnd) => {
        soundTimer?.cancel();
        if (!this.#threads.has(thread)) return;
        const at = this.#discard(thread);
        if (threadEnd.type === 'failed') failed(threadEnd.error);
        else this.#lost(at, name, threadEnd);
      },
    };
    const restMs = this.#restMs;
    this.#restMs = 0;
    const options = {
      kind: this.#kind,
      name,
      startTimeoutMs,
      graceMs,
      slowCreateMs: slowMs,
      keepAlive,
      watched: this.#watched,
      restMs,
    };
    try {
      this.#threads.set(new ThreadHandle(options, events), place);
    } catch (thrown) {
      // There is no further thread to be had, or the process may start none.
      const message = `cannot start a thread: ${messageOf(thrown)}`;
      failed(new PaladinError('INVALID_INPUT', message, { cause: thrown }));
    }
  }

  /** A thread has loaded its modules, and executed nothing. */
  #fresh(thread: ThreadHandle): void {
    if (this.#renewals?.ready(thread, thread.usedBytes) !== false || this.#toldOfModules) return;
    this.#toldOfModules = true;
    const used = Math.round(thread.usedBytes / 2 ** 20);
    this.#tell(
      `a thread takes ${used} MB once it has loaded its modules, more than threadRenewAboveMb: none is renewed for that`,
    );
  }

  /** A thread has ended a batch. Whoever was told of that may have given it the next one. */
  #idle(thread: ThreadHandle, units: number): void {
    if (thread.isRetired) {
      this.#discard(thread);
      return;
    }
    if (this.#renewals !== undefined) {
      this.#renewals.ended(thread, units, thread.usedBytes);
      this.#renew(this.#renewals);
    }
    this.#events.free(thread);
  }

  /** Starts the successor of the thread that is to be renewed next. */
  #renew(renewals: Renewals<ThreadHandle>): void {
    const due = renewals.next(realNow());
    if (due === undefined) return;
    const { thread, why } = due;
    const place = this.#threads.get(thread);
    if (place === undefined) throw new Error('a thread is to be renewed that is gone');
    this.#startThread(
      place,
      () => {
        renewals.gone(thread);
        // It may have died meanwhile.
        if (this.#threads.has(thread)) this.#retire(thread, why);
        this.#renew(renewals);
      },
      (error) => {
        if (this.#threads.has(thread)) {
          renewals.failed(thread, realNow());
          this.#tell(`thread ${thread.name} cannot be renewed, and goes on: ${error.message}`);
        } else {
          this.#failed(place, error);
          this.#tell(error.message);
        }
      },
    );
  }

  /** Its successor is in its place. */
  #retire(thread: ThreadHandle, why: string): void {
    const { onThreadRenewed } = this.#options;
    this.#threads.set(thread, this.#leaving);
    if (thread.retire()) this.#discard(thread);
    if (onThreadRenewed !== undefined) guarded(() => onThreadRenewed(`thread ${thread.name} is renewed: ${why}`));
  }

  /** Whether a thread in this place is being renewed: then there are two. */
  #isRenewed(place: Place): boolean {
    return [...this.#threads.values()].filter((other) => other === place).length > 1;
  }

  /** It is no more. @returns where it was */
  #discard(thread: ThreadHandle): Place {
    const place = this.#threads.get(thread) ?? this.#leaving;
    this.#threads.delete(thread);
    this.#renewals?.gone(thread);
    this.#end(thread);
    return place;
  }

  #end(thread: ThreadHandle): void {
    const ending = thread.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** How many batches wait for jobs of their own. */
  #countWaiting(): number {
    let waiting = 0;
    for (const thread of this.#threads.keys()) if (thread.isWaiting) waiting += 1;
    return waiting;
  }

  /** Whether there are more spare threads than batches that wait. */
  #hasSurplus(): boolean {
    return this.#places.size > this.#options.threads && this.#places.size - this.#options.threads > this.#countWaiting();
  }

  #replace(place: Place): void {
    // The successor of one that was to be renewed is there, or soon is.
    if (place === this.#leaving || [...this.#threads.values()].includes(place)) return;
    if (this.#hasSurplus()) {
      // A spare one has taken its place.
      this.#places.delete(place);
      return;
    }
    this.#startThread(
      place,
      () => undefined,
      (error) => {
        this.#failed(place, error);
        this.#tell(error.message);
      },
    );
  }

  /** A thread is no more that was there. */
  #lost(place: Place, name: string, threadEnd: Exclude<ThreadEnd, { type: 'failed' }>): void {
    this.#mend(place, threadEnd);
    this.#tell(`thread ${name} is replaced: ${threadEnd.why}`);
  }

  #mend(place: Place, threadEnd: Exclude<ThreadEnd, { type: 'failed' }>): void {
    if (threadEnd.type === 'died') {
      const { fault, ageMs, why, error } = threadEnd;
      if (fault === 'modules') {
        const cause = error === undefined ? undefined : decodeError(error);
        const message = `${this.#kind.what} died: ${why}`;
        this.#failed(place, new PaladinError('INVALID_INPUT', message, { cause }));
        return;
      }
      if (fault === 'unknown') {
        this.#watched = true;
        if (ageMs < maxRestMs) this.#restMs = restFactor * ageMs;
      }
    }
    this.#replace(place);
  }

  /** Tries again, more and more patiently; in the end gives up, since a program that spins is worse than one that says so. */
  #failed(place: Place, error: PaladinError): void {
    place.failures++;
    const isHopeless = [...this.#places].every(({ failures }) => failures >= maxStartFailures);
    if (isHopeless && ![...this.#threads.keys()].some((thread) => thread.isReady)) {
      this.#events.broken(error, place.failures);
      return;
    }
    const delayMs = Math.min(startBackoffMs * 2 ** (place.failures - 1), maxStartBackoffMs);
    const timer = later(() => {
      this.#backoffs.delete(timer);
      this.#replace(place);
    }, delayMs);
    this.#backoffs.add(timer);
  }

  #tell(reason: string): void {
    const { onThreadDeath } = this.#options;
    if (onThreadDeath === undefined) this.#warnings.tell(reason);
    else guarded(() => onThreadDeath(reason));
  }
}

/** What decides which threads are renewed; undefined where none is to be. */
function renewalsFor({
  threads,
  renewAfterTasks: afterTasks = Infinity,
  renewAboveBytes: aboveBytes = Infinity,
}: ThreadPoolOptions): Renewals<ThreadHandle> | undefined {
  if (afterTasks === Infinity && aboveBytes === Infinity) return undefined;
  const atOnce = Math.max(1, Math.floor(threads / threadsPerRenewal));
  return new Renewals({ afterTasks, aboveBytes, atOnce, pauseMs: renewalPauseMs });
}

/** Where one thread after another is. */
interface Place {
  /** How often in a row modules did not load there, or ended the thread. */
  failures: number;
}
