// Merge sort as a map and a fold over 20,000 flights: workers sort chunks, and merge neighbouring runs until one is left.
//
//   npm run build && node dist/examples/merge-sort/main.js
//
// Merging is not commutative, because the sort is stable; it comes out right because a fold only ever combines neighbours, in
// order.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { inMemory, remoteFold, remoteMap } from 'paladin-rx';
import { bufferCount, from, lastValueFrom } from 'rxjs';
import { comparator, mergeRuns, sortRun, type Flight, type Key } from './operations.js';

const keys: readonly Key[] = [{ field: 'origin' }, { field: 'distance', descending: true }];
const flights = readFlights();

await using runtime = inMemory({ modules: [new URL('operations.js', import.meta.url)], workers: 2 });
const sorted = await lastValueFrom(
  from(flights).pipe(bufferCount(500), remoteMap(sortRun(keys), runtime), remoteFold(mergeRuns(keys), runtime)),
);

const compare = comparator(keys);
const ties = sorted.filter((flight, at) => at > 0 && compare(sorted[at - 1] ?? flight, flight) === 0).length;
const first = sorted
  .slice(0, 3)
  .map(({ origin, destination, distance, date }) => `  ${origin} → ${destination}  ${distance} miles  ${date}`);
console.log(`${sorted.length} flights by origin, the farthest first:\n${first.join('\n')}\n  …`);

if (isDeepStrictEqual(sorted, flights.toSorted(compare))) {
  console.log(`as Array.prototype.toSorted has it, also the order among ${ties} that tie with the one before`);
} else {
  console.error('WRONG: Array.prototype.toSorted has them in another order');
  process.exitCode = 1;
}

/** 20,000 flights that airlines reported to the U.S. Bureau of Transportation Statistics. */
function readFlights(): Flight[] {
  const file = new URL('../data/flights-20k.json', import.meta.resolve('vega-datasets'));
  return JSON.parse(readFileSync(file, 'utf8')) as Flight[]; // What the file is known to hold.
}
