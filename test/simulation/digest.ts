/** A digest of a text that grows: the 53-bit hash of cyrb53, by bryc. */
export class Digest {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;

  add(text: string): void {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      this.#a = Math.imul(this.#a ^ code, 2_654_435_761);
      this.#b = Math.imul(this.#b ^ code, 1_597_334_677);
    }
  }

  get hex(): string {
    return [this.#a, this.#b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}
