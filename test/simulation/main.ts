import { availableParallelism } from 'node:os';
import { InvalidArgumentError, program } from 'commander';
import { faultKinds, type FaultKind, type SimulationOptions } from './options.js';
import { simulate, SimulationFailure, type Report } from './run.js';
import { simulateSeeds } from './seed-process.js';
import { startWatchdog } from './watchdog.js';

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly minutes?: number;
  readonly trace?: boolean;
  readonly set?: Partial<SimulationOptions>;
}

const options = program
  .name('npm run sim --')
  .description('Runs the machines of leaders, hub and workers together in virtual time, with faults, and checks everything.')
  .option('--seed <number>', 'the first seed', positive, 1)
  .option('--seeds <number>', 'how many seeds', positive, 1)
  .option('--minutes <number>', 'as many seeds as fit into so many minutes, in place of --seeds', positive)
  .option('--set <json>', 'options in place of the seed\'s own, as {"workers":1,"faults":["hub restart"]}', overrides)
  .option('--trace', 'print what happens at the hub; with one seed')
  .parse()
  .opts<Options>();

const startedMs = performance.now();
const total = { runs: 0, jobs: 0, elements: 0, steps: 0, virtualMs: 0 };
const faults = new Map<FaultKind, number>();
let failures = 0;
if (options.seeds === 1 && options.minutes === undefined) await simulateOne(options.seed);
else await simulateMany(options.seed);
console.log(
  `${total.runs} runs as they must be, ${failures} not: ${total.jobs} jobs, ${total.elements} elements, ${total.steps} steps, ${Math.round(total.virtualMs / 1000)} s of virtual time`,
);
console.log(`faults: ${faultKinds.map((kind) => `${faults.get(kind) ?? 0} ${kind}`).join(', ')}`);
process.exitCode = failures === 0 ? 0 : 1;

/** Here, where what happens can be printed. */
async function simulateOne(seed: number): Promise<void> {
  startWatchdog()(seed);
  try {
    const report = await simulate(seed, options.set, options.trace === true ? console.log : undefined);
    console.log(`seed ${seed}, digest ${report.digest}: ${JSON.stringify(report.options)}`);
    count(report);
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    fail(error.message);
  }
}

/** On all cores. */
async function simulateMany(first: number): Promise<void> {
  let begun = 0;
  const isEnough = (): boolean =>
    options.minutes === undefined ? begun >= options.seeds : performance.now() - startedMs > options.minutes * 60_000;
  const next = (): number | undefined => {
    if (isEnough() || failures >= 5) return undefined;
    begun += 1;
    return first + begun - 1;
  };
  await simulateSeeds(availableParallelism(), options.set ?? {}, next, (outcome) => {
    if ('report' in outcome) count(outcome.report);
    else fail(outcome.failure);
  });
}

function fail(message: string): void {
  failures += 1;
  console.error(message);
}

function count(report: Report): void {
  total.runs += 1;
  total.jobs += report.jobs;
  total.elements += report.elements;
  total.steps += report.steps;
  total.virtualMs += report.virtualMs;
  for (const [kind, times] of report.faults) faults.set(kind, (faults.get(kind) ?? 0) + times);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

function overrides(text: string): Partial<SimulationOptions> {
  try {
    // What it says is for whoever types it to answer for.
    return JSON.parse(text) as Partial<SimulationOptions>;
  } catch {
    throw new InvalidArgumentError('Expected JSON.');
  }
}
