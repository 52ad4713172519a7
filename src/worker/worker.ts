import type { HostUrl } from '../host-types.js';
import { PaladinError } from '../errors/paladin-error.js';
import type { Executor } from '../executor/executor.js';
import { guarded } from '../guarded.js';
import { defaultConnectTimeoutMs } from '../limits.js';
import { checkToken, type Token } from '../link/check-token.js';
import { checkPeerName } from '../link/check-name.js';
import { hubUrl } from '../link/hub-url.js';
import { peerKey } from '../link/peer-id.js';
import { socketDial } from '../link/socket-dial.js';
import { noHubAnswered } from '../link/unreachable.js';
import type { HubToWorker, Offers, WorkerToHub } from '../protocol/messages.js';
import { areNames } from '../protocol/names.js';
import { hubToWorker } from '../wire/parse.js';
import { realNow, type Later } from '../real-time.js';
import { deadline } from '../timer.js';
import { warn } from '../warn.js';
import { Absence } from './absence.js';
import type { WorkerHealth } from './worker-health.js';
import type { WorkerEvent } from './worker-event.js';
import type { WorkerWatcher } from './worker-watcher.js';
import type { WorkerActivity } from './worker-activity.js';
import { WorkerDriver } from './worker-driver.js';
import { describe } from '../errors/describe.js';
import { checkCallbacks, checkMs, checkOptions, type Known } from '../errors/options.js';

/** A worker that is connected to a hub. It comes back by itself when the connection is lost. */
export interface Worker extends AsyncDisposable {
  /** The id that the hub gives it: unique, and the same for as long as the worker lives. */
  readonly id: string;
  /** How many batches it executes at once. */
  readonly slots: number;
  /** Where it says how it is, such as `http://127.0.0.1:7401`; undefined: nowhere. See `healthPort`. */
  readonly healthUrl: string | undefined;
  /** What it offers to jobs: operations as `name@version`, serializers and labels. */
  readonly offers: Offers;
  /**
   * What would be lost if it ended now: batches that it executes, and results that it keeps because their leaders may not have
   * them yet.
   */
  readonly undone: { readonly batches: number; readonly results: number };
  /**
   * Finishes what is running, hands the results in, and closes. What was not begun goes to other workers. While it has results,
   * it waits for a hub that is away, for 20 s.
   *
   * @param options `timeout`: how long all this may take, in milliseconds, from 0 to 2,147,483,647. What still runs then is
   *   handed back to the hub, which has a second to answer. Others execute it, and no element is blamed. Default `Infinity`: as
   *   long as what is running takes.
   * @throws `PaladinError` `HUB_UNREACHABLE` when no hub came back for the results. `CLOSED` when the time was up before all was
   *   finished. In both cases the worker is closed, and others execute again what is lost. `INVALID_INPUT` when the timeout is
   *   wrong; then nothing happens.
   */
  drain(options?: { readonly timeout?: number }): Promise<void>;
  /** Closes at once. What is running is abandoned, and goes to other workers. */
  close(): Promise<void>;
}

/** Options that every kind of worker has. */
export interface WorkerConnection {
  /**
   * The hub's address, such as `http://127.0.0.1:7400`, or `https://example.org/bus` where it answers under a path. Required.
   */
  readonly hub: string | HostUrl;
  /**
   * What the worker shows to the hub: a token of 1 to 8,192 characters, or a function that returns one. The function is called at
   * each connection, so that a token may expire. When a hub that had taken the worker refuses it, the function is called again
   * for 30 s. Default: no token.
   */
  readonly token?: Token | undefined;
  /** A name for this worker, for people: at most 200 characters. Default: none. */
  readonly name?: string | undefined;
  /**
   * Labels by which jobs may choose workers: at most 10,000, of 1 to 300 characters each. A hub admits 1,000 of them by default.
   * Default: none.
   */
  readonly labels?: readonly string[] | undefined;
  /**
   * How long to wait for a hub that is still to start, in milliseconds: from 0 to 2,147,483,647, or `Infinity`. Then
   * `startWorker` rejects with `HUB_UNREACHABLE`. What does not pass is not waited for: a server that is no hub, or a certificate
   * that is not trusted. Default: it waits for no hub that is not there, and 10,000 for one that is slow to answer.
   */
  readonly connectTimeout?: number | undefined;
  /**
   * Called when the connection is lost or cannot be made yet, with the reason. The worker tries to come back by itself. While
   * it tries, it is called once for each further reason. It is called again for the same one after 5 s, and then at intervals
   * that double, up to 10 min. Default: nobody is told.
   */
  readonly onLost?: ((reason: string) => void) | undefined;
  /** Called when the hub has taken the worker again. Default: nobody is told. */
  readonly onBack?: (() => void) | undefined;
  /**
   * Called when the hub refuses the worker for good after it had taken it. The code is `LIMIT_EXCEEDED` when the worker offers
   * more than the hub admits. Default: a warning of the process; in browsers on the console.
   */
  readonly onRefused?: ((error: PaladinError) => void) | undefined;
  /**
   * Called with what happens to jobs and batches, twice for each batch: for logs, and to look into a worker. Default: nobody is
   * told, and it costs nothing.
   */
  readonly onActivity?: ((activity: WorkerActivity) => void) | undefined;
  /**
   * Called with each operation that fails, once for each batch, and with each thread that is renewed: for logs. Default: nobody
   * is told.
   */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
}

export const connectionOptions: Known<WorkerConnection> = {
  hub: true,
  token: true,
  name: true,
  labels: true,
  connectTimeout: true,
  onLost: true,
  onBack: true,
  onRefused: true,
  onActivity: true,
  onEvent: true,
};

/** What this package adds to the options of a program. */
export interface EndOfWorker {
  /** Called when the worker ends, for whatever reason; it may be called again. */
  readonly ended?: () => void;
  /** Told how the worker is. */
  readonly health?: WorkerHealth;
  /** Told what comes of batches. */
  readonly watcher?: WorkerWatcher;
  /** Where others are told. */
  readonly healthUrl?: string;
}

/** An executor, and what it offers. */
export interface OfferingExecutor {
  readonly executor: Executor;
  readonly operations: readonly string[];
  readonly serializers: readonly string[];
}

/** The largest payload that the hub takes; known once it has said welcome. */
export interface PayloadLimit {
  maxPayloadBytes: number;
}

/** A worker that a hub has taken. */
export interface Connected {
  readonly worker: Worker;
  /** Leaves the hub and says why: the executor can execute nothing any more. Resolves when it has left. */
  readonly leaveBroken: (reason: string) => Promise<void>;
}

/**
 * Connects an executor to a hub.
 *
 * @returns the worker, once the hub has taken it
 * @throws `PaladinError` `HUB_UNREACHABLE` when no hub answers in time, or the error with which the hub refuses the worker
 */
export async function connectWorker(
  connection: WorkerConnection & EndOfWorker,
  execution: OfferingExecutor,
  limit: PayloadLimit,
): Promise<Connected> {
  const { token, name = '', labels = [], health, healthUrl, watcher } = connection;
  const { executor, operations, serializers } = execution;
  const offers: Offers = { operations, serializers, labels };
  const hub = hubUrl('startWorker', connection.hub);
  const waits = connection.connectTimeout !== undefined;
  const dial = socketDial<WorkerToHub, HubToWorker>(hub, 'worker', { key: peerKey(), name, token }, hubToWorker, waits);
  const { connectTimeout = defaultConnectTimeoutMs } = connection;
  let id = '';
  let welcomed = false;
  let lastReason = 'no answer';
  const absence = new Absence();
  let timer: Later | undefined;
  health?.loaded();
  const driver = await new Promise<WorkerDriver>((resolve, reject) => {
    const fail = (error: PaladinError): void => {
      timer?.cancel();
      void made.close().then(() => {
        reject(error);
      });
    };
    const made = new WorkerDriver(dial, executor, offers, {
      ready: (hubId, { maxPayloadBytes }) => {
        id = hubId;
        limit.maxPayloadBytes = maxPayloadBytes;
        absence.end();
        health?.connected();
        if (welcomed) guarded(() => connection.onBack?.());
        welcomed = true;
        timer?.cancel();
        resolve(made);
      },
      lost: (reason) => {
        lastReason = reason;
        health?.lost();
        if (absence.tells(reason, realNow())) guarded(() => connection.onLost?.(reason));
      },
      refused: (error) => {
        if (welcomed && connection.onRefused === undefined) warn(`the worker executes nothing any more: ${error.message}`);
        else if (welcomed) guarded(() => connection.onRefused?.(error));
        fail(error);
      },
      ended: () => connection.ended?.(),
      activity: connection.onActivity,
      failed: connection.onEvent,
      watcher,
    });
    timer = deadline(() => {
      fail(noHubAnswered(hub, connectTimeout, made.awaits ?? lastReason));
    }, connectTimeout);
  });
  watcher?.attach(() => ({ busy: Math.min(driver.running, executor.slots), slots: executor.slots }));
  const worker: Worker = {
    id,
    slots: executor.slots,
    healthUrl,
    offers,
    get undone() {
      return driver.undone;
    },
    drain: (options) => drain(driver, options, health),
    close: () => driver.close(),
    [Symbol.asyncDispose]: () => driver.close(),
  };
  return { worker, leaveBroken: (reason) => leaveBroken(driver, reason, health) };
}

async function leaveBroken(driver: WorkerDriver, reason: string, health: WorkerHealth | undefined): Promise<void> {
  health?.broken();
  await driver.leaveBroken(reason);
}

async function drain(
  driver: WorkerDriver,
  options: Parameters<Worker['drain']>[0],
  health: WorkerHealth | undefined,
): Promise<void> {
  const { timeout = Infinity } = checkOptions('drain', options, { timeout: true });
  const withinMs = checkMs('drain', 'timeout', timeout);
  health?.draining();
  await driver.drain(withinMs);
}

/** @throws {@link PaladinError} `INVALID_INPUT` when an option is not what it must be */
export function checkConnection(options: WorkerConnection): void {
  const { hub, token, name, labels, connectTimeout } = options;
  hubUrl('startWorker', hub);
  checkPeerName('startWorker', name);
  checkToken('startWorker', token);
  if (connectTimeout !== undefined) checkMs('startWorker', 'connectTimeout', connectTimeout);
  if (labels !== undefined && !areNames(labels)) {
    throw new PaladinError('INVALID_INPUT', `startWorker: expected labels to be a list of names, got ${describe(labels)}`);
  }
  checkCallbacks('startWorker', options, ['onLost', 'onBack', 'onRefused', 'onActivity', 'onEvent']);
}
