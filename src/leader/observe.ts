import { defaultConnectTimeoutMs } from '../limits.js';
import { checkToken, type Token } from '../link/check-token.js';
import { hubUrl } from '../link/hub-url.js';
import type { Link } from '../link/link.js';
import { peerKey } from '../link/peer-id.js';
import { socketDial } from '../link/socket-dial.js';
import { noHubAnswered } from '../link/unreachable.js';
import type { HubStatus, HubToObserver, ObserverToHub } from '../protocol/messages.js';
import { hubToObserver } from '../wire/parse.js';
import type { Later } from '../real-time.js';
import { deadline } from '../timer.js';

/**
 * Asks a hub once what it holds.
 *
 * @param url the hub's address
 * @param token what the hub asks for, if it asks for a token
 * @param connectTimeoutMs how long to wait for the hub
 * @throws {@link PaladinError} `HUB_UNREACHABLE`, `UNAUTHORIZED`, `VERSION` as `connect`
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
export async function fetchStatus(
  url: string | URL,
  token?: Token,
  connectTimeoutMs: number = defaultConnectTimeoutMs,
): Promise<HubStatus> {
  const hub = hubUrl('status', url);
  checkToken('status', token);
  const dial = socketDial<ObserverToHub, HubToObserver>(hub, 'observer', { key: peerKey(), name: '', token }, hubToObserver);
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
        reject(noHubAnswered(hub, connectTimeoutMs, lastReason));
      }, connectTimeoutMs);
    });
  } finally {
    timer?.cancel();
    await link?.close();
  }
}
