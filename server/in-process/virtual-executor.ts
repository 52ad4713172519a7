import { callerContext } from '../../src/caller-context.js';
import type { Executor, RunArguments } from '../../src/executor/executor.js';
import { InlineControl } from '../../src/executor/inline-control.js';
import { InlineJobs, type InlineJobOptions } from '../../src/executor/inline-jobs.js';
import { fatalFailure } from '../../src/executor/unit-failures.js';
import type { Batch, JobAttempt, JobDescription } from '../../src/protocol/messages.js';
import type { Outcome } from '../../src/protocol/outcome.js';
import type { VirtualScheduler } from './virtual-time.js';

/** How long an element takes in virtual time, by its index. */
export type Takes = (index: number) => number;

/** A batch that has been executed, and is not settled yet. */
interface UnderWay {
  readonly jobId: string;
  readonly batch: Batch;
  /** Settles it now. */
  readonly cut: () => void;
}

/**
 * An executor in virtual time. It executes a batch at once, in the caller's thread, and settles it when its elements have taken
 * their time. It says that they took so long. So batches are sized by virtual time, and a test runs the same way each time.
 *
 * What waits for a promise cannot go on before virtual time has ended. An element of it fails, and says so.
 */
export class VirtualExecutor implements Executor {
  readonly slots = 1;
  readonly #scheduler: VirtualScheduler;
  readonly #takes: Takes;
  readonly #options: InlineJobOptions;
  readonly #jobs: InlineJobs;
  readonly #context = callerContext();
  readonly #underWay = new Set<UnderWay>();

  constructor(scheduler: VirtualScheduler, takes: Takes, options: InlineJobOptions) {
    this.#scheduler = scheduler;
    this.#takes = takes;
    this.#options = options;
    this.#jobs = new InlineJobs(options);
  }

  run(...[jobId, description, batch, settled]: RunArguments): void {
    const outcome = this.#execute(jobId, description, batch);
    const tookMs = this.#tookMs(batch, outcome);
    const settle = (): void => {
      if (this.#underWay.delete(running)) settled(lasting(outcome, tookMs));
    };
    const delay = this.#scheduler.schedule(settle, tookMs);
    const cut = (): void => {
      delay.unsubscribe();
      settle();
    };
    const running: UnderWay = { jobId, batch, cut };
    this.#underWay.add(running);
  }

  /** All of it has been executed by now, so nobody need know how far it was. */
  abort({ jobId, seq, attempt }: JobAttempt): undefined {
    this.#cut((each) => each.jobId === jobId && each.batch.seq === seq && each.batch.attempt === attempt);
  }

  forget(jobId: string): void {
    this.#cut((each) => each.jobId === jobId);
    this.#jobs.forget(jobId);
  }

  close(): Promise<void> {
    this.#underWay.clear();
    this.#jobs.forgetAll();
    return Promise.resolve();
  }

  #cut(isMeant: (each: UnderWay) => boolean): void {
    for (const each of this.#underWay) if (isMeant(each)) each.cut();
  }

  #execute(jobId: string, description: JobDescription, batch: Batch): Outcome {
    const control = new InlineControl(jobId, batch, this.#context, { waits: () => undefined, took: () => undefined });
    const execution = this.#jobs.executionOf(jobId, description);
    const ended = control.context.run(() => execution.run(batch, control));
    control.waits.end();
    if (!(ended instanceof Promise)) return ended.outcome;
    control.aborted = true;
    execution.abortBatch(batch);
    return this.#waits(description, batch);
  }

  /** The first element has failed, and the others are given back: they fail one by one. */
  #waits({ stages, serializer }: JobDescription, { seq, attempt }: Batch): Outcome {
    const message =
      'it waits for a promise, and in virtual time nothing goes on that waits: let the operation answer at once, ' +
      'with a time of its own by takesMs, or test it with inMemory()';
    const isFold = stages.at(-1)?.kind === 'fold';
    const payload = isFold ? undefined : this.#options.registry.serializer(serializer)?.encode([]);
    const failures = [fatalFailure(0, 0, 'OPERATION_FAILED', message)];
    const result = { seq, attempt, done: 1, failures, elapsedMs: 0, payload: payload ?? new Uint8Array(0) };
    return { type: 'result', result };
  }

  /** The elements that were executed take their time one after the other. To combine partials takes none. */
  #tookMs({ units, first }: Batch, outcome: Outcome): number {
    if (units !== 'elements' || outcome.type !== 'result') return 0;
    let ms = 0;
    for (let at = 0; at < outcome.result.done; at += 1) ms += this.#takes(first + at);
    return ms;
  }
}

function lasting(outcome: Outcome, elapsedMs: number): Outcome {
  return outcome.type === 'result' ? { type: 'result', result: { ...outcome.result, elapsedMs } } : outcome;
}
