import { NodeBuffer } from '../serializer/built-ins.js';

/**
 * Functions that look at a thrown value. It may be anything: a revoked Proxy, which throws whatever is done with it, or an object
 * whose getters throw. None of these functions throws.
 */

/** A line about what was thrown is no longer. */
const maxMessageLength = 1_000;

/** How many items of a list, and of the lists in it, are written out. Lists that hold each other twice double with each level. */
const maxListItems = 1_000;

/** The most characters of their texts together, beside commas. */
const maxListLength = 100_000;

/** How many bytes of a Buffer are decoded. */
const maxBufferBytes = 2 * maxMessageLength;

/** `thrown instanceof type`. It is false for a value that throws when it is asked. */
export function isA<T>(thrown: unknown, type: abstract new (...args: never[]) => T): thrown is T {
  return holds(() => thrown instanceof type);
}

/** Whether it is an error, also one of another realm, or a DOMException. */
export function isError(value: unknown): value is Error {
  return holds(() => value instanceof Error || Object.prototype.toString.call(value) === '[object Error]');
}

/** Whether the check is true. A check that throws is not. */
export function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** One line about a thrown value: the message of an error, or its name; the text of any other value. */
export function messageOf(thrown: unknown): string {
  const text = isError(thrown) ? asText(readOr(thrown, 'message')) || asText(readOr(thrown, 'name')) : textOf(thrown);
  // It is shortened before lines are joined, too: the text may be huge.
  const line = text.slice(0, 2 * maxMessageLength).replace(/\s*[\r\n]+\s*/g, ' ');
  return abridged(line, maxMessageLength);
}

/** The text of a value that is no error. An object without a text may have a message. */
export function textOf(thrown: unknown): string {
  const text = asText(thrown);
  if (isPrimitive(thrown) || text !== '[object Object]') return text;
  const message = readOr(thrown as object, 'message');
  return typeof message === 'string' && message !== '' ? message : text;
}

/** The text of anything. It is made in bounded time: of a long list or a large Buffer, only the beginning. */
export function asText(value: unknown): string {
  try {
    if (typeof value === 'string') return value;
    if (typeof value === 'bigint' && isHuge(value)) return '[a very large bigint]';
    if (isBuffer(value)) return bufferText(value);
    if (isError(value) && !hasTexts(value)) return '[unreadable]';
    return isList(value) ? listText(value, { items: maxListItems, length: maxListLength }, new Set()) : String(value);
  } catch {
    return '[unreadable]';
  }
}

/** Whether it is a Buffer. Its text is what its bytes say: programs throw what another program wrote to its standard error. */
function isBuffer(value: unknown): value is Buffer {
  return NodeBuffer?.isBuffer(value) === true && value.toString === Reflect.get(NodeBuffer.prototype as object, 'toString');
}

function bufferText(value: Buffer): string {
  const text = value.toString('utf8', 0, maxBufferBytes);
  return value.byteLength > maxBufferBytes ? `${text}…` : text;
}

/** The methods of built-in classes look alike in all realms. */
const sourceOf = (method: unknown): string => (typeof method === 'function' ? Function.prototype.toString.call(method) : '');
const joining = { toString: sourceOf(Array.prototype.toString), join: sourceOf(Array.prototype.join) };

/** Whether its text is that of its items, by commas. Classes of lists may have a text of their own. */
function isList(value: unknown): value is ArrayLike<unknown> {
  if (!Array.isArray(value) && (!ArrayBuffer.isView(value) || value instanceof DataView)) return false;
  return sourceOf(Reflect.get(value, 'toString')) === joining.toString && sourceOf(Reflect.get(value, 'join')) === joining.join;
}

/** The text of a list as `String` makes it: by commas. Null, undefined, and a list within itself are empty. */
function listText(list: ArrayLike<unknown>, left: { items: number; length: number }, around: Set<unknown>): string {
  if (around.has(list)) return '';
  around.add(list);
  const texts: string[] = [];
  for (let at = 0; at < list.length; at += 1) {
    if (left.items === 0 || left.length === 0) {
      texts.push('…');
      break;
    }
    left.items -= 1;
    const item = list[at];
    if (isList(item)) {
      texts.push(listText(item, left, around));
      continue;
    }
    const text = asText(item ?? '').slice(0, left.length);
    left.length -= text.length;
    texts.push(text);
  }
  around.delete(list);
  return texts.join(',');
}

/** Whether it takes seconds to write it out. */
export function isHuge(value: bigint): boolean {
  return BigInt.asIntN(4_096, value) !== value;
}

/** A property, or a text that says why it cannot be read. */
export function readOr(from: object, key: string): unknown {
  try {
    return Reflect.get(from, key);
  } catch (error) {
    return `[getter threw: ${gist(error)}]`;
  }
}

/** The stack, as `readOr` reads it; undefined where name or message is an object. */
export function stackRead(from: object): unknown {
  return hasTexts(from) ? readOr(from, 'stack') : undefined;
}

/**
 * Whether an error's name and message are no objects. Whoever reads its stack or its text makes texts of them, which may take for
 * ever for objects.
 */
function hasTexts(error: object): boolean {
  return isPrimitive(readOr(error, 'name')) && isPrimitive(readOr(error, 'message'));
}

export function isPrimitive(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}

export function abridged(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length - length} more characters)`;
}

/** The text of a value that a getter threw. Its own getters may throw, too, without end. So it is read only once. */
function gist(thrown: unknown): string {
  try {
    return String(typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown);
  } catch {
    return 'something unreadable';
  }
}
