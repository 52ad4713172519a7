/**
 * Headers: a few texts by name that a job or a batch carries to its executions, such as the context of a trace. The hub passes
 * them on unread.
 */
import { maxHeaderBytes } from '../limits.js';
import { utf8, utf8Of } from './utf8.js';

export type Headers = Readonly<Record<string, string>>;

/** The headers as bytes: as many as have room, in their order. It is undefined where there are none. */
export function encodeHeaders(headers: Headers): Uint8Array | undefined {
  const fitting: [string, string][] = [];
  let encoded: Uint8Array | undefined;
  for (const header of Object.entries(headers)) {
    const longer = utf8Of(JSON.stringify([...fitting, header]));
    if (longer.byteLength > maxHeaderBytes) continue;
    fitting.push(header);
    encoded = longer;
  }
  return encoded;
}

/** What bytes from outside say. Bytes that say nothing are no headers: a trace is not worth an error. */
export function decodeHeaders(bytes: Uint8Array): Headers {
  try {
    const entries: unknown = JSON.parse(utf8(bytes));
    return Array.isArray(entries) && entries.every(isHeader) ? Object.fromEntries(entries) : {};
  } catch {
    return {};
  }
}

function isHeader(entry: unknown): entry is readonly [string, string] {
  return Array.isArray(entry) && entry.length === 2 && entry.every((text) => typeof text === 'string');
}
