/**
 * A hash table is slow when its keys are chosen to share a place in it. Engines hash numbers and bigints in a way that anybody
 * can compute. The way differs by engine and version. So what is judged here is the result: the time to look for a key. The
 * number of keys does not tell: 10,000 bigints that collide take as long as a million that do not (measured).
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

  /** A key was put in. @throws an Error when the keys make it take ever longer */
  added(key: unknown): void {
    const { size } = this.#table;
    // If the key was there already, the table is as crowded as before.
    if (size === this.#size) return;
    this.#size = size;
    this.#keys[this.#count++] = key;
    if (this.#count < timedKeys) return;
    // Their values may have taken that time, or a pause of the machine.
    if (performance.now() - this.#sinceMs > mostMs && areCrowded(this.#table, this.#keys)) malformed('keys that collide');
    this.#count = 0;
    this.#sinceMs = performance.now();
  }
}

/**
 * Whether it takes long each time to look for these keys, the last ones of the table. They are taken out meanwhile. A table finds
 * at once what was put in last. To find that a key is not there, it has to look at all keys that collide with it.
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
  // The result has to be used. Else an optimizing engine need not look.
  return found.length > 0 ? 0 : performance.now() - startMs;
}
