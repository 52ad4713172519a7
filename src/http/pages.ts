import type { IncomingMessage, ServerResponse } from 'node:http';
import { isA } from '../errors/thrown.js';
import { realNow } from '../real-time.js';
import { PaladinError } from '../errors/paladin-error.js';

/** What a page is answered with. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** Pages for observers, by their path below the hub's. */
export type Pages = ReadonlyMap<string, () => Answer | Promise<Answer>>;

/** The most of the time that a process spends on making a page, however often it is asked for. */
const mostShare = 0.1;

/** A page that is not made anew for each who asks: soon after each other, all are given the same bytes. */
export function kept(make: () => Answer | Promise<Answer>): () => Promise<Answer> {
  let last: Promise<Answer> | undefined;
  let validUntil = Infinity;
  const makeAnew = async (): Promise<Answer> => {
    const from = realNow();
    try {
      const { body, ...rest } = await make();
      const answer = { ...rest, body: Buffer.from(body) };
      const madeAt = realNow();
      validUntil = madeAt + (madeAt - from) / mostShare;
      return answer;
    } catch (error) {
      validUntil = 0;
      throw error;
    }
  };
  return () => {
    if (last === undefined || realNow() >= validUntil) {
      validUntil = Infinity;
      last = makeAnew();
    }
    return last;
  };
}

/** JSON, as one line. */
export function jsonAnswer(status: number, content: object): Answer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(content)}\n` };
}

/** Whether the request was let in. Else it is answered with the reason. */
export async function isAdmitted(
  request: IncomingMessage,
  response: ServerResponse,
  admit: (request: IncomingMessage) => void | Promise<void>,
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, jsonAnswer(405, { status: 'method not allowed' }));
    return false;
  }
  try {
    await admit(request);
    return true;
  } catch (error) {
    const { code, message } = isA(error, PaladinError) ? error : new PaladinError('PROTOCOL', 'the request makes no sense');
    if (code === 'UNAUTHORIZED') response.setHeader('www-authenticate', 'Bearer');
    send(response, jsonAnswer(code === 'UNAUTHORIZED' ? 401 : 403, { status: 'refused', code, reason: message }));
    return false;
  }
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
  if (!(await isAdmitted(request, response, admit))) return;
  try {
    send(response, await page());
  } catch (error) {
    process.emitWarning(`a page of the hub could not be made: ${String(error)}`, 'PaladinWarning');
    send(response, jsonAnswer(500, { status: 'failed' }));
  }
}

/** Answers, and that is all. */
export function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.end(body);
}
