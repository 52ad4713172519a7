import type { HostAbortSignal, HostUrl } from '../../src/host-types.js';
import type { CallerContext } from '../../src/caller-context.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import type { Executor } from '../../src/executor/executor.js';
import { InlineExecutor } from '../../src/executor/inline-executor.js';
import type { InlineJobOptions } from '../../src/executor/inline-jobs.js';
import { IdleCores } from '../../src/executor/idle-cores.js';
import { checkMayStartThreads } from '../../src/executor/starting-threads.js';
import { whySilent } from '../../src/executor/web-silence.js';
import { LoopBlocks } from '../../src/executor/loop-blocks.js';
import { SlowCreates } from '../../src/executor/slow-creates.js';
import { checkDeaths, checkSerializer } from '../../src/leader/job-spec.js';
import { runtimeHints } from '../../src/leader/misplaced-options.js';
import type { JobUses } from '../../src/leader/session-driver.js';
import { LeaderRuntime } from '../../src/leader/leader-runtime.js';
import type { Runtime } from '../../src/leader/runtime.js';
import { inMemoryNoWorkerTimeoutMs, maxSlots, maxThreads } from '../../src/limits.js';
import { peerId } from '../../src/link/peer-id.js';
import { checkModules } from '../../src/operation/check-modules.js';
import { Registry } from '../../src/operation/registry.js';
import { RememberedNames, usedByJob } from '../../src/operation/remembered-names.js';
import type { Offers } from '../../src/protocol/messages.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import type { SerializerName } from '../../src/serializer/named.js';
import type { Serializer } from '../../src/serializer/serializer.js';
import { registryOf } from '../../src/worker/given-operations.js';
import type { InlineOptions } from '../../src/worker/start-inline-worker.js';
import { threadBounds, type ThreadBounds, type ThreadOptions } from '../../src/worker/start-bounds.js';
import { checkWebWorker, noValues, type ThreadSource, type WebWorkerOptions } from '../../src/worker/thread-source.js';
import type { ThreadExecutor } from '../../src/executor/thread-pool.js';
import { WorkerDriver } from '../../src/worker/worker-driver.js';
import { leaderOf } from '../../src/protocol/job-id.js';
import type { Time } from '../../src/time.js';
import { dialAsLeader, dialAsWorker, HubDriver } from './hub-driver.js';
import { defaultLimits, limitsFrom, type Limits } from '../limits.js';
import { isA, messageOf } from '../../src/errors/thrown.js';
import { describe } from '../../src/errors/describe.js';
import { checkMs, checkOptions, type Known } from '../../src/errors/options.js';

/** Options of `inMemory`. An option that is `undefined` counts as not given. */
export interface InMemoryOptions extends Pick<InlineOptions, 'operations'>, ThreadOptions, WebWorkerOptions {
  /**
   * How many workers there are. With `modules` or `worker` they are threads: a whole number from 1 to 1,024, by default as many
   * as there are cores. Without, they all execute in this thread, and more of them only wait beside each other: from 1 to 65,536.
   * Default: as many as there are cores with `modules` or `worker`, else 4.
   */
  readonly workers?: number | undefined;
  /**
   * Modules that export the operations: at most 10,000 URLs, or paths from the working directory. With modules each worker is a
   * thread of its own. Without, and without `worker`, all workers execute inline, in this thread, and know the operations that
   * jobs use. In browsers use `worker` instead. Default: none.
   */
  readonly modules?: readonly (string | HostUrl)[] | undefined;
  /** The serializer of all jobs that do not name one: a value, or the name of one of this package's. Default `msgpack`. */
  readonly serializer?: Serializer | SerializerName | undefined;
  /**
   * How long a job waits for threads to start, in milliseconds: from 0 to 2,147,483,647, or `Infinity`. Then it ends with
   * `NO_WORKER`. It ends so at once when its operation is in none of the modules. Default 10,000.
   */
  readonly noWorkerTimeout?: number | undefined;
  /**
   * The most bytes of a batch's payload, of arguments or of a result: a whole number from 1 to 2^31. Default 32 MiB, as at a hub.
   */
  readonly maxPayloadBytes?: number | undefined;
  /**
   * An element that was executing when so many threads died ends its job with `POISON_TASK`: a whole number from 1, or
   * `Infinity`. With `Infinity` an element that kills its thread does so for ever. Default 4.
   */
  readonly maxDeaths?: number | undefined;
}

const known: Known<InMemoryOptions> = {
  operations: true,
  workers: true,
  modules: true,
  serializer: true,
  noWorkerTimeout: true,
  maxPayloadBytes: true,
  maxDeaths: true,
  threadMemoryMb: true,
  threadStartTimeout: true,
  worker: true,
};

const noHub = 'a runtime in memory has its hub within. For a hub elsewhere write connect(url, { token }).';
const hints = {
  ...runtimeHints,
  hub: noHub,
  token: noHub,
  idleTimeout: 'threads stay until the runtime is closed.',
  inline: 'operations execute inline, in this thread, where no modules are given.',
};

/** How one in-memory worker in a thread is started. */
export interface ThreadStart extends ThreadBounds {
  /** What the thread is made of: it loads modules, or it is a Web Worker that serves operations. */
  readonly of: ThreadSource;
  readonly maxPayloadBytes: number;
  /** Aborted when the runtime is closed meanwhile. */
  readonly signal: HostAbortSignal;
  readonly onBroken: (error: PaladinError) => void;
}

/** Starts the executor of one in-memory worker in a thread. */
export type StartThread = (start: ThreadStart) => Promise<ThreadExecutor>;

/** What a platform can do. */
export interface Platform {
  readonly startThread: StartThread;
  /** How many threads there are by default. */
  readonly threads: number;
  /** Whether its threads can load modules. */
  readonly hasModules: boolean;
}

/** What a runtime in another time than that of programs has instead. */
export interface OtherTime {
  readonly time: Time;
  readonly executor: (jobs: InlineJobOptions) => Executor;
}

/** How many workers an in-memory runtime has inline: they take turns where their operations wait. */
const defaultInlineWorkers = 4;

/**
 * A process does not limit its own jobs: their descriptions are in its memory anyway. What is under way stays bounded, because
 * jobs wait for room.
 */
const ownLimits: Limits = {
  ...defaultLimits,
  maxJobsPerLeader: Number.MAX_SAFE_INTEGER,
  maxJobsOpenedPerSecond: Number.MAX_SAFE_INTEGER,
  maxDescriptionBytesPerLeader: Number.MAX_SAFE_INTEGER,
  maxDescriptionBytesPerWorker: Number.MAX_SAFE_INTEGER,
  maxBytes: Number.MAX_SAFE_INTEGER,
  maxOperationsPerWorker: Number.MAX_SAFE_INTEGER,
};

/**
 * Makes a runtime out of a hub and workers in this process, connected by loopback links.
 *
 * @param other the time that it lives in, where that is not the time of programs; for inline workers
 */
export function startInMemory(options: InMemoryOptions, platform: Platform, other?: OtherTime): Runtime {
  checkOptions('inMemory', options, known, hints);
  const { modules, operations, noWorkerTimeout = inMemoryNoWorkerTimeoutMs, serializer: chosen = msgpack } = options;
  checkModules('inMemory', modules);
  const serializer = checkSerializer('inMemory', chosen);
  const limits = limitsOf(options.maxPayloadBytes);
  const { maxPayloadBytes } = limits;
  checkMs('inMemory', 'noWorkerTimeout', noWorkerTimeout);
  const maxDeaths = checkDeaths('inMemory', options.maxDeaths);
  const of = threadSource(options, platform);
  const bounds = threadBounds('inMemory', options, of?.type);
  const { workers = of === undefined ? defaultInlineWorkers : platform.threads } = options;
  const most = of === undefined ? maxSlots : maxThreads;
  if (!Number.isInteger(workers) || workers < 1 || workers > most) {
    const expected = `inMemory: expected workers to be a whole number from 1 to ${most}`;
    throw new PaladinError('INVALID_INPUT', `${expected}, got ${describe(workers)}`);
  }
  if (of !== undefined) checkMayStartThreads('inMemory');
  // Every option is checked by now: whoever gets an error has no threads to end. First, as threads take long to start.
  const threads = of && threadCrew(() => hub, workers, { of, maxPayloadBytes, ...bounds }, platform.startThread);
  const hub = new HubDriver(
    {
      epoch: peerId(),
      limits,
      // Its workers are this process itself.
      ticketOf: () => 0,
    },
    other?.time,
  );
  const leaderId = peerId();
  const jobs: JobsAtHand = {
    contextOf: (jobId) => runtime.contextOf(leaderOf(jobId).number),
    usesOf: (jobId) => runtime.usesOf(leaderOf(jobId).number),
  };
  const crew = threads ?? inlineCrew(hub, workers, operations, maxPayloadBytes, jobs, other);
  const runtime = new LeaderRuntime(dialAsLeader(hub, leaderId, other?.time), {
    serializer,
    noWorkerTimeoutMs: noWorkerTimeout,
    awaited: crew.awaited,
    reconnectTimeoutMs: noWorkerTimeout,
    maxDeaths,
    welcomed: () => undefined,
    using: crew.using,
    closed: crew.close,
    time: other?.time,
  });
  crew.failed.catch((error: unknown) => {
    runtime.fail(isA(error, PaladinError) ? error : new PaladinError('INVALID_INPUT', messageOf(error), { cause: error }));
  });
  return runtime;
}

/**
 * What the threads of a runtime are made of. Undefined: there are none.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when the options contradict each other, or the platform
 */
function threadSource({ modules = [], operations, worker }: InMemoryOptions, { hasModules }: Platform): ThreadSource | undefined {
  const refuse = (why: string): never => {
    throw new PaladinError('INVALID_INPUT', `inMemory: ${why}`);
  };
  checkWebWorker('inMemory', worker);
  if (modules.length === 0 && worker === undefined) return undefined;
  if (worker !== undefined) {
    if (modules.length > 0) refuse('expected worker or modules, got both: the script of a Web Worker imports what it serves');
    if (operations !== undefined) refuse(noValues);
    return { type: 'worker', worker };
  }
  if (operations !== undefined) {
    refuse('expected modules or operations, got both: operations given as values cannot be sent to threads');
  }
  if (!hasModules) {
    refuse('expected worker or operations rather than modules: a page has Web Workers, as in worker: () => new Worker(url)');
  }
  return { type: 'modules', modules };
}

/** @throws {@link PaladinError} `INVALID_INPUT` when it is no number of bytes in range */
function limitsOf(maxPayloadBytes: number | undefined): Limits {
  return maxPayloadBytes === undefined ? ownLimits : limitsFrom('inMemory', { maxPayloadBytes }, ownLimits);
}

/** The workers of one runtime. */
interface Crew {
  /** Rejects when they cannot be started, or not replaced any more. */
  readonly failed: Promise<unknown>;
  /** A job is going to use these; throws when it cannot. */
  readonly using: (uses: JobUses) => void;
  /** What more is known of why there is no worker, for people; undefined: nothing. It gets what no worker can ever offer. */
  readonly awaited: (unknown?: string) => string | undefined;
  readonly close: () => Promise<void>;
}

/** What is known of the jobs of this process, by their ids; undefined when they are over. */
interface JobsAtHand {
  readonly contextOf: (jobId: string) => CallerContext | undefined;
  readonly usesOf: (jobId: string) => JobUses | undefined;
}

/**
 * Workers that take the operations from the jobs themselves. So they only keep those of live jobs, however many names there are
 * over time.
 */
function inlineCrew(
  hub: HubDriver,
  workers: number,
  given: InMemoryOptions['operations'],
  maxPayloadBytes: number,
  { contextOf, usesOf }: JobsAtHand,
  other: OtherTime | undefined,
): Crew {
  const registry = registryOf('inMemory', given);
  const names = new RememberedNames();
  // The program around is likely to block the event loop, too. So only what operations do for certain is told.
  const blocks = new LoopBlocks(false);
  const slowCreates = new SlowCreates();
  const idleCores = new IdleCores();
  const ofJob = (jobId: string): Registry | undefined => {
    const uses = usesOf(jobId);
    return uses && registryWith([...uses.operations, uses.serializer]);
  };
  const offers: Offers = { ...registry.offers(), labels: [], everything: true };
  const own: InlineJobOptions = { registry, registryOf: ofJob, slowCreates, maxPayloadBytes };
  const executor = other?.executor ?? ((jobs) => new InlineExecutor({ slots: 1, contextOf, blocks, idleCores, ...jobs }));
  const drivers = Array.from({ length: workers }, () => joinHub(hub, executor(own), offers, other?.time));
  hub.completed();
  return {
    failed: Promise.resolve(),
    awaited: () => undefined,
    using: ({ operations, serializer }) => {
      // Names are forgotten in time. This finds two operations of one name in a job, whatever is remembered.
      if (operations.length > 1) registryWith(operations);
      for (const value of [...operations, serializer]) if (!registry.has(value, usedByJob)) names.use(value);
    },
    close: async () => {
      await Promise.all(drivers.map((driver) => driver.close()));
    },
  };
}

/** @throws {@link PaladinError} `INVALID_INPUT` when two of them have one name */
function registryWith(values: readonly unknown[]): Registry {
  const registry = new Registry();
  for (const value of values) registry.add(value, usedByJob);
  return registry;
}

/** Workers that are threads. The hub is there by the time when one has started. */
function threadCrew(
  hub: () => HubDriver,
  workers: number,
  what: Omit<ThreadStart, 'signal' | 'onBroken'>,
  startThread: StartThread,
): Crew {
  const closing = new AbortController();
  const { signal } = closing;
  let allBroken: (error: PaladinError) => void = () => undefined;
  const breakage = new Promise<never>((_, reject) => {
    allBroken = reject;
  });
  let whole = workers;
  /** Whether no Web Worker has said that it is ready. */
  let isSilent = what.of.type === 'worker';
  const started = Promise.allSettled(
    Array.from({ length: workers }, async () => {
      let leave = (): void => undefined;
      const onBroken = (error: PaladinError): void => {
        // If it stayed, it would take batches only to give them back.
        leave();
        whole -= 1;
        if (whole === 0) allBroken(error);
      };
      const executor = await startThread({ ...what, signal, onBroken });
      isSilent = false;
      const { operations, serializers } = executor.offers;
      const driver = joinHub(hub(), executor, { operations, serializers, labels: [] });
      leave = (): void => {
        void driver.close();
      };
      return driver;
    }),
  );
  return {
    failed: Promise.race([
      breakage,
      started.then(async (results) => {
        for (const result of results) if (result.status === 'rejected' && !signal.aborted) throw result.reason;
        hub().completed();
        return await breakage;
      }),
    ]),
    using: () => undefined,
    awaited: (unknown) => {
      if (unknown !== undefined && what.of.type === 'modules') return `export '${unknown}' from one of the modules`;
      return isSilent ? `its Web Worker has said nothing: ${whySilent}` : undefined;
    },
    close: async () => {
      closing.abort();
      const results = await started;
      await Promise.all(results.map((result) => (result.status === 'fulfilled' ? result.value.close() : Promise.resolve())));
    },
  };
}

function joinHub(hub: HubDriver, executor: Executor, offers: Offers, time?: Time): WorkerDriver {
  const ignore = (): void => undefined;
  const events = { ready: ignore, lost: ignore, refused: ignore };
  return new WorkerDriver(dialAsWorker(hub, peerId(), time), executor, offers, events, time);
}
