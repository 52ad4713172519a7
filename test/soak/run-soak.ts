import { setTimeout as sleep } from 'node:timers/promises';
import type { HubStatus } from 'paladin-rx/server';
import { Cleanup } from '../../bench/processes/cleanup.js';
import { plainTable } from '../../bench/report/table.js';
import { ChildProgram } from '../processes/child-program.js';
import { leftovers } from '../processes/idle.js';
import { within } from '../processes/within.js';
import { ChurningWorker } from './churning-worker.js';
import type { Measurement } from './measure.js';
import { resourceGrowth } from './resource-growth.js';
import { grows, secondHalf, trendOf, type Sample } from './trend.js';

/** What a run is made of. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
}

/** How long everybody works between two measurements; shorter in a run of less than five minutes. */
const mostRoundMs = 5_000;
const leastRounds = 6;

/** How long the work that is running may take to end, and the hub to be rid of what was cancelled. */
const restLimitMs = 60_000;
const idleLimitMs = 5_000;

const churningWorkers = 2;

/** A process that lives as long as the run, and what was measured of it. */
interface LongLived {
  readonly program: ChildProgram;
  readonly samples: Sample[];
  readonly resources: Measurement['resources'][];
}

/**
 * Lets leaders, workers and jobs come and go in rounds, and measures after each, when nothing runs, what the processes have in
 * use that were there all the time: a hub, a worker and a leader.
 *
 * @returns what went wrong; nothing, if all went well
 */
export async function runSoak({ minutes, seed }: SoakOptions): Promise<string[]> {
  const problems: string[] = [];
  const problem = (story: string): void => {
    console.error(`PROBLEM: ${story}`);
    problems.push(story);
  };
  await using cleanup = new Cleanup();
  const start = async (name: string, ...args: readonly string[]): Promise<ChildProgram> => {
    const options = { nodeFlags: ['--expose-gc'], onUnexpectedEnd: problem };
    const program = cleanup.use(new ChildProgram(name, `test/soak/${name}.js`, args, options));
    await program.printed(/^hub listening|ready$/u);
    return program;
  };
  const hub = await start('hub');
  const url = (await hub.printed(/^hub listening/u)).replace('hub listening on ', '');
  const worker = await start('worker', url);
  const leaders = [await start('leader', url, String(seed), 'stay'), await start('leader', url, String(seed + 1), 'come-and-go')];
  const workers = await Promise.all(
    Array.from({ length: churningWorkers }, async () => cleanup.use(await ChurningWorker.start(url, problem))),
  );
  const watched: LongLived[] = [hub, worker, ...leaders.slice(0, 1)].map((program) => ({ program, samples: [], resources: [] }));

  const startMs = performance.now();
  const endMs = startMs + 60_000 * minutes;
  const roundMs = Math.min(mostRoundMs, (60_000 * minutes) / leastRounds);
  try {
    for (let round = 0; performance.now() < endMs || round < leastRounds; round += 1) {
      for (const leader of leaders) await leader.ask('work');
      await Promise.all([sleep(roundMs), workers[round % workers.length]?.renew()]);
      const jobs = await within(restLimitMs, 'the end of the jobs', Promise.all(leaders.map((leader) => leader.ask('rest'))));
      const held = await heldByIdle(hub);
      if (held !== undefined) problem(held);
      const atMs = performance.now() - startMs;
      for (const { program, samples, resources } of watched) {
        // The programs answer with what `measure` returns.
        const measurement = (await program.ask('measure')) as Measurement;
        samples.push({ atMs, bytes: measurement.heapBytes });
        resources.push(measurement.resources);
      }
      const sizes = watched.map(({ program, samples }) => `${program.name} ${megabytes(samples.at(-1)?.bytes ?? NaN)} MB`);
      console.log(`${(atMs / 1_000).toFixed(0).padStart(5)} s: ${jobs.join(' and ')} jobs; ${sizes.join(', ')}`);
    }
  } catch (error) {
    problem(String(error));
  }
  console.log(`\n${plainTable({ ...trendTable, rows: watched.map(trendRow) })}`);
  problems.push(...watched.flatMap(growthOf));
  return problems;
}

/** Waits until the hub is rid of everything; what it holds if that does not come. */
async function heldByIdle(hub: ChildProgram): Promise<string | undefined> {
  const endMs = performance.now() + idleLimitMs;
  for (;;) {
    // The program answers with what `Hub.status` returns.
    const held = leftovers((await hub.ask('status')) as HubStatus);
    if (held === undefined || performance.now() > endMs) return held;
    await sleep(20);
  }
}

function growthOf({ program: { name }, samples, resources }: LongLived): string[] {
  const trend = trendOf(secondHalf(samples));
  return [
    ...(grows(trend) ? [`the heap of the ${name} grows by ${megabytes(trend.bytesPerHour)} MB/h`] : []),
    ...resourceGrowth(resources).map((growth) => `resources of the ${name} grow: ${growth}`),
  ];
}

const trendTable = {
  caption: 'Heap and buffers after a collection, and their growth in the second half of the run',
  headings: ['process', 'samples', 'first MB', 'middle MB', 'last MB', 'MB/h', 'standard error', 'grows'],
};

function trendRow({ program, samples }: LongLived): string[] {
  const half = secondHalf(samples);
  const trend = trendOf(half);
  return [
    program.name,
    String(half.length),
    ...[samples[0], half[0], samples.at(-1)].map((sample) => megabytes(sample?.bytes ?? NaN)),
    megabytes(trend.bytesPerHour),
    megabytes(trend.errorBytesPerHour),
    grows(trend) ? 'YES' : 'no',
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(2);
}
