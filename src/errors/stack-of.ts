import { asText, isError, readOr, stackRead, textOf } from './thrown.js';

/**
 * What a programmer wants to read of a thrown value. For an error that is its stack, which says the message, too. For any other
 * value it is the text. It never throws.
 */
export function stackOf(thrown: unknown): string {
  if (!isError(thrown)) return textOf(thrown);
  const stack = stackRead(thrown);
  return typeof stack === 'string' && stack !== '' ? stack : asText(readOr(thrown, 'message'));
}
