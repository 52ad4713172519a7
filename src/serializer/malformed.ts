import { PaladinError } from '../errors/paladin-error.js';
import { maxShownLength } from './limits.js';
import { isA, messageOf } from '../errors/thrown.js';

/** A payload is not what any serializer of this package writes. @throws always */
export function malformed(what: string): never {
  throw new Error(`malformed data: ${what}`);
}

/** What a serializer throws when it cannot decode a payload. */
export function undecodable(serializer: string, cause: unknown): PaladinError {
  if (isA(cause, PaladinError)) return cause;
  const why = shown(messageOf(cause));
  return new PaladinError('PROTOCOL', `serializer '${serializer}': a payload cannot be decoded: ${why}`, { cause });
}

/** A text from a payload, as messages show it. */
export function shown(text: string): string {
  return text.length <= maxShownLength ? text : `${text.slice(0, maxShownLength)}…`;
}
