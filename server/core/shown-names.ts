import { printable } from '../../src/protocol/printable.js';

/** The first names, as many as fit, and how many more there are. */
export function shownNames(names: readonly string[], mostChars: number): string[] {
  let chars = 0;
  const cut = names.findIndex((name) => (chars += name.length) > mostChars);
  const first = (cut === -1 ? names : names.slice(0, cut)).map(printable);
  return cut === -1 ? first : [...first, `and ${names.length - cut} more`];
}
