import { messageOf } from '../errors/thrown.js';
import type { Registry } from '../operation/registry.js';
import type { JobDescription, UnitFailure } from '../protocol/messages.js';
import { fatalFailure } from './unit-failures.js';
import { JobExecution } from './run-batch.js';
import type { SlowCreates } from './slow-creates.js';

export interface InlineJobOptions {
  readonly registry: Registry;
  /**
   * The operations that a job itself brings along, if it does. It is called when the job begins here. When it throws, the job's
   * batches fail with `INVALID_INPUT`. Default: all operations are in the registry.
   */
  readonly registryOf?: (jobId: string) => Registry | undefined;
  /** The most bytes that the payload of a result may have; a function is asked as each job begins. Default: any. */
  readonly maxPayloadBytes?: number | (() => number);
  /** Is told what is being set up, and names what takes long. Default: nothing is named. */
  readonly slowCreates?: SlowCreates;
}

/** The jobs that an inline executor has been given batches of, and has not been told to forget. */
export class InlineJobs {
  readonly #options: InlineJobOptions;
  readonly #executions = new Map<string, JobExecution>();

  constructor(options: InlineJobOptions) {
    this.#options = options;
  }

  /** What executes the job's batches here. It is set up with the first of them. */
  executionOf(jobId: string, description: JobDescription): JobExecution {
    const before = this.#executions.get(jobId);
    if (before !== undefined) return before;
    const { maxPayloadBytes = Infinity, slowCreates } = this.#options;
    const most = typeof maxPayloadBytes === 'number' ? maxPayloadBytes : maxPayloadBytes();
    const watchCreate = slowCreates && ((stage: number) => slowCreates.watch(description.stages, stage));
    const execution = new JobExecution(jobId, description, this.#foundIn(jobId), most, undefined, watchCreate);
    this.#executions.set(jobId, execution);
    return execution;
  }

  get(jobId: string): JobExecution | undefined {
    return this.#executions.get(jobId);
  }

  forget(jobId: string): void {
    this.#executions.get(jobId)?.abort();
    this.#executions.delete(jobId);
  }

  forgetAll(): void {
    for (const execution of this.#executions.values()) execution.abort();
    this.#executions.clear();
  }

  /** The registry that has the job's operations, or why its batches fail. */
  #foundIn(jobId: string): Registry | UnitFailure {
    const { registry, registryOf } = this.#options;
    try {
      return registryOf?.(jobId) ?? registry;
    } catch (thrown) {
      return fatalFailure(0, 0, 'INVALID_INPUT', messageOf(thrown));
    }
  }
}
