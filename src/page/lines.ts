/**
 * Cuts a stream of text into lines. Who reads slowly wants the newest: of several lines that came at once only the last counts.
 */
export class NewestLine {
  #rest = '';

  /**
   * @param text what came next
   * @returns the last line that is whole now; undefined: none is
   */
  take(text: string): string | undefined {
    const last = text.lastIndexOf('\n');
    if (last === -1) {
      this.#rest += text;
      return undefined;
    }
    const lines = this.#rest + text.slice(0, last);
    this.#rest = text.slice(last + 1);
    return lines.slice(lines.lastIndexOf('\n') + 1);
  }
}
