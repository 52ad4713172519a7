import { describe } from '../../src/errors/describe.js';
import { checkOptions, type Known } from '../../src/errors/options.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import type { JobHandle } from '../../src/leader/job-driver.js';
import type { JobObserver } from '../../src/leader/job-observer.js';
import type { JobProgress } from '../../src/leader/job-progress.js';
import { checkSerializer, type JobSpec } from '../../src/leader/job-spec.js';
import type { RunOptions, Runtime } from '../../src/leader/runtime.js';
import type { Operation } from '../../src/operation/operation.js';
import type { SerializerName } from '../../src/serializer/named.js';
import type { Serializer } from '../../src/serializer/serializer.js';
import { startInMemory } from './in-memory.js';
import { VirtualExecutor, type Takes } from './virtual-executor.js';
import { virtualTime, type VirtualScheduler } from './virtual-time.js';

/** Options of {@link inVirtualTime}. An option that is `undefined` counts as not given. */
export interface VirtualTimeOptions {
  /**
   * How many frames an element takes at its worker, in milliseconds: a number from 0, or a function of the element's index.
   * Elements that travel in one batch take their times one after the other, and come back together. Where the function throws, or
   * returns anything else, the scheduler's `flush` throws. Default 0.
   */
  readonly takesMs?: number | ((index: number) => number) | undefined;
  /** How many elements are executed at once: a whole number from 1 to 1,024. Default 4. */
  readonly workers?: number | undefined;
  /** The serializer of all jobs that do not name one: a value, or the name of one of this package's. Default `msgpack`. */
  readonly serializer?: Serializer | SerializerName | undefined;
}

const known: Known<VirtualTimeOptions> = { takesMs: true, workers: true, serializer: true };
const mostWorkers = 1_024;
const defaultWorkers = 4;

/**
 * Makes a runtime in the virtual time of a scheduler, for marble tests. It is a hub, workers and a leader, as with `inMemory()`:
 * the machines, messages and serializers are the same. Only the time is another one. An element is back in the frame in which it
 * went, or after the frames that it takes. Retries and all other waits go by the scheduler.
 *
 * Operations are executed inline, and at once. An operation that returns a promise fails: nothing that waits for real time can go
 * on before virtual time has ended. The `timeout` of an operation bounds real time, and `runtime.run` answers by a promise.
 *
 * `onProgress` is called at the end of a job only: virtual time would have no end if it was called again and again.
 *
 * Virtual time passes in `scheduler.run`, and when `scheduler.flush` is called. A job that is opened outside goes on no sooner. A
 * test that awaits it without a call of `flush` waits until the test runner ends it.
 *
 * @param scheduler a `TestScheduler` or `VirtualTimeScheduler` of RxJS, or what has their `now` and `schedule`
 * @param options see {@link VirtualTimeOptions}
 * @returns a runtime, for one test: it lives as long as its scheduler, and need not be closed
 * @throws `PaladinError` `INVALID_INPUT` when the scheduler or an option is wrong. The scheduler's `flush` throws the same when
 *   `takesMs` returns no time.
 *
 * @example
 * ```ts
 * import { defineOperation, remoteMap } from 'paladin-rx';
 * import { inVirtualTime } from 'paladin-rx/testing';
 * import { deepStrictEqual } from 'node:assert/strict';
 * import { TestScheduler } from 'rxjs/testing';
 *
 * const shout = defineOperation({ name: 'shout', execute: (text: string) => text.toUpperCase() });
 *
 * const scheduler = new TestScheduler(deepStrictEqual);
 * scheduler.run(({ cold, expectObservable }) => {
 *   const runtime = inVirtualTime(scheduler, { takesMs: 3 });
 *   expectObservable(cold('a-----b--|').pipe(remoteMap(shout, runtime))).toBe('---A-----(B|)');
 * });
 * ```
 */
export function inVirtualTime(scheduler: VirtualScheduler, options: VirtualTimeOptions = {}): Runtime {
  checkScheduler(scheduler);
  const { takesMs = 0, workers = defaultWorkers, serializer } = checkOptions('inVirtualTime', options, known);
  if (typeof takesMs !== 'function' && !isTime(takesMs)) {
    throw invalid('takesMs to be a number of milliseconds from 0, or a function of the index', takesMs);
  }
  const takes = typeof takesMs === 'function' ? checkedTakes(takesMs) : () => takesMs;
  if (!Number.isInteger(workers) || workers < 1 || workers > mostWorkers) {
    throw invalid(`workers to be a whole number from 1 to ${mostWorkers}`, workers);
  }
  if (serializer !== undefined) checkSerializer('inVirtualTime', serializer);
  const runtime = startInMemory(
    { workers, serializer },
    { startThread: noThreads, threads: 1, hasModules: false },
    { time: virtualTime(scheduler), executor: (jobs) => new VirtualExecutor(scheduler, takes, jobs) },
  );
  return new VirtualRuntime(runtime);
}

/** Its operations are executed inline. */
function noThreads(): never {
  throw new Error('no worker has threads in virtual time');
}

/** A runtime that may be closed after the end of its time, when nobody would take its last messages in. */
class VirtualRuntime implements Runtime {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  run<Input, Output>(operation: Operation<Input, Output>, input: Input, options?: RunOptions): Promise<Output> {
    return this.#runtime.run(operation, input, options);
  }

  openJob(spec: JobSpec, observer: JobObserver): JobHandle {
    return this.#runtime.openJob(spec, observer);
  }

  jobs(): JobProgress[] {
    return this.#runtime.jobs();
  }

  close(): Promise<void> {
    // Its jobs end at once. The rest would wait for the scheduler.
    void this.#runtime.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A time without end would let virtual time have none, and one below 0 would turn it back. */
function isTime(ms: unknown): boolean {
  return typeof ms === 'number' && ms >= 0 && ms < Infinity;
}

function checkedTakes(takesMs: Takes): Takes {
  return (index) => {
    const ms = takesMs(index);
    if (!isTime(ms)) throw invalid(`takesMs to return a number of milliseconds from 0 for index ${index}`, ms);
    return ms;
  };
}

function checkScheduler(scheduler: unknown): void {
  const has = (name: string): boolean => {
    return typeof scheduler === 'object' && scheduler !== null && typeof Reflect.get(scheduler, name) === 'function';
  };
  if (!has('now') || !has('schedule')) throw invalid('a TestScheduler or VirtualTimeScheduler of RxJS', scheduler);
}

function invalid(expected: string, got: unknown): PaladinError {
  return new PaladinError('INVALID_INPUT', `inVirtualTime: expected ${expected}, got ${describe(got)}`);
}
