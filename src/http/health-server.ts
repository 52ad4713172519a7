import { createServer, type IncomingMessage } from 'node:http';
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

/** So many may ask at once. Those who look after processes are few, and ask every few seconds. */
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
  server.maxConnections = mostConnections;
  const admit = ({ headers }: IncomingMessage): void => {
    checkHostHeader(host, headers.host);
  };
  server.on('upgrade', (request: OnlyRequest) => {
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
