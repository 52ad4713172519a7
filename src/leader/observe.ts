import type { HostUrl } from '../host-types.js';
import { showingCall } from '../errors/call-site.js';
import { checkMs, checkOptions, type Known } from '../errors/options.js';
import { defaultConnectTimeoutMs } from '../limits.js';
import { checkToken, type Token } from '../link/check-token.js';
import { hubUrl } from '../link/hub-url.js';
import type { Link } from '../link/link.js';
import { peerKey } from '../link/peer-id.js';
import { socketDial } from '../link/socket-dial.js';
import { noHubAnswered } from '../link/unreachable.js';
import type { HubStatus, HubToObserver, ObserverToHub } from '../protocol/hub-status.js';
import { hubToObserver } from '../wire/parse.js';
import type { PaladinError } from '../errors/paladin-error.js';
import { later, type Later } from '../real-time.js';
import { deadline } from '../timer.js';

/** Options of {@link fetchStatus}. */
export interface StatusOptions {
  /** The token of an observer: a text of at most 8,192 characters, or a function that returns one. Default: none is shown. */
  readonly token?: Token | undefined;
  /**
   * How long to wait for a hub that is still to start, and for its answer, in milliseconds: from 0 to 2,147,483,647, or
   * `Infinity`. Then `HUB_UNREACHABLE` is thrown. Default: it waits for no hub that is not there, and 10,000 for one that is slow
   * to answer.
   */
  readonly connectTimeout?: number | undefined;
}

const known: Known<StatusOptions> = { token: true, connectTimeout: true };

/**
 * Asks a hub once who is connected to it, and what is queued and running there.
 *
 * @param url the hub's address, as for `connect`
 * @param options see {@link StatusOptions}
 * @returns what the hub says; long lists are cut, see {@link HubStatus}
 * @throws {@link PaladinError} `HUB_UNREACHABLE` when no hub answers: at once, or within `connectTimeout` where that is given.
 *   `UNAUTHORIZED` when the hub refuses the token. `VERSION` when it speaks another version of the protocol. `LIMIT_EXCEEDED`
 *   when it has no room for further connections. `PROTOCOL` when it sends what the protocol does not allow. `INVALID_INPUT` when
 *   the url or an option is wrong.
 *
 * @example
 * ```ts
 * import { fetchStatus, startHub } from 'paladin-rx/server';
 *
 * const hub = await startHub({ port: 0 });
 * const status = await fetchStatus(hub.url);
 * console.log(status.workers.length); // 0
 * await hub.close();
 * ```
 */
export async function fetchStatus(url: string | HostUrl, options: StatusOptions = {}): Promise<HubStatus> {
  return await showingCall(fetchStatus, () => statusOf(url, options));
}

async function statusOf(url: string | HostUrl, options: StatusOptions): Promise<HubStatus> {
  const hub = hubUrl('fetchStatus', url);
  const { token, connectTimeout = defaultConnectTimeoutMs } = checkOptions('fetchStatus', options, known);
  checkToken('fetchStatus', token);
  checkMs('fetchStatus', 'connectTimeout', connectTimeout);
  const handshake = { key: peerKey(), name: '', token };
  const waits = options.connectTimeout !== undefined;
  const dial = socketDial<ObserverToHub, HubToObserver>(hub, 'observer', handshake, hubToObserver, waits);
  let link: Link<ObserverToHub> | undefined;
  let timer: Later | undefined;
  let lastReason = 'no answer';
  try {
    return await new Promise<HubStatus>((resolve, reject) => {
      const made = dial({
        opened: () => {
          made.send({ type: 'status' });
        },
        received: ({ status }) => {
          resolve(status);
        },
        lost: (reason) => {
          lastReason = reason;
        },
        refused: reject,
      });
      link = made;
      timer = deadline(() => {
        reject(noHubAnswered(hub, connectTimeout, made.awaits ?? lastReason));
      }, connectTimeout);
    });
  } finally {
    timer?.cancel();
    await link?.close();
  }
}

/** Who watches a hub. */
export interface StatusWatcher {
  readonly told: (status: HubStatus) => void;
  /** The connection is lost. It goes on when the hub is back. */
  readonly lost: (reason: string) => void;
  /** The hub does not let it watch, or no hub answers at first: it is over. */
  readonly refused: (error: PaladinError) => void;
}

/**
 * Asks a hub again and again over one connection: each time so long after the answer before.
 *
 * @returns ends it
 */
export function watchStatus(
  url: string | HostUrl,
  { token }: Pick<StatusOptions, 'token'>,
  everyMs: number,
  { told, lost, refused }: StatusWatcher,
): () => Promise<void> {
  const handshake = { key: peerKey(), name: '', token };
  const dial = socketDial<ObserverToHub, HubToObserver>(hubUrl('status', url), 'observer', handshake, hubToObserver, false);
  let next: Later | undefined;
  const link = dial({
    opened: () => {
      link.send({ type: 'status' });
    },
    received: ({ status }) => {
      told(status);
      next = later(() => link.send({ type: 'status' }), everyMs);
    },
    lost: (reason) => {
      next?.cancel();
      lost(reason);
    },
    refused,
  });
  return async () => {
    next?.cancel();
    await link.close();
  };
}
