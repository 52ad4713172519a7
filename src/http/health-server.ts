import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { answerHealth, pathBelow, type NotReady } from './health.js';
import { hostInUrl, listen } from './listen.js';
import { checkHostHeader } from './loopback-host.js';
import { answerOnly, OnlyRequest } from './one-request.js';
import { answerPage, type Pages } from './pages.js';

/** A server that says how a worker is. */
export interface HealthServer {
  /** Where it answers, such as `http://127.0.0.1:7401`. */
  readonly url: string;
  close(): void;
}

/**
 * So many may be connected at once. Those who look after processes are few, and ask every few seconds. Beyond that, who asks
 * nothing makes room: else idle connections would make a worker that is well look dead.
 */
const mostConnections = 64;

/** A request must have come by then, in milliseconds: it is a line. */
const requestWithinMs = 5_000;

/** How often to look for requests that are slow to come, in milliseconds. */
const lookMs = 1_000;

/**
 * Starts a server that says how a worker is. It does not keep the process alive.
 *
 * @param pages what it answers beside `/healthz` and `/readyz`
 * @throws {@link PaladinError} `INVALID_INPUT` when nobody can listen at the address
 */
export async function serveHealth(port: number, host: string, notReady: NotReady, pages: Pages): Promise<HealthServer> {
  const server = createServer({
    IncomingMessage: OnlyRequest,
    headersTimeout: requestWithinMs,
    requestTimeout: requestWithinMs,
    connectionsCheckingInterval: lookMs,
  });
  const open = new Set<Socket>();
  /** Those whose request has not come, the oldest first. */
  const silent = new Set<Socket>();
  const forget = (socket: Socket): void => {
    open.delete(socket);
    silent.delete(socket);
  };
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    silent.add(socket);
    socket.once('close', () => {
      forget(socket);
    });
    if (open.size <= mostConnections) return;
    // Where all others are being answered, it is the new one.
    const [oldest = socket] = silent;
    forget(oldest);
    oldest.destroy();
  });
  const admit = ({ headers }: IncomingMessage): void => {
    checkHostHeader(host, headers.host);
  };
  server.on('upgrade', (request: OnlyRequest) => {
    silent.delete(request.socket);
    answerOnly(request, (response) => {
      const page = pages.get(pathBelow(request, ''));
      if (page === undefined) answerHealth(request, response, notReady);
      else void answerPage(page, request, response, admit);
    });
  });
  const bound = await listen(server, port, host, "the worker's health server");
  server.unref();
  return {
    url: `http://${hostInUrl(host)}:${bound}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
