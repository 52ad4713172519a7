/**
 * Looks at what was thrown. It may be anything: a revoked Proxy, which throws whatever is done with it, or an object whose getters throw.
 * None of these functions throws.
 */

/** A line about what was thrown is no longer. */
const maxMessageLength = 1_000;

/** `thrown instanceof type`, also for what throws when it is asked. */
export function isA<T>(thrown: unknown, type: abstract new (...args: never[]) => T): thrown is T {
  return holds(() => thrown instanceof type);
}

/** Also errors of other realms, and DOMException. */
export function isError(value: unknown): value is Error {
  return holds(() => value instanceof Error || Object.prototype.toString.call(value) === '[object Error]');
}

/** Whether it is true; what throws is not. */
export function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** One line about what was thrown: the message of an error, or its name; of anything else its text. */
export function messageOf(thrown: unknown): string {
  const text = isError(thrown) ? asText(readOr(thrown, 'message')) || asText(readOr(thrown, 'name')) : asText(thrown);
  // Shortened before lines are joined too, as the text may be huge.
  const line = text.slice(0, 2 * maxMessageLength).replace(/\s*[\r\n]+\s*/g, ' ');
  return shortened(line, maxMessageLength);
}

/** The text of anything. */
export function asText(value: unknown): string {
  try {
    if (typeof value === 'bigint' && isHuge(value)) return '[a very large bigint]';
    return typeof value === 'string' ? value : String(value);
  } catch {
    return '[unreadable]';
  }
}

/** Writing it out may take seconds. */
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

export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length - length} more characters)`;
}

/** The text of what a getter threw. Its own getters may throw the like, without end, so it is read but once. */
function gist(thrown: unknown): string {
  try {
    return String(typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown);
  } catch {
    return 'something unreadable';
  }
}
