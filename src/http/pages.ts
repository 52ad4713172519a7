import type { IncomingMessage, ServerResponse } from 'node:http';
import { isA } from '../errors/thrown.js';
import { PaladinError } from '../errors/paladin-error.js';

/** What a page is answered with. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Pages for observers, by their path below the hub's. */
export type Pages = ReadonlyMap<string, () => Answer | Promise<Answer>>;

/** JSON, as one line. */
export function jsonAnswer(status: number, content: object): Answer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(content)}\n` };
}

/**
 * Answers with a page of observers, once the request was let in.
 *
 * @param admit throws a {@link PaladinError} that says why the request is not let in
 */
export async function answerPage(
  page: () => Answer | Promise<Answer>,
  request: IncomingMessage,
  response: ServerResponse,
  admit: (request: IncomingMessage) => void | Promise<void>,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, jsonAnswer(405, { status: 'method not allowed' }));
    return;
  }
  try {
    await admit(request);
  } catch (error) {
    const { code, message } = isA(error, PaladinError) ? error : new PaladinError('PROTOCOL', 'the request makes no sense');
    if (code === 'UNAUTHORIZED') response.setHeader('www-authenticate', 'Bearer');
    send(response, jsonAnswer(statuses[code] ?? 403, { status: 'refused', code, reason: message }));
    return;
  }
  try {
    send(response, await page());
  } catch (error) {
    process.emitWarning(`a page of the hub could not be made: ${String(error)}`, 'PaladinWarning');
    send(response, jsonAnswer(500, { status: 'failed' }));
  }
}

const statuses: Readonly<Record<string, number>> = { UNAUTHORIZED: 401, LIMIT_EXCEEDED: 429 };

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.end(body);
}
