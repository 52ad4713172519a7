import { maxNameLength } from '../limits.js';

/** Control characters of both ranges, marks that turn or hide text, ends of lines and paragraphs, and halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * What was made of names. A hub shows the same names again and again, and to replace the characters of one takes some
 * microseconds.
 */
const made = new Map<string, string>();
const mostMade = 1_024;

/**
 * The text as it may stand in a log, in a status and on a terminal. So the name of a peer cannot move the cursor, or hide what
 * stands beside it.
 */
export function printable(text: string): string {
  if (text.search(unprintable) === -1) return text;
  const known = made.get(text);
  if (known !== undefined) return known;
  const replaced = text.replace(unprintable, '\uFFFD');
  if (text.length > maxNameLength) return replaced;
  if (made.size >= mostMade) made.clear();
  made.set(text, replaced);
  return replaced;
}
