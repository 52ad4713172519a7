/**
 * A hash table is slow when its keys are chosen to share a place in it, and engines hash numbers and bigints in a way that
 * anybody can compute. How they do it differs by engine and version, so what is judged here is what it leads to: the time to look
 * for a key. How many keys there are does not tell: 10,000 bigints that collide take as long as a million that do not (measured).
 */
import { lookupRuns, maxLookupUs, timedKeys } from './limits.js';
import { malformed } from './malformed.js';

/** How long as many keys as are timed together may take. */
const mostMs = (maxLookupUs * timedKeys) / 1_000;

/** Watches a Map or Set while it is filled from a payload. */
export class Crowding {
  readonly #table: Map<unknown, unknown> | Set<unknown>;
  /**
   * The last keys that were new, in their order. It is one array all the time: to let it grow anew costs as much as the table.
   */
  readonly #keys: unknown[] = [];
  #count = 0;
  #size = 0;
  #sinceMs = performance.now();

  constructor(table: Map<unknown, unknown> | Set<unknown>) {
    this.#table = table;
  }

  /** A key was put in. @throws an Error when the keys are such that it takes ever longer */
  added(key: unknown): void {
    const { size } = this.#table;
    // Where it was there already, the table is as crowded as before.
    if (size === this.#size) return;
    this.#size = size;
    this.#keys[this.#count++] = key;
    if (this.#count < timedKeys) return;
    // That may as well have been their values, or a pause of the machine.
    if (performance.now() - this.#sinceMs > mostMs && areCrowded(this.#table, this.#keys)) malformed('keys that collide');
    this.#count = 0;
    this.#sinceMs = performance.now();
  }
}

/**
 * Whether it takes long, each time, to look for these keys, the last ones of the table. They are taken out meanwhile: a table
 * finds at once what was put in last, but to find that a key is not there it has to look at all that collide with it.
 */
function areCrowded(table: Map<unknown, unknown> | Set<unknown>, keys: readonly unknown[]): boolean {
  const entries = keys.map((key): [unknown, unknown] => [key, table instanceof Map ? table.get(key) : undefined]);
  for (const key of keys) table.delete(key);
  for (let run = 0; run < lookupRuns; run++) {
    if (lookupMs(table, keys) > mostMs) continue;
    for (const [key, value] of entries) {
      if (table instanceof Map) table.set(key, value);
      else table.add(key);
    }
    return false;
  }
  return true;
}

function lookupMs(table: Map<unknown, unknown> | Set<unknown>, keys: readonly unknown[]): number {
  const startMs = performance.now();
  const found = keys.filter((key) => table.has(key));
  // What is found has to be used, or an optimizing engine need not look.
  return found.length > 0 ? 0 : performance.now() - startMs;
}
