/*
 * How wide text is on a terminal. No rule is exact: terminals differ, and so do their fonts. Where it is not sure, text counts as
 * wider rather than narrower, because a line that is too long breaks what is drawn around it.
 */

/** Characters of East Asia that take two columns (Unicode Standard Annex 11, wide and full width), and pictures. */
const wide =
  /[\u1100-\u115F\u2329\u232A\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18CFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]/u;

/** Marks stand above or below the character before them. */
const mark = /^\p{M}$/u;

const plain = /^[ -~]*$/u;

/** How many columns a text takes that is printable. */
export function columnsOf(text: string): number {
  if (plain.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

function widthOf(character: string): number {
  if (mark.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The text, if it takes so many columns at most. Otherwise its beginning, with `…` at the end. */
export function cutTo(columns: number, text: string): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 1) return '';
  let cut = '';
  let left = columns - 1;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    cut += character;
  }
  return `${cut}…`;
}

/** The text with spaces behind it, so that it takes so many columns at least. */
export function paddedTo(columns: number, text: string): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}
