/**
 * Requests over HTTP, one for each connection. Engine.io takes those that open a websocket. Others ask, for example, how the hub
 * is.
 */
import { IncomingMessage, ServerResponse, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket as TcpSocket } from 'node:net';
import type { Server } from 'socket.io';
import { answerHealth } from './health.js';

/**
 * The only request of its connection: it looks like one that upgrades. Else Node would handle all requests of a connection that
 * have come, thousands of them, before it looks at the next connection. It would keep a connection for as long as more requests
 * come, or answers are not read.
 */
export class OnlyRequest extends IncomingMessage {
  get upgrade(): boolean {
    return true;
  }

  /** Node sets it to what stands in the request. That is ignored. */
  set upgrade(_: unknown) {}
}

/** A server that takes one request a connection. */
export type OneRequestServer = HttpServer<typeof OnlyRequest> | HttpsServer<typeof OnlyRequest>;

/** Hands on to engine.io who wants to open a websocket. Others are answered, and their connection ends. `path` is the hub's. */
export function serveRequests(http: OneRequestServer, io: Server, path: string, isReady: () => boolean): void {
  // Engine.io would keep connections that it does not take, until the other side closes them.
  http.removeAllListeners('upgrade');
  http.on('upgrade', (request: OnlyRequest, socket: TcpSocket, head: Buffer) => {
    if (isForEngine(request, `${io.path()}/`)) io.engine.handleUpgrade(request, socket, head);
    else answer(request, path, isReady);
  });
}

/**
 * Whether it asks to begin a session. Clients without a websocket ask to join a session, which would go round the hub's limits.
 */
function isForEngine({ url = '' }: OnlyRequest, path: string): boolean {
  return url.startsWith(path) && !new URL(url, 'http://hub').searchParams.has('sid');
}

function answer(request: OnlyRequest, path: string, isReady: () => boolean): void {
  // The socket of the event is not used. With a body it may be a stream that waits for the body's end.
  const { socket } = request;
  // The other side may reset the connection.
  socket.on('error', () => undefined);
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    socket.destroySoon();
  });
  answerHealth(request, response, path, isReady);
}
