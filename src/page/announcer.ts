/** How long a sentence is left alone, in milliseconds: a screen reader needs time to speak it. */
const calmMs = 10_000;

/**
 * Which verdict is spoken.
 *
 * Rules.
 * 1. What changes the state is spoken at once.
 * 2. Another sentence of the same state waits until the one before is 10 s old. Numbers alone make no new sentence.
 */
export class Announcer {
  #state = '';
  #text = '';
  #at = -Infinity;

  /** @returns what is to be spoken: the same text while nothing new is */
  told(state: string, text: string, nowMs: number): string {
    const isOther = withoutNumbers(text) !== withoutNumbers(this.#text);
    if (state !== this.#state || (isOther && nowMs - this.#at >= calmMs)) {
      this.#state = state;
      this.#text = text;
      this.#at = nowMs;
    }
    return this.#text;
  }
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(?:[.,]\d+)*/gu, '0');
}
