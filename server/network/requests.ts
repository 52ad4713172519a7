/**
 * Requests to a hub, one for each connection. Engine.io takes those that open a websocket. Others ask how the hub is, for
 * example.
 */
import type { Socket as TcpSocket } from 'node:net';
import type { Server } from 'socket.io';
import { answerHealth, type NotReady } from '../../src/http/health.js';
import { answerOnly, type OneRequestServer, type OnlyRequest } from '../../src/http/one-request.js';

/** Hands on to engine.io who wants to open a websocket. Others are answered, and their connection ends. `path` is the hub's. */
export function serveRequests(http: OneRequestServer, io: Server, path: string, notReady: NotReady): void {
  // Engine.io would keep connections that it does not take, until the other side closes them.
  http.removeAllListeners('upgrade');
  http.on('upgrade', (request: OnlyRequest, socket: TcpSocket, head: Buffer) => {
    if (isForEngine(request, `${io.path()}/`)) io.engine.handleUpgrade(request, socket, head);
    else answerOnly(request, (response) => answerHealth(request, response, notReady, path));
  });
}

/**
 * Whether it asks to begin a session. Clients without a websocket ask to join a session, which would go round the hub's limits.
 */
function isForEngine({ url = '' }: OnlyRequest, path: string): boolean {
  return url.startsWith(path) && !new URL(url, 'http://hub').searchParams.has('sid');
}
