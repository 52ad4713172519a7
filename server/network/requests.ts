/** Requests over HTTP, one a connection: to open a websocket, which engine.io takes, or anything else, such as how the hub is. */
import { IncomingMessage, ServerResponse, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket as TcpSocket } from 'node:net';
import type { Server } from 'socket.io';
import { answerHealth } from './health.js';

/**
 * The only request of its connection, as one that upgrades is. Of other connections Node handles all requests that have come,
 * thousands of them, before it looks at the next connection. It keeps a connection for as long as more requests come, or answers
 * are not read.
 */
export class OnlyRequest extends IncomingMessage {
  get upgrade(): boolean {
    return true;
  }

  /** Node says what stands in the request. */
  set upgrade(_: unknown) {}
}

/** A server that takes one request a connection. */
export type OneRequestServer = HttpServer<typeof OnlyRequest> | HttpsServer<typeof OnlyRequest>;

/** Hands on to engine.io who wants to open a websocket; others are answered, and their connection ends; `path` is the hub's. */
export function serveRequests(http: OneRequestServer, io: Server, path: string, isReady: () => boolean): void {
  // What engine.io does not take it would keep, until the other side closes it.
  http.removeAllListeners('upgrade');
  http.on('upgrade', (request: OnlyRequest, socket: TcpSocket, head: Buffer) => {
    if (isForEngine(request, `${io.path()}/`)) io.engine.handleUpgrade(request, socket, head);
    else answer(request, path, isReady);
  });
}

/** Whether it is to begin a session. To join one is for clients without a websocket, and would go round the hub's limits. */
function isForEngine({ url = '' }: OnlyRequest, path: string): boolean {
  return url.startsWith(path) && !new URL(url, 'http://hub').searchParams.has('sid');
}

function answer(request: OnlyRequest, path: string, isReady: () => boolean): void {
  // Not what the event gives: with a body that may be a stream which waits for the end of it.
  const { socket } = request;
  // Whoever asks may reset the connection.
  socket.on('error', () => undefined);
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    socket.destroySoon();
  });
  answerHealth(request, response, path, isReady);
}
