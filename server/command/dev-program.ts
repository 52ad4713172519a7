import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ThreadWarnings } from '../../src/executor/thread-warnings.js';
import { messageOf } from '../../src/errors/thrown.js';
import type { Worker } from '../../src/worker/worker.js';
import type { Hub } from '../network/start-hub.js';
import { activityLog } from './activity-lines.js';
import { exitOnceRead, framesOf } from './exit-codes.js';
import { HubLog } from './hub-log.js';
import { logTo, type LogOptions } from './log.js';
import { GuardedOutput } from './output.js';
import { collectLess } from './serving.js';
import { WorkerLog } from './worker-log.js';
import { SourceWatch } from './source-watch.js';

export interface DevProgramOptions extends LogOptions {
  readonly port: number;
  readonly threads?: number;
  /** How long what runs with old code may go on, in milliseconds. */
  readonly drainTimeout: number;
  readonly labels: readonly string[];
  readonly origins: readonly string[];
}

/** How often files are looked at. A change is seen after two looks, before whoever has made it looks for what comes of it. */
const lookEveryMs = 150;

/**
 * A hub and a worker in one process, for whoever writes operations. When a file changes, a worker with the new code is started
 * first. Once the hub has taken it, the old one drains. What it runs is finished, or goes to the new one when that takes too
 * long. So nothing is lost. When the new code cannot be loaded, the old worker stays.
 */
export class DevProgram {
  readonly #modules: readonly string[];
  readonly #options: DevProgramOptions;
  readonly #output = new GuardedOutput();
  readonly #log: Logger;
  readonly #hubLog: HubLog;
  readonly #workerLog: WorkerLog;
  /** Warnings about threads, of which there may be very many. */
  readonly #threadWarnings: ThreadWarnings;
  /** The worker with the code that was loaded last; undefined: none could be loaded yet. */
  #worker: Worker | undefined;
  /** How many workers there have been. */
  #workersMade = 0;
  /** Whether the files, as they are, cannot be loaded. */
  #isBroken = false;

  constructor(modules: readonly string[], options: DevProgramOptions) {
    this.#modules = modules;
    this.#options = options;
    this.#log = logTo(options, this.#output);
    this.#hubLog = new HubLog(this.#log);
    this.#workerLog = new WorkerLog(this.#log);
    this.#threadWarnings = new ThreadWarnings((line) => this.#log.warn(line));
  }

  async start(): Promise<void> {
    collectLess();
    // Loaded by the command that needs it, so that the others start sooner.
    const { startHub } = await import('../network/start-hub.js');
    const { port, origins } = this.#options;
    const hub = await startHub({
      port,
      origins,
      onEvent: (event) => this.#hubLog.record(event),
      onActivity: activityLog(this.#log),
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void this.#stop(hub));
    console.log(`hub listening on ${hub.url}`);
    const { reachedFiles } = await import('./reached-files.js');
    const watch = new SourceWatch(() => reachedFiles(this.#modules));
    await this.#load(hub, []);
    console.log(
      `connect('${hub.url}') leads; open ${hub.url} in a browser to see the work; a change of ${countOf(watch)} reloads`,
    );
    await this.#follow(hub, watch);
  }

  /** Loads the files anew as often as they change. */
  async #follow(hub: Hub, watch: SourceWatch): Promise<never> {
    for (;;) {
      await wait(lookEveryMs);
      const changed = watch.look(this.#isBroken);
      if (changed.length === 0) continue;
      watch.loaded();
      await this.#load(hub, changed);
    }
  }

  /** Starts a worker with the files as they are, and lets the one before it go. */
  async #load(hub: Hub, changed: readonly string[]): Promise<void> {
    const from = performance.now();
    try {
      const before = this.#worker;
      const worker = await this.#startWorker(hub);
      this.#worker = worker;
      this.#isBroken = false;
      const ms = Math.round(performance.now() - from);
      const why = changed.length === 0 ? '' : ` after a change of ${shortList(changed)}`;
      const threads = worker.slots === 1 ? '1 thread' : `${worker.slots} threads`;
      console.log(`worker ready${why}, in ${ms} ms: ${worker.offers.operations.join(', ')} in ${threads}`);
      if (before !== undefined) void this.#retire(before);
    } catch (error) {
      this.#isBroken = true;
      const rest = this.#worker === undefined ? 'waiting for a change' : 'the code from before goes on';
      this.#log.error([`${rest}: ${messageOf(error)}`, ...framesOf(error)].join('\n'));
    }
  }

  async #startWorker(hub: Hub): Promise<Worker> {
    const { threads, labels } = this.#options;
    const { startWorker } = await import('../../src/worker/start-worker.js');
    this.#workersMade += 1;
    const tell = (reason: string): void => this.#threadWarnings.tell(reason);
    return await startWorker({
      hub: hub.url,
      modules: this.#modules,
      labels,
      name: `dev-${this.#workersMade}`,
      onThreadDeath: tell,
      onSlowCreate: tell,
      onBroken: (error) => {
        this.#isBroken = true;
        this.#log.error(`waiting for a change: ${messageOf(error)}`);
      },
      onActivity: activityLog(this.#log),
      onEvent: (event) => this.#workerLog.record(event),
      ...(threads === undefined ? {} : { threads }),
    });
  }

  /** What the old worker does not finish in time is executed again, with the new code. */
  async #retire(worker: Worker): Promise<void> {
    try {
      await worker.drain({ timeout: this.#options.drainTimeout });
    } catch (error) {
      this.#log.warn(`the worker with the code from before: ${messageOf(error)}`);
    }
  }

  /** Leaders keep what is not done. They wait for a hub that comes back. */
  async #stop(hub: Hub): Promise<void> {
    console.log('hub closing');
    this.#threadWarnings.close();
    this.#hubLog.close();
    this.#workerLog.close();
    await this.#worker?.close();
    await hub.close();
    exitOnceRead(0, this.#output);
  }
}

function countOf({ files }: SourceWatch): string {
  return files.length === 1 ? 'the file' : `any of ${files.length} files`;
}

/** The names of changed files, from the working directory. */
function shortList(paths: readonly string[]): string {
  const here = `${process.cwd()}/`;
  const [first = '', ...others] = paths.map((path) => (path.startsWith(here) ? path.slice(here.length) : path));
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
