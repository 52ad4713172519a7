// How late are flights, by hour of the day, and how sure is that? Confidence intervals by resampling 200,000 flights, on workers.
//
//   npm run quickstart             a hub and workers in this process, each worker in a thread of its own
//   npm run quickstart -- --hub    a hub and two workers as processes of their own, and this program connected to them
//
// The pipeline is the same both ways. It is run once more in plain RxJS, on this thread, and the results are compared.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { connect, inMemory, remoteFold, remoteMap } from 'paladin-rx';
import { from, lastValueFrom, map, reduce, type Observable } from 'rxjs';
import { startCluster } from './cluster.js';
import { drawChart } from './draw-chart.js';
import { readFlags } from './flags.js';
import { intervals } from './intervals.js';
import { merge, mergeTallies, nothing, resample, resampleFrom, type DelaysByHour, type Draw, type Flight } from './operations.js';
import { printOutcome, seconds } from './print-outcome.js';
import { printTable } from './print-table.js';

const flags = readFlags();
const operations = new URL('operations.js', import.meta.url);
const picture = fileURLToPath(new URL('docs/quickstart.svg', import.meta.resolve('paladin-rx/package.json')));
const workers = flags.hub ? 2 : availableParallelism();
const delays = readDelays();
const draws = drawsOf(delays, { blocks: 100, resamples: 40 });

// The one thing that differs: what the operators run on. Both close when the program ends.
console.log(`Starting a hub and ${workers} worker ${flags.hub ? 'processes' : 'threads in this process'}.`);
const startedMs = performance.now();
await using cluster = flags.hub ? await startCluster(operations, workers) : undefined;
await using runtime = cluster === undefined ? inMemory({ modules: [operations], workers }) : await connect(cluster.hubUrl);
await runtime.run(resample([]), { hour: 0, block: 0, resamples: 0 }); // There and back: a worker is up.
const startMs = performance.now() - startedMs;
console.log(`Ready after ${seconds(startMs)}${cluster === undefined ? '' : `, at ${cluster.hubUrl}`}.\n`);

// The two operators share one trip: a worker makes the tallies of a batch of draws, merges them, and sends a single one back.
const onWorkers = from(draws).pipe(remoteMap(resample(delays), runtime), remoteFold(mergeTallies, runtime));
const onThisThread = from(draws).pipe(map(resampleFrom(delays)), reduce(merge, nothing));

const remote = await timed(onWorkers);
const plain = await timed(onThisThread);
const agree = isDeepStrictEqual(remote.value, plain.value);

const found = intervals(delays, remote.value);
printTable(found);
const resamples = draws.reduce((sum, draw) => sum + draw.resamples, 0);
printOutcome({ resamples, workers, startMs, remoteMs: remote.ms, plainMs: plain.ms, hours: found.length, agree });
writeFileSync(picture, drawChart(found));
console.log(`picture     ${relative('.', picture)}`);
process.exitCode = agree ? 0 : 1;

/** The delays of 200,000 flights that airlines reported to the U.S. Bureau of Transportation Statistics. */
function readDelays(): DelaysByHour {
  const file = new URL('../data/flights-200k.json', import.meta.resolve('vega-datasets'));
  const flights = JSON.parse(readFileSync(file, 'utf8')) as Flight[]; // What the file is known to hold.
  const byHour = Array.from({ length: 24 }, (): number[] => []);
  for (const { time, delay } of flights) byHour[Math.floor(time)]?.push(delay);
  return byHour.map((minutes) => Int16Array.from(minutes));
}

/** The tasks: so many blocks of resamples for each hour. */
function drawsOf(delays: DelaysByHour, { blocks, resamples }: { readonly blocks: number; readonly resamples: number }): Draw[] {
  return delays.flatMap((_, hour) => Array.from({ length: blocks }, (__, block) => ({ hour, block, resamples })));
}

async function timed<T>(pipeline: Observable<T>): Promise<{ value: T; ms: number }> {
  const startedMs = performance.now();
  const value = await lastValueFrom(pipeline);
  return { value, ms: performance.now() - startedMs };
}
