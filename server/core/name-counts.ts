/** How many tables there are. A large one takes tens of milliseconds to grow. */
const tables = 256;

/**
 * Counts hundreds of thousands of names, in many tables. Each table grows by itself. Later tables get more names, so that they do
 * not all grow at once.
 */
export class NameCounts {
  readonly #tables: Map<string, number>[] = Array.from({ length: tables }, () => new Map<string, number>());
  readonly #seed: number;
  /** Tables with names. Usually most have none, and it takes long to look for the first names in all of them. */
  readonly #used = new Set<Map<string, number>>();
  #size = 0;

  /** @param seed a whole number below 2^32, different at each hub, so that nobody chooses names which come to one table */
  constructor(seed = 0) {
    this.#seed = seed;
  }

  /** How many names are counted more than 0 times. */
  get size(): number {
    return this.#size;
  }

  has(name: string): boolean {
    return this.#tableOf(name).has(name);
  }

  /** Them, in no order. */
  *keys(): Generator<string, undefined> {
    for (const table of this.#used) yield* table.keys();
  }

  count(name: string, by: 1 | -1): void {
    const table = this.#tableOf(name);
    const before = table.get(name) ?? 0;
    const count = before + by;
    if (count === 0) table.delete(name);
    else table.set(name, count);
    if (table.size === 0) this.#used.delete(table);
    else this.#used.add(table);
    if (before === 0) this.#size += 1;
    else if (count === 0) this.#size -= 1;
  }

  #tableOf(name: string): Map<string, number> {
    // FNV-1a, over UTF-16 units.
    let hash = this.#seed;
    for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 16_777_619);
    const at = Math.floor(tables * Math.sqrt((hash >>> 0) / 2 ** 32));
    // It is below their number.
    return this.#tables[at] as Map<string, number>;
  }
}
