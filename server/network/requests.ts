/**
 * Requests to a hub, one for each connection. Engine.io takes those that open a websocket. Others ask how the hub is, for
 * example.
 */
import type { Socket as TcpSocket } from 'node:net';
import type { Server } from 'socket.io';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerHealth, pathBelow, type NotReady } from '../../src/http/health.js';
import { answerOnly, type OneRequestServer, type OnlyRequest } from '../../src/http/one-request.js';
import { answerPage, type Pages } from '../../src/http/pages.js';

/** What the hub answers over HTTP. */
export interface Served {
  /** The hub's own path: empty, or with a slash before it. */
  readonly path: string;
  readonly notReady: NotReady;
  readonly pages: Pages;
  /** Answers at `/`: with the hub's page. */
  readonly front: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers at `/overview`, for as long as it is read. `goesOn` says that it takes care of that from now on. */
  readonly overview: (request: IncomingMessage, response: ServerResponse, goesOn: () => void) => void;
  /** Throws when the request is not from an observer. */
  readonly admit: (request: IncomingMessage) => void | Promise<void>;
}

/** Where the hub's page reads what it shows. */
const overviewPath = '/overview';

/** Hands on to engine.io who wants to open a websocket. Others are answered, and their connection ends. */
export function serveRequests(http: OneRequestServer, io: Server, served: Served): void {
  // Engine.io would keep connections that it does not take, until the other side closes them.
  http.removeAllListeners('upgrade');
  http.on('upgrade', (request: OnlyRequest, socket: TcpSocket, head: Buffer) => {
    if (isForEngine(request, `${io.path()}/`)) io.engine.handleUpgrade(request, socket, head);
    else answer(request, served);
  });
}

/**
 * Whether it asks to begin a session. Clients without a websocket ask to join a session, which would go round the hub's limits.
 */
function isForEngine({ url = '' }: OnlyRequest, path: string): boolean {
  return url.startsWith(path) && !new URL(url, 'http://hub').searchParams.has('sid');
}

function answer(request: OnlyRequest, { path, notReady, pages, front, overview, admit }: Served): void {
  answerOnly(request, (response, goesOn) => {
    const asked = pathBelow(request, path);
    const page = pages.get(asked);
    // Whoever leaves out the slash behind the hub's path means the same.
    if (asked === '/' || (path !== '' && asked === path)) front(request, response);
    else if (asked === overviewPath) overview(request, response, goesOn);
    else if (page === undefined) answerHealth(request, response, notReady, path);
    else void answerPage(page, request, response, admit);
  });
}
