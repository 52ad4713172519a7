/** Control characters of both ranges, marks that turn or hide text, ends of lines and paragraphs, and halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text as it may stand in a log, in a status and on a terminal: what a peer calls itself cannot move the cursor or hide what stands beside it. */
export function printable(text: string): string {
  return text.replace(unprintable, '\uFFFD');
}
