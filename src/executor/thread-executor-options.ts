import type { HostAbortSignal, HostUrl } from '../host-types.js';
import type { PaladinError } from '../errors/paladin-error.js';

/** Options of executors with threads of any kind. */
export interface ThreadPoolOptions {
  /** How many threads, and so how many batches at once. */
  readonly threads: number;
  /** The most bytes that the payload of a result may have; a function is asked as each job begins. Default: any. */
  readonly maxPayloadBytes?: number | (() => number);
  /** How long a thread may go on with a forgotten job before it is terminated, in milliseconds. Default 1,000. */
  readonly graceMs?: number;
  /** How long a thread may take to start, in milliseconds. Default 60,000. */
  readonly startTimeoutMs?: number;
  /**
   * How many operations may wait for jobs of their own at once, each in a thread of its own. Default: 4 a thread, and 32 at
   * least.
   */
  readonly maxWaiting?: number;
  /** Whether idle threads keep the process alive. Default false. */
  readonly keepAlive?: boolean;
  /** Called once when no thread is left, and none can be had. Batches that no thread is left for come back as `returned`. */
  readonly onBroken?: (error: PaladinError) => void;
  /** Called when a thread dies or has to be terminated, with what of. Default: `ThreadWarnings`. */
  readonly onThreadDeath?: (reason: string) => void;
  /** A thread that has executed so many tasks is renewed. Default: none is. */
  readonly renewAfterTasks?: number;
  /** A thread whose objects take more after a batch is renewed. Only threads of Node. Default: none is. */
  readonly renewAboveBytes?: number;
  /** Called when a thread is renewed, with why. Default: nobody is told. */
  readonly onThreadRenewed?: (reason: string) => void;
  /** Called when the `create` of an operation takes long, once for each. Default: `ThreadWarnings`. */
  readonly onSlowCreate?: (reason: string) => void;
  /** What counts as long, in milliseconds. Default 30,000. */
  readonly slowCreateMs?: number;
  /** Aborted when the executor is to be closed while it starts. */
  readonly signal?: HostAbortSignal;
}

/** Options of executors with threads of Node. */
export interface ThreadExecutorOptions extends ThreadPoolOptions {
  /** The modules that export the operations: URLs, or paths from the working directory. */
  readonly modules: readonly (string | HostUrl)[];
  /** Memory limits of each thread, in the form of `new Worker`. */
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb?: number };
}

/** What the threads offer, sorted. */
export interface ThreadOffers {
  /** The operations, as `name@version`. */
  readonly operations: readonly string[];
  readonly serializers: readonly string[];
}
