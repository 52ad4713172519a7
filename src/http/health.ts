import type { IncomingMessage, ServerResponse } from 'node:http';

/** Why a hub or a worker is to be given nothing at present, as `draining`; undefined: it is ready. */
export type NotReady = () => string | undefined;

/**
 * Answers those who look after the process of a hub or a worker. `/healthz` says that it lives. `/readyz` says whether it is
 * ready for work. They tell nobody anything else.
 *
 * @param under the path under which they answer, too: those behind a proxy know it. Empty: none.
 */
export function answerHealth(request: IncomingMessage, response: ServerResponse, notReady: NotReady, under = ''): void {
  const path = pathBelow(request, under);
  if (path !== '/healthz' && path !== '/readyz') answer(response, 404, 'not found');
  else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'method not allowed');
  else if (path === '/healthz') answer(response, 200, 'ok');
  else {
    const why = notReady();
    if (why === undefined) answer(response, 200, 'ready');
    else answer(response, 503, why);
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${JSON.stringify({ status: text })}\n`);
}

/** The path that is asked for. Those behind a proxy know another one, which may stand before it. */
export function pathBelow({ url = '' }: IncomingMessage, under: string): string {
  const [asked = ''] = url.split('?', 1);
  return asked.startsWith(`${under}/`) ? asked.slice(under.length) : asked;
}
