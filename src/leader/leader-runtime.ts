import type { CallerContext } from '../caller-context.js';
import type { PartOfJob, StagePolicy } from '../core/job/job-events.js';
import { Job } from '../core/job/job.js';
import { CallSite } from '../errors/call-site.js';
import { PaladinError } from '../errors/paladin-error.js';
import { defaultWindow, leastAskAfterMs } from '../limits.js';
import { executingNow, isStrayNow } from '../executor/executing-now.js';
import type { Dial } from '../link/link.js';
import type { Operation } from '../operation/operation.js';
import type { HubToLeader, JobDescription, LeaderToHub, StageDescription } from '../protocol/messages.js';
import { NotSerializableError, type Serializer } from '../serializer/serializer.js';
import { ChainJob } from './chain-job.js';
import { InnerJob, type Refusable } from './inner-job.js';
import { JobDriver, type JobHandle, type JobOutlet, type SiteOf } from './job-driver.js';
import { outcomeOf, type JobEnding, type OpeningListener } from './job-listener.js';
import { JobListeners, type ListenedTo } from './job-listeners.js';
import type { JobObserver, PartObserver } from './job-observer.js';
import {
  checkObserver,
  checkChain,
  checkJobOptions,
  checkSerializer,
  checkSpeculation,
  checkSignal,
  identityOf,
  jobOptions,
  siteOf,
  type JobSpec,
  type StageSpec,
} from './job-spec.js';
import type { Time } from '../time.js';
import type { JobProgress } from './job-progress.js';
import { operatorHints, runHints } from './misplaced-options.js';
import type { RunOptions, Runtime } from './runtime.js';
import { OpenJobs } from './open-jobs.js';
import { SessionDriver, type JobUses } from './session-driver.js';
import { SoloJob } from './solo-job.js';
import { StandingJobs } from './standing-jobs.js';
import { checkArguments, refusalOf } from './validation.js';
import { isA, messageOf } from '../errors/thrown.js';
import { checkOptions, type Known } from '../errors/options.js';

const knownRun: Known<RunOptions> = {
  timeout: true,
  retry: true,
  validate: true,
  priority: true,
  labels: true,
  serializer: true,
  signal: true,
};
const knownSpec: Known<JobSpec> = { ...jobOptions, stages: true };
const aSpec = "a job's spec, as in { stages: [{ kind: 'map', operation }] }";

/** What a runtime is made with. */
export interface RuntimeConfig {
  readonly serializer: Serializer;
  readonly noWorkerTimeoutMs: number;
  /** What more is known of why there is no worker, see the job's; absent: nothing. */
  readonly awaited?: (unknown?: string) => string | undefined;
  /** After how long without a worker a warning is given; absent: never. */
  readonly noWorkerWarningMs?: number;
  readonly reconnectTimeoutMs: number;
  readonly maxDeaths: number;
  /** Called once: when the hub has said welcome, or refused. */
  readonly welcomed: (error?: PaladinError) => void;
  /** Called with what a job names, before it is opened; throws when it cannot be used. */
  readonly using?: (uses: JobUses) => void;
  /** Called last in `close`. */
  readonly closed?: () => Promise<void>;
  /** Default: the time of programs. */
  readonly time?: Time | undefined;
}

/** A runtime over any link to a hub. */
export class LeaderRuntime implements Runtime {
  readonly #config: RuntimeConfig;
  readonly #session: SessionDriver;
  readonly #standing = new StandingJobs();
  readonly #openJobs: OpenJobs;
  readonly #listeners = new JobListeners();
  /** Operations that were run before. */
  readonly #known = new WeakSet<Operation<never, unknown>>();
  #closing: Promise<void> | undefined;

  constructor(dial: Dial<LeaderToHub, HubToLeader>, config: RuntimeConfig) {
    this.#config = config;
    const askAfterMs = Math.max(leastAskAfterMs, config.noWorkerTimeoutMs);
    this.#session = new SessionDriver(
      dial,
      { ...config, askAfterMs },
      config.welcomed,
      () => this.#openJobs.report(),
      config.time,
    );
    this.#openJobs = new OpenJobs(() => this.#session.hub, config.time, this.#listeners);
  }

  jobs(): JobProgress[] {
    return this.#openJobs.all();
  }

  /** Why the hub is not there. */
  get lastReason(): string {
    return this.#session.lastReason;
  }

  /** The context of whoever a job is for, by the job's number; undefined when it is over. */
  contextOf(number: number): CallerContext | undefined {
    return this.#session.contextOf(number);
  }

  /** The operations and the serializer of a job, by the job's number; undefined when it is over. */
  usesOf(number: number): JobUses | undefined {
    return this.#session.usesOf(number);
  }

  /**
   * From now on the listener is told of each job that is opened, until what is returned is called. All copies of this package
   * know this name.
   */
  '~paladinListen'(listener: OpeningListener): () => void {
    return this.#listeners.add(listener);
  }

  /** Ends all jobs with the error, now and from now on. */
  fail(error: PaladinError): void {
    this.#session.fail(error);
  }

  openJob(given: JobSpec, observer: JobObserver): JobHandle {
    const spec = checkOptions('openJob', given, knownSpec, operatorHints, aSpec);
    checkObserver('openJob', observer);
    const outer = executingNow();
    if (outer === undefined) return this.#open(spec, observer);
    const open = (counting: JobObserver, over: () => void): Refusable => this.#open(spec, counting, over);
    return new InnerJob(outer, spec.stages.at(-1)?.kind === 'fold', observer, open);
  }

  /** @param over called when nothing of it is left */
  #open(spec: JobSpec, observer: JobObserver, over?: () => void): JobDriver | ChainJob {
    const chain = this.#prepare('openJob', spec);
    const stageSite = siteOf(spec.stages);
    // Stages that operators have not made say nothing of the program.
    // oxlint-disable-next-line typescript/unbound-method -- it is not called, only found in the stack
    const own = stageSite(undefined) === undefined ? new CallSite(this.openJob) : undefined;
    const site: SiteOf = (operation) => own ?? stageSite(operation);
    const number = this.#session.nextJobNumber();
    // The part at the end of the chain is opened last.
    let at: number | undefined;
    return this.#openJobs.open({ number, spec, observer, over, at: () => at ?? number }, (telling, isOver, listened) => {
      // One stage alone cannot be divided.
      const whole = { observer: telling, number, over: isOver, siteOf: site, listened };
      if (chain.stages.length === 1) return this.#start(chain, whole);
      return new ChainJob(
        telling,
        ({ part, observer: partObserver, made }) => {
          at = at === undefined ? number : this.#session.nextJobNumber();
          this.#start(chain, { observer: partObserver, number: at, of: number, part, made, siteOf: site, listened });
        },
        isOver,
      );
    });
  }

  /**
   * Checks the spec, and describes its stages.
   *
   * @param where the caller, for messages
   */
  #prepare(where: string, spec: JobSpec): OpenableChain {
    checkChain(where, spec.stages);
    checkJobOptions(where, spec);
    checkSpeculation(where, spec.stages, spec);
    if (this.#closing !== undefined) throw new PaladinError('CLOSED', 'the runtime is closed');
    const serializer = spec.serializer === undefined ? this.#config.serializer : checkSerializer(where, spec.serializer);
    this.#config.using?.({ operations: spec.stages.map(({ operation }) => operation), serializer });
    const stages = spec.stages.map((stage) => this.#describe(stage, serializer));
    return { spec, serializer, stages, isStray: isStrayNow() };
  }

  /** Opens a job of the chain, or of a part of it. */
  #start({ spec, serializer, stages, isStray }: OpenableChain, opening: Opening): JobDriver {
    const { observer, part, made, over, listened, number = this.#session.nextJobNumber(), of = number } = opening;
    const { from, to } = part ?? { from: 0, to: stages.length };
    const description: JobDescription = {
      stages: stages.slice(from, to),
      serializer: serializer.name,
      ...(part && { part: { of, from } }),
      ...(listened?.headers && { headers: listened.headers }),
    };
    const outlet: JobOutlet = {
      send: (batch) => {
        this.#session.send(number, listened === undefined ? batch : listened.sent(batch, number));
      },
      acknowledge: (seq, attempt) => {
        this.#session.acknowledge(number, seq, attempt);
      },
      cancel: (seq, attempt) => {
        listened?.dropped(seq, attempt, number);
        this.#session.cancel(number, seq, attempt);
      },
      locate: (seq, attempt) => {
        this.#session.locate(number, seq, attempt);
      },
      placeLeft: () => {
        this.#session.placeLeft(number);
      },
      handled: (report) => {
        this.#session.handled(number, report);
      },
      over: (ending) => {
        this.#session.remove(number, outcomeOf(ending));
        over?.(ending);
      },
    };
    const driver = new JobDriver(this.#machine(spec, serializer, part), observer, outlet, opening.siteOf, this.#config.time);
    made?.(driver);
    this.#session.add(number, {
      description,
      priority: spec.priority ?? 0,
      labels: spec.labels ?? [],
      driver,
      needs: needsOf(description, spec.labels ?? []),
      uses: { operations: spec.stages.slice(from, to).map(({ operation }) => operation), serializer },
      isStray,
      ...(listened && { answered: (event) => listened.answered(event, number) }),
    });
    driver.start();
    return driver;
  }

  run<Input, Output>(operation: Operation<Input, Output>, input: Input, options: RunOptions = {}): Promise<Output> {
    const outer = executingNow();
    // oxlint-disable-next-line typescript/unbound-method -- it is not called, only found in the stack
    const site = new CallSite(this.run);
    if (outer === undefined) return this.#run(operation, input, options, site);
    return outer.run(() => this.#run(operation, input, options, site));
  }

  async #run<Input, Output>(
    operation: Operation<Input, Output>,
    input: Input,
    options: RunOptions,
    site: CallSite,
  ): Promise<Output> {
    const { signal, ...own } = checkOptions('run', options, knownRun, runHints);
    checkSignal('run', signal);
    signal?.throwIfAborted();
    // A run with options has a job of its own. So has a run that the code of an operation makes by itself: its job may be ended
    // for that.
    const isPlain =
      Object.values<unknown>(own).every((value) => value === undefined) && !isStrayNow() && !this.#listeners.tellApart;
    // The hub sends batches of a cheap job ahead to workers. There they may wait behind an element that this leader holds up.
    const mayShare = isPlain && !this.#session.isBusy;
    const job = (mayShare ? this.#standing.take(operation) : undefined) ?? this.#openSolo(operation, own, isPlain);
    // The operation's type says what it returns.
    return (await job.execute(input, signal, site)) as Output;
  }

  /** @param mayStand whether further values may go through it */
  #openSolo(operation: Operation<never, unknown>, options: Omit<RunOptions, 'signal'>, mayStand: boolean): SoloJob {
    const { timeout, retry, validate, ...job } = options;
    const stage: StageSpec = {
      kind: 'map',
      operation,
      ...(timeout === undefined ? {} : { timeout }),
      ...(retry === undefined ? {} : { retry }),
      ...(validate === undefined ? {} : { validate }),
    };
    const solo: SoloJob = new SoloJob(
      operation,
      (observer) => {
        const spec = { ...job, stages: [stage] };
        const chain = this.#prepare('run', spec);
        const number = this.#session.nextJobNumber();
        const siteOf = (): CallSite | undefined => solo.site;
        return this.#openJobs.open({ number, spec, observer, isResting: () => solo.isResting }, (telling, over, listened) =>
          this.#start(chain, { observer: telling, number, over, siteOf, listened }),
        );
      },
      (rested) => {
        // Most operations are run once, or made anew for each run. So a job stays open from the second run on.
        if (mayStand && this.#known.has(operation)) this.#standing.put(rested);
        else rested.close();
        this.#known.add(operation);
      },
      (ended) => {
        this.#standing.drop(ended);
      },
    );
    return solo;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#standing.clear();
    await this.#session.close(new PaladinError('CLOSED', 'the runtime was closed while the job was running'));
    await this.#config.closed?.();
  }

  #machine(spec: JobSpec, serializer: Serializer, part: PartOfJob | undefined): Job {
    const stages = spec.stages.map(({ kind, operation, timeout, retry, onFatal }): StagePolicy => ({
      kind,
      operation: operation.name,
      timeoutMs: timeout === Infinity ? undefined : timeout,
      retry,
      onFatal: onFatal ?? 'terminate',
    }));
    const last = spec.stages.at(-1);
    return new Job({
      stages,
      refuse: part === undefined || part.from === 0 ? refusalOf(spec.stages[0]) : undefined,
      empty: last?.kind === 'fold' ? () => identityOf(last) : undefined,
      ordered: spec.ordered ?? true,
      batch: spec.batch ?? 'auto',
      window: spec.window ?? defaultWindow,
      serializer,
      noWorkerTimeoutMs: this.#config.noWorkerTimeoutMs,
      awaited: this.#config.awaited,
      warnAfterMs: this.#config.noWorkerWarningMs,
      maxDeaths: this.#config.maxDeaths,
      speculate: spec.speculate ?? false,
      divisible: stages.length > 1,
      ...(part && { part }),
      random: Math.random,
      limits: () => this.#session.limits(),
    });
  }

  #describe({ kind, operation, timeout, validate = false }: StageSpec, serializer: Serializer): StageDescription {
    if (validate) checkArguments(operation);
    const { name, version, args } = operation;
    const timeoutMs = timeout === undefined || timeout === Infinity ? {} : { timeoutMs: timeout };
    if (args.length === 0) return { kind, operation: name, version, ...timeoutMs };
    let encoded: Uint8Array;
    try {
      encoded = serializer.encode(args);
    } catch (error) {
      const place = isA(error, NotSerializableError) ? `argument ${error.valueIndex + 1}: ${error.message}` : messageOf(error);
      throw new PaladinError('NOT_SERIALIZABLE', `the arguments of operation '${name}' cannot be sent: ${place}`, {
        operation: name,
        cause: error,
      });
    }
    const { maxPayloadBytes } = this.#session.limits();
    if (encoded.byteLength > maxPayloadBytes) {
      const message = `the arguments of operation '${name}' have ${encoded.byteLength} bytes, and the hub admits ${maxPayloadBytes}`;
      throw new PaladinError('PAYLOAD_TOO_LARGE', message, { operation: name });
    }
    return { kind, operation: name, version, args: encoded, ...timeoutMs };
  }
}

/** A stage chain that may be opened. */
interface OpenableChain {
  readonly spec: JobSpec;
  readonly serializer: Serializer;
  readonly stages: readonly StageDescription[];
  /** Whether the code of an operation runs it, though none is executing there. */
  readonly isStray: boolean;
}

/** How a job of a chain is opened. */
interface Opening {
  readonly observer: PartObserver;
  readonly number?: number;
  /** The job of the whole chain. */
  readonly of?: number;
  readonly part?: PartOfJob | undefined;
  /** Is given the driver before anything is told. */
  readonly made?: (driver: JobDriver) => void;
  /** What errors show in their stacks. */
  readonly siteOf: SiteOf;
  /** Called when the job is over. */
  readonly over?: ((ending: JobEnding) => void) | undefined;
  /** Those who listen; undefined: nobody does. */
  readonly listened: ListenedTo | undefined;
}

/** Equal for jobs that ask the same of workers. */
function needsOf({ stages, serializer }: JobDescription, labels: readonly string[]): string {
  return JSON.stringify([stages.map(({ operation, version }) => [operation, version]), serializer, labels]);
}
