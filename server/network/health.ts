import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers those who look after the hub's process. `/healthz` says that it is alive. `/readyz` says whether it takes peers. They
 * tell nobody anything else. They answer under the hub's path, too, which those behind a proxy know.
 */
export function answerHealth(request: IncomingMessage, response: ServerResponse, hubPath: string, isReady: () => boolean): void {
  const asked = request.url?.split('?', 1)[0] ?? '';
  const path = asked.startsWith(`${hubPath}/`) ? asked.slice(hubPath.length) : asked;
  if (path !== '/healthz' && path !== '/readyz') answer(response, 404, 'not found');
  else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'method not allowed');
  else if (path === '/healthz') answer(response, 200, 'ok');
  else if (isReady()) answer(response, 200, 'ready');
  else answer(response, 503, 'closing');
}

function answer(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${JSON.stringify({ status: text })}\n`);
}
