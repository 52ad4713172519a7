import { asText, isError, readOr, stackRead, textOf } from './thrown.js';

/**
 * What a programmer wants to read of whatever was thrown: an error's stack, which says its message, too; else its text. Never
 * throws.
 */
export function stackOf(thrown: unknown): string {
  if (!isError(thrown)) return textOf(thrown);
  const stack = stackRead(thrown);
  return typeof stack === 'string' && stack !== '' ? stack : asText(readOr(thrown, 'message'));
}
