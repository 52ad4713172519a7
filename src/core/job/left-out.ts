import type { Range } from '../fold/partial.js';

/** Indices to a page: a whole number of words. */
const pageSize = 1_024;
const wordBits = 32;

/** Which elements of a fold were left out: a bit each, in pages that are made where they are needed. */
export class LeftOut {
  readonly #pages = new Map<number, Uint32Array>();

  has(index: number): boolean {
    const word = this.#pages.get(Math.floor(index / pageSize))?.[wordOf(index)] ?? 0;
    return (word & bitOf(index)) !== 0;
  }

  /** Leaves the elements of the range out that are not left out yet. @returns these, as ranges, in order */
  add({ first, count }: Range): Range[] {
    const added: { first: number; count: number }[] = [];
    for (let index = first; index < first + count; index += 1) {
      if (this.has(index)) continue;
      this.#set(index);
      const last = added.at(-1);
      if (last !== undefined && last.first + last.count === index) last.count += 1;
      else added.push({ first: index, count: 1 });
    }
    return added;
  }

  #set(index: number): void {
    const number = Math.floor(index / pageSize);
    const page = this.#pages.get(number) ?? new Uint32Array(pageSize / wordBits);
    page[wordOf(index)] = (page[wordOf(index)] ?? 0) | bitOf(index);
    this.#pages.set(number, page);
  }
}

function wordOf(index: number): number {
  return Math.floor((index % pageSize) / wordBits);
}

function bitOf(index: number): number {
  return 1 << (index % wordBits);
}
