import type { Logger } from 'pino';
import { messageOf } from '../../src/errors/thrown.js';
import { ThreadWarnings } from '../../src/executor/thread-warnings.js';
import type { WorkerOptions } from '../../src/worker/start-worker.js';
import { undoneText } from '../../src/worker/undone-text.js';
import type { Worker } from '../../src/worker/worker.js';
import { activityLog } from './activity-lines.js';
import { exitOnceRead, exitWith, undoneCode } from './exit-codes.js';
import { HubWait } from './hub-wait.js';
import { logTo, type LogOptions } from './log.js';
import { GuardedOutput } from './output.js';
import { WorkerLog } from './worker-log.js';

export interface WorkerProgramOptions {
  readonly hub: string;
  readonly log: LogOptions;
  /** How long draining may take, in milliseconds. */
  readonly drainTimeout: number;
}

/**
 * A worker as a process of its own: what it says of itself, and how it ends. When it is told once to go, it drains. When it is
 * told twice, it ends at once.
 */
export class WorkerProgram {
  readonly #hub: string;
  readonly #drainTimeout: number;
  readonly #output = new GuardedOutput();
  readonly #log: Logger;
  /** Warnings about threads, of which there may be very many. */
  readonly #threadWarnings: ThreadWarnings;
  readonly #workerLog: WorkerLog;
  readonly #wait: HubWait;
  /** The worker; defined once the hub has taken it. */
  #worker: Worker | undefined;
  #isDraining = false;

  constructor({ hub, log, drainTimeout }: WorkerProgramOptions) {
    this.#hub = hub;
    this.#wait = new HubWait(hub);
    this.#drainTimeout = drainTimeout;
    this.#log = logTo(log, this.#output);
    this.#workerLog = new WorkerLog(this.#log);
    this.#threadWarnings = new ThreadWarnings((line) => this.#log.warn(line));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        this.#stop();
      });
    }
  }

  /** The functions that the worker calls. */
  get listeners(): Partial<WorkerOptions> {
    const fail = (error: unknown): void => {
      this.#closeLogs();
      exitWith(error, this.#output);
    };
    return {
      onLost: (reason) => {
        this.#lost(reason);
      },
      onBack: () => {
        this.#wait.back();
        console.log(`worker ready again at ${this.#hub}`);
      },
      onRefused: (error) => {
        // While it drains, the end of draining says what is lost.
        if (!this.#isDraining) fail(error);
      },
      onBroken: fail,
      onThreadDeath: (reason) => this.#threadWarnings.tell(reason),
      onBlocked: (reason) => this.#log.warn(reason),
      onSlowCreate: (reason) => this.#threadWarnings.tell(reason),
      onActivity: activityLog(this.#log),
      onEvent: (event) => this.#workerLog.record(event),
    };
  }

  /** The hub has taken the worker. `places`: what it executes in. */
  ready(worker: Worker, places: string): void {
    this.#worker = worker;
    this.#wait.back();
    console.log(`worker ready at ${this.#hub}: ${worker.offers.operations.join(', ')} in ${places}`);
    if (worker.healthUrl !== undefined) console.log(`worker says how it is at ${worker.healthUrl}`);
  }

  /** Says what was left out of the log. */
  #closeLogs(): void {
    this.#threadWarnings.close();
    this.#workerLog.close();
  }

  #lost(reason: string): void {
    this.#log.warn({ hub: this.#hub, reason }, this.#wait.lost(reason, performance.now()));
  }

  #stop(): void {
    if (this.#worker === undefined) process.exit(0);
    if (this.#isDraining) this.#endAtOnce(this.#worker);
    else void this.#drain(this.#worker);
  }

  async #drain(worker: Worker): Promise<void> {
    this.#isDraining = true;
    console.log('worker draining');
    try {
      await worker.drain({ timeout: this.#drainTimeout });
    } catch (error) {
      this.#closeLogs();
      this.#log.error(messageOf(error));
      exitOnceRead(undoneCode, this.#output);
      return;
    }
    this.#closeLogs();
    console.log('worker drained');
    exitOnceRead(0, this.#output);
  }

  #endAtOnce({ undone }: Worker): void {
    this.#closeLogs();
    const { batches, results } = undone;
    if (batches + results === 0) {
      exitOnceRead(0, this.#output);
      return;
    }
    const text = `the worker ended with work undone, as it was told twice to go: ${undoneText(undone)}`;
    this.#log.error({ batches, results }, text);
    exitOnceRead(undoneCode, this.#output);
  }
}
