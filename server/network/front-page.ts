/**
 * Answers at `/`: the page that shows what `/overview` tells. It holds nothing secret, so it asks for no token: the page asks
 * whoever looks at it. Nothing of it is loaded before somebody asks.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isAdmitted, jsonAnswer, send } from '../../src/http/pages.js';
import { readPage } from '../../src/http/page-file.js';

/** The page in both forms, and what is said of it. */
interface Front {
  readonly plain: Uint8Array;
  readonly packed: Uint8Array;
  /** Changes with the page. */
  readonly tag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The page of a hub, once it has been asked for. */
export class FrontPage {
  readonly #admit: (request: IncomingMessage) => void;
  #front: Promise<Front> | undefined;

  /** @param admit throws when the hub was asked by a name that is not its own */
  constructor(admit: (request: IncomingMessage) => void) {
    this.#admit = admit;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(await isAdmitted(request, response, this.#admit))) return;
    try {
      this.#front ??= made();
      give(await this.#front, request, response);
    } catch (error) {
      this.#front = undefined;
      process.emitWarning(`the page of the hub could not be made: ${String(error)}`, 'PaladinWarning');
      send(response, jsonAnswer(500, { status: 'failed' }));
    }
  }
}

function give({ plain, packed, tag, headers }: Front, request: IncomingMessage, response: ServerResponse): void {
  const isPacked = /\bgzip\b(?!;\s*q=0(?:\.0*)?(?:,|$))/iu.test(request.headers['accept-encoding'] ?? '');
  const ownTag = `"${tag}${isPacked ? '-gzip' : ''}"`;
  const asked = request.headers['if-none-match'] ?? '';
  const body = isPacked ? packed : plain;
  const all = { ...headers, etag: ownTag, ...(isPacked && { 'content-encoding': 'gzip' }) };
  // A proxy that packs answers makes a weak tag of it.
  if (asked.split(',').some((each) => each.trim().replace(/^W\//u, '') === ownTag)) response.writeHead(304, all).end();
  else response.writeHead(200, { ...all, 'content-length': body.length }).end(request.method === 'HEAD' ? undefined : body);
}

async function made(): Promise<Front> {
  const page = await readPage();
  const plain = Buffer.from(page);
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(page) ?? [];
  return {
    plain,
    packed: await promisify(gzip)(plain, { level: 9 }),
    tag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // A hub of another version has another page.
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      // Only a header can say that no other page may frame it.
      'content-security-policy': `${policy}; frame-ancestors 'none'`,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  };
}
