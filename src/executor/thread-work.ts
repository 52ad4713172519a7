import { encodeError } from '../errors/remote-error.js';
import { isError, messageOf, readOr } from '../errors/thrown.js';
import type { Registry } from '../operation/registry.js';
import type { BatchLoss, JobDescription } from '../protocol/messages.js';
import { executeAlone } from './executing-now.js';
import { JobExecution, type BatchEnd } from './run-batch.js';
import { SlotWaits, tooManyThreadsWait } from './slot-waits.js';
import { ThreadControl } from './thread-control.js';
import type { FromThread, KnownRun, ToThread } from './thread-messages.js';
import type { Progress } from './thread-progress.js';

/** What a kind of thread does around the batches that are executed in it. */
export interface ThreadSide {
  /** What it executes, for those outside. */
  readonly progress: Progress;
  /** Answers the executor. What belongs to the outcome of a batch may be given away. */
  post(message: FromThread): void;
  /** Calls the function that begins a batch, within a context of the batch's own. */
  begin<T>(run: KnownRun, description: JobDescription, begin: () => T): T;
  /** Calls something within the context of the present batch, or of the last one. */
  again(call: () => void): void;
  /** The batch has ended. */
  end(): void;
}

/** What goes on in a thread of any kind: it executes the batches that it is given, one at a time. */
export class ThreadWork {
  readonly #registry: Registry;
  readonly #side: ThreadSide;
  readonly #control: ThreadControl;
  readonly #executions = new Map<string, { readonly description: JobDescription; readonly execution: JobExecution }>();
  /** The batch that is executing; 0: none. */
  #batchNumber = 0;
  /** The job that was executed last. */
  #jobId = '';
  /** An operation of the batch, which has asked whether it may wait. */
  #asking: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  constructor(registry: Registry, side: ThreadSide) {
    this.#registry = registry;
    this.#side = side;
    this.#control = new ThreadControl(side.progress);
    // What runs before the first batch belongs to no batch.
    executeAlone(undefined);
  }

  /** The number of the batch that is executing; 0: none. */
  get batchNumber(): number {
    return this.#batchNumber;
  }

  /** Says what the thread offers: it can be given batches. */
  ready(): void {
    const { operations, serializers } = this.#registry.offers();
    const nothing = Object.fromEntries(
      serializers.map((name) => [name, this.#registry.serializer(name)?.encode([]) ?? new Uint8Array()]),
    );
    this.#side.post({ type: 'ready', operations, serializers, nothing });
  }

  /** Says why the thread cannot load its operations. */
  failed(thrown: unknown): void {
    const cause = isError(thrown) ? readOr(thrown, 'cause') : undefined;
    const { bytes } = encodeError(cause === undefined ? thrown : cause);
    this.#side.post({ type: 'failed', message: messageOf(thrown), cause: bytes });
  }

  receive(message: ToThread): void {
    switch (message.type) {
      case 'run': {
        const { jobId, job, forget } = message;
        this.#forget(forget);
        if (job !== undefined) this.#learn(jobId, job);
        this.run(message);
        break;
      }
      case 'forget':
        this.#forget(message.jobIds);
        break;
      case 'waits':
        if (message.most === undefined) this.#asking?.resolve();
        else this.#asking?.reject(tooManyThreadsWait(message.most));
        this.#asking = undefined;
    }
  }

  /** Executes a batch of a job that is known here. */
  run(run: KnownRun): void {
    const { jobId, batchNumber, batch } = run;
    const control = this.#control;
    control.batchNumber = batchNumber;
    control.waits = new SlotWaits((isWaiting) => this.#changeWaiting(batchNumber, isWaiting));
    this.#batchNumber = batchNumber;
    if (jobId !== this.#jobId) this.#side.progress.forgetCreates();
    this.#jobId = jobId;
    executeAlone(control.waits);
    const end = (batchEnd: BatchEnd): void => this.#end(batchNumber, batchEnd);
    const broke = (thrown: unknown): void => {
      // A defect here, or in a serializer. It counts as a death against the unit, so that it does not go on for ever.
      const reason = `while it was executing, its thread failed: ${messageOf(thrown)}`;
      const { offset, stage } = this.#side.progress;
      const loss: BatchLoss = { seq: batch.seq, attempt: batch.attempt, cause: 'death', offset, stage, reason };
      end({ outcome: { type: 'lost', loss }, stuck: true });
    };
    try {
      const known = this.#executions.get(jobId);
      if (known === undefined) throw new Error(`job ${jobId} is not known to this thread`);
      const { description, execution } = known;
      const running = this.#side.begin(run, description, () => execution.run(batch, control));
      if (running instanceof Promise) running.then(end).catch(broke);
      else end(running);
    } catch (thrown) {
      broke(thrown);
    }
  }

  #learn(jobId: string, { description, maxPayloadBytes }: { description: JobDescription; maxPayloadBytes: number }): void {
    // Seen from outside: a set-up may block this thread.
    const watchCreate = (stage: number): (() => void) => this.#side.progress.beginCreate(stage);
    // It waits for its operations without end: the executor outside terminates the thread.
    const execution = new JobExecution(jobId, description, this.#registry, maxPayloadBytes, Infinity, watchCreate);
    this.#executions.set(jobId, { description, execution });
  }

  #forget(jobIds: readonly string[]): void {
    for (const jobId of jobIds) {
      // Where no memory is shared, nothing else says that the batch is to be abandoned.
      if (jobId === this.#jobId && this.#batchNumber !== 0) this.#side.progress.cancel(this.#batchNumber);
      this.#side.again(() => this.#executions.get(jobId)?.execution.abort());
      this.#executions.delete(jobId);
    }
  }

  /** Settles once the executor has let the batch wait. */
  #changeWaiting(batchNumber: number, isWaiting: boolean): Promise<void> | undefined {
    // Code that goes on after the end of its batch has no slot to give up.
    if (batchNumber !== this.#batchNumber) return undefined;
    this.#side.post({ type: 'waits', batchNumber, isWaiting });
    if (!isWaiting) return undefined;
    return new Promise((resolve, reject) => {
      this.#asking = { resolve, reject };
    });
  }

  #end(batchNumber: number, { outcome, stuck }: BatchEnd): void {
    this.#side.end();
    this.#side.progress.deadlineMs = 0;
    this.#batchNumber = 0;
    executeAlone(undefined);
    this.#side.post({ type: 'ended', batchNumber, outcome, stuck });
  }
}
