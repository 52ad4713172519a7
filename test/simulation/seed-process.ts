/** A process of its own that simulates the seeds that it is sent, one after the other. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SimulationOptions } from './options.js';
import { simulate, SimulationFailure, type Report } from './run.js';
import { startWatchdog } from './watchdog.js';

type Changes = Partial<SimulationOptions>;

/** What came of a seed: its report, or how it failed. */
export type SeedOutcome = { readonly report: Report } | { readonly failure: string };

/**
 * Simulates seeds in several processes at once.
 *
 * @param processes how many
 * @param next the seed that is to be simulated next; undefined: none
 * @param told told of each outcome, in no order
 */
export async function simulateSeeds(
  processes: number,
  changes: Changes,
  next: () => number | undefined,
  told: (outcome: SeedOutcome) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: processes }, () => useProcess(changes, next, told)));
}

/** Resolves when there is no seed more. A process that ends by itself, as by its watchdog, has failed its seed. */
async function useProcess(changes: Changes, next: () => number | undefined, told: (outcome: SeedOutcome) => void): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(changes)], { serialization: 'advanced' });
  let seed = next();
  const give = (): void => {
    if (seed === undefined) child.disconnect();
    else child.send(seed);
  };
  child.on('message', (outcome: SeedOutcome) => {
    told(outcome);
    seed = next();
    give();
  });
  give();
  await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (seed === undefined) return;
  told({ failure: `seed ${seed}: its process has ended` });
  await useProcess(changes, next, told);
}

function serve(changes: Changes): void {
  const watched = startWatchdog();
  process.on('message', (seed: number) => {
    watched(seed);
    void outcomeOf(seed, changes).then((outcome) => process.send?.(outcome));
  });
}

async function outcomeOf(seed: number, changes: Changes): Promise<SeedOutcome> {
  try {
    return { report: await simulate(seed, changes) };
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    return { failure: error.message };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve(JSON.parse(process.argv[2] ?? '{}') as Changes);
