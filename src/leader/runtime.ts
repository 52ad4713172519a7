import type { HostAbortSignal } from '../host-types.js';
import type { Operation } from '../operation/operation.js';
import type { JobHandle } from './job-driver.js';
import type { JobObserver } from './job-observer.js';
import type { JobProgress } from './job-progress.js';
import type { JobOptions, JobSpec, StageOptions } from './job-spec.js';

/** What operators run on: made by `inMemory()` or `connect(url)`. */
export interface Runtime extends AsyncDisposable {
  /**
   * Executes an operation on one value. Runs of the same operation that follow one another may share a job, and with it what
   * `create` has set up. They do so where they have no options and nothing else is under way.
   *
   * `timeout` covers the execution at the worker. It does not cover the wait for a worker or for a place at the hub: either ends
   * after the runtime's `noWorkerTimeout`. To bound all of it, give `signal: AbortSignal.timeout(ms)`.
   *
   * @param operation made by `defineOperation`, with its arguments if it takes any
   * @param input what the operation gets
   * @param options see {@link RunOptions}
   * @returns the output. The promise rejects with a `PaladinError` when the run fails; `ErrorCode` lists the codes. It rejects
   *   with the signal's reason once the signal is aborted.
   */
  run<Input, Output>(operation: Operation<Input, Output>, input: Input, options?: RunOptions): Promise<Output>;
  /**
   * Opens a job: the low-level door on which `remoteMap` and `remoteFold` stand, for remote operators of your own.
   *
   * @param spec a stage chain and the job's options
   * @param observer is told outputs and the end; may be told already before `openJob` returns
   * @returns what takes the elements in
   * @throws `PaladinError` `INVALID_INPUT` when the spec is wrong, or when `validate` refuses arguments. `NOT_SERIALIZABLE` or
   *   `PAYLOAD_TOO_LARGE` when the arguments of an operation cannot be sent. `CLOSED` when the runtime is closed.
   *
   * @example
   * ```ts
   * import { defineOperation, inMemory } from 'paladin-rx';
   *
   * const square = defineOperation({ name: 'square', execute: (x: number) => x * x });
   *
   * const runtime = inMemory();
   * await new Promise<void>((resolve, reject) => {
   *   const job = runtime.openJob(
   *     { stages: [{ kind: 'map', operation: square }] },
   *     {
   *       next: (value) => {
   *         console.log(value); // 1, 4, 9
   *       },
   *       completed: resolve,
   *       failed: reject,
   *     },
   *   );
   *   for (const x of [1, 2, 3]) job.push(x);
   *   job.complete();
   * });
   * await runtime.close();
   * ```
   */
  openJob(spec: JobSpec, observer: JobObserver): JobHandle;
  /**
   * Says of each open job how far it is, how fast it goes, and why it waits. Jobs stand in the order in which they were opened.
   * It is worked out when it is asked for. A run counts while it is executed.
   *
   * @example
   * ```ts
   * import { defineOperation, inMemory, remoteMap } from 'paladin-rx';
   * import { Subject } from 'rxjs';
   *
   * const square = defineOperation({ name: 'square', execute: (x: number) => x * x });
   *
   * const runtime = inMemory();
   * await runtime.run(square, 2);
   * const source = new Subject<number>();
   * const subscription = source.pipe(remoteMap(square, runtime, { name: 'squares' })).subscribe();
   * for (const { name, taken, waitsFor } of runtime.jobs()) console.log(name, taken, waitsFor); // squares 0 the source is slow
   * subscription.unsubscribe();
   * await runtime.close();
   * ```
   */
  jobs(): JobProgress[];
  /** Ends all jobs with `CLOSED`, and lets go of the hub or of the in-memory workers. Resolves when that is done. */
  close(): Promise<void>;
}

/** Options of {@link Runtime.run}: some of those of a stage and of a job, and a signal. */
export interface RunOptions
  extends Pick<StageOptions, 'timeout' | 'retry' | 'validate'>, Pick<JobOptions, 'priority' | 'labels' | 'serializer'> {
  /** Cancels the run when it is aborted; the promise rejects with its reason. Default: nothing cancels the run. */
  readonly signal?: HostAbortSignal | undefined;
}
