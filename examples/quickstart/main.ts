// How late are flights, by hour of the day? A map and a fold over 200,000 flights, on workers.
//
//   npm run quickstart             a hub and workers in this process, each worker in a thread of its own
//   npm run quickstart -- --hub    a hub and two workers as processes of their own, and this program connected to them
//
// The pipeline is the same both ways. It is run once more in plain RxJS, on this thread, and the results are compared.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { connect, inMemory, remoteFold, remoteMap } from 'paladin-rx';
import { from, lastValueFrom, map, reduce, type Observable } from 'rxjs';
import { startCluster } from './cluster.js';
import { differences } from './differences.js';
import { merge, mergeSummaries, nothing, summarize, summarizeFlight, type Flight } from './operations.js';
import { printOutcome, seconds } from './print-outcome.js';
import { printTable } from './print-table.js';

const { values: flags } = parseArgs({ options: { hub: { type: 'boolean', default: false } } });
const operations = new URL('operations.js', import.meta.url);
const workers = flags.hub ? 2 : Math.min(4, availableParallelism());
const flights = readFlights();

// The one thing that differs: what the operators run on. Both close when the program ends.
console.log(`Starting a hub and ${workers} worker ${flags.hub ? 'processes' : 'threads in this process'}.`);
const startedMs = performance.now();
await using cluster = flags.hub ? await startCluster(operations, workers) : undefined;
await using runtime = cluster === undefined ? inMemory({ modules: [operations], workers }) : await connect(cluster.hubUrl);
await runtime.run(summarizeFlight, { delay: 0, distance: 0, time: 0 }); // There and back: a worker is up.
console.log(`Ready after ${seconds(performance.now() - startedMs)}${cluster === undefined ? '' : `, at ${cluster.hubUrl}`}.\n`);

// The two operators share one trip: a worker maps a batch of flights, merges the summaries, and sends a single one back.
const onWorkers = from(flights).pipe(remoteMap(summarizeFlight, runtime), remoteFold(mergeSummaries, runtime));
const onThisThread = from(flights).pipe(map(summarize), reduce(merge, nothing));

const remote = await timed(onWorkers);
const plain = await timed(onThisThread);
const wrong = differences(remote.value, plain.value);

printTable(remote.value);
printOutcome({ flights: flights.length, remoteMs: remote.ms, plainMs: plain.ms, hours: plain.value.size, wrong });
process.exitCode = wrong.length === 0 ? 0 : 1;

/** 200,000 flights that airlines reported to the U.S. Bureau of Transportation Statistics. */
function readFlights(): Flight[] {
  const file = new URL('../data/flights-200k.json', import.meta.resolve('vega-datasets'));
  return JSON.parse(readFileSync(file, 'utf8')) as Flight[]; // What the file is known to hold.
}

async function timed<T>(pipeline: Observable<T>): Promise<{ value: T; ms: number }> {
  const startedMs = performance.now();
  const value = await lastValueFrom(pipeline);
  return { value, ms: performance.now() - startedMs };
}
