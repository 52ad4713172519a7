import type { HostUrl } from '../host-types.js';
import { defaultConnectTimeoutMs, defaultNoWorkerTimeoutMs, defaultReconnectTimeoutMs, noWorkerWarningMs } from '../limits.js';
import { checkPeerName } from '../link/check-name.js';
import { hubUrl } from '../link/hub-url.js';
import { peerKey } from '../link/peer-id.js';
import { checkToken, type Token } from '../link/check-token.js';
import { noHubAnswered } from '../link/unreachable.js';
import type { HubToLeader, LeaderToHub } from '../protocol/messages.js';
import { hubToLeader } from '../wire/parse.js';
import { msgpack } from '../serializer/msgpack.js';
import type { SerializerName } from '../serializer/named.js';
import type { Serializer } from '../serializer/serializer.js';
import { checkDeaths, checkSerializer } from './job-spec.js';
import { runtimeHints } from './misplaced-options.js';
import { LeaderRuntime } from './leader-runtime.js';
import type { Runtime } from './runtime.js';
import { showingCall } from '../errors/call-site.js';
import { checkMs, checkOptions, type Known } from '../errors/options.js';
import { deadline } from '../timer.js';

/** Options of {@link connect}. Its times are milliseconds from 0 to 2,147,483,647, or `Infinity` for no end. */
export interface ConnectOptions {
  /**
   * What this program shows to the hub: a token of 1 to 8,192 characters, or a function that returns one. The function is called
   * at each connection, so that a token may expire. When a hub that had taken the program refuses it, the function is called
   * again for 30 s. Default: no token.
   */
  readonly token?: Token | undefined;
  /**
   * How long a job waits when no worker offers what it needs, in milliseconds. Then it ends with `NO_WORKER`. After 2 s the
   * process is warned. A job that waits for a place at the hub ends with `LIMIT_EXCEEDED`, a second later. Default 60,000.
   */
  readonly noWorkerTimeout?: number | undefined;
  /**
   * How long `connect` waits for a hub that is still to start, in milliseconds. Then it rejects with `HUB_UNREACHABLE`. What does
   * not pass is not waited for: a server that is no hub, or a certificate that is not trusted. Default: it waits for no hub that
   * is not there, and 10,000 for one that is slow to answer.
   */
  readonly connectTimeout?: number | undefined;
  /**
   * How long jobs wait for a hub that went away, in milliseconds. Then they end with `HUB_UNREACHABLE`. Default 60,000.
   */
  readonly reconnectTimeout?: number | undefined;
  /** The serializer of all jobs that do not name one: a value, or the name of one of this package's. Default `msgpack`. */
  readonly serializer?: Serializer | SerializerName | undefined;
  /**
   * An element that was executing when so many workers or threads died ends its job with `POISON_TASK`: a whole number from 1, or
   * `Infinity`. The death of a worker that was told to go does not count. With `Infinity` an element that kills whatever executes
   * it does so for ever. Default 4.
   */
  readonly maxDeaths?: number | undefined;
  /** A name for this leader, for people: at most 200 characters. Default: none. */
  readonly name?: string | undefined;
}

const known: Known<ConnectOptions> = {
  token: true,
  noWorkerTimeout: true,
  connectTimeout: true,
  reconnectTimeout: true,
  serializer: true,
  maxDeaths: true,
  name: true,
};

const workersElsewhere = 'connect starts no workers: startWorker({ hub, modules, threads }) does, or the command paladin worker.';
const hints = {
  ...runtimeHints,
  timeout: "did you mean 'connectTimeout'? How long an element may take is an option of each operator.",
  workers: workersElsewhere,
  threads: workersElsewhere,
  modules: workersElsewhere,
};

/**
 * Connects to a hub.
 *
 * @param url the hub's address, such as `http://127.0.0.1:7400`, or `https://example.org/bus` where it answers under a path
 * @param options see {@link ConnectOptions}
 * @returns a runtime, once the hub has said welcome; close it in the end, or hold it by `await using`
 * @throws {@link PaladinError} `HUB_UNREACHABLE` when no hub answers: at once, or within `connectTimeout` where that is given.
 *   `UNAUTHORIZED` when the hub refuses the token, or the page's origin. `VERSION` when it speaks another version of the
 *   protocol. `LIMIT_EXCEEDED` when it has no room for further connections. `PROTOCOL` when it sends what the protocol does not
 *   allow. `INVALID_INPUT` when the url or an option is wrong.
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { connect, defineOperation, remoteMap } from 'paladin-rx';
 * import { startHub } from 'paladin-rx/server';
 * import { startWorker } from 'paladin-rx/worker';
 *
 * const square = defineOperation({ name: 'square', execute: (x: number) => x * x });
 *
 * const hub = await startHub({ port: 0 });
 * const worker = await startWorker({ hub: hub.url, operations: [square] });
 * const runtime = await connect(hub.url);
 * await from([1, 2, 3]).pipe(remoteMap(square, runtime)).forEach((y) => {
 *   console.log(y); // 1, 4, 9
 * });
 * console.log(await runtime.run(square, 9)); // 81
 * await runtime.close();
 * await worker.close();
 * await hub.close();
 * ```
 */
export async function connect(url: string | HostUrl, options: ConnectOptions = {}): Promise<Runtime> {
  return await showingCall(connect, () => connected(url, options));
}

async function connected(url: string | HostUrl, options: ConnectOptions): Promise<Runtime> {
  const hub = hubUrl('connect', url);
  const {
    token,
    name = '',
    serializer: chosen = msgpack,
    connectTimeout = defaultConnectTimeoutMs,
    noWorkerTimeout = defaultNoWorkerTimeoutMs,
    reconnectTimeout = defaultReconnectTimeoutMs,
  } = checkOptions('connect', options, known, hints);
  checkPeerName('connect', name);
  checkToken('connect', token);
  const serializer = checkSerializer('connect', chosen);
  const connectTimeoutMs = checkMs('connect', 'connectTimeout', connectTimeout);
  const noWorkerTimeoutMs = checkMs('connect', 'noWorkerTimeout', noWorkerTimeout);
  const reconnectTimeoutMs = checkMs('connect', 'reconnectTimeout', reconnectTimeout);
  const maxDeaths = checkDeaths('connect', options.maxDeaths);
  const handshake = { key: peerKey(), name, token };
  const { promise, resolve, reject } = withResolvers();
  // Worker threads load this module with every operation, and never need a socket.
  const { socketDial } = await import('../link/socket-dial.js');
  const dial = socketDial<LeaderToHub, HubToLeader>(hub, 'leader', handshake, hubToLeader, options.connectTimeout !== undefined);
  const runtime = new LeaderRuntime(dial, {
    serializer,
    noWorkerTimeoutMs,
    noWorkerWarningMs,
    reconnectTimeoutMs,
    maxDeaths,
    welcomed: (error) => {
      if (error === undefined) resolve();
      else reject(error);
    },
  });
  const timer = deadline(() => {
    reject(noHubAnswered(hub, connectTimeoutMs, runtime.lastReason));
  }, connectTimeoutMs);
  try {
    await promise;
    return runtime;
  } catch (error) {
    await runtime.close();
    throw error;
  } finally {
    timer.cancel();
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
