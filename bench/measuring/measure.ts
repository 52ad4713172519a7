import { Cleanup } from '../processes/cleanup.js';
import type { Contestant, Running, Sample } from './contestant.js';
import { spreadOf, type Spread } from './statistics.js';

/** How much is measured. */
export interface Rounds {
  /** Runs of each contestant that count. */
  readonly rounds: number;
  /** Told what is being done, for those who wait. */
  readonly say: (progress: string) => void;
}

/** What a contestant reached, run by run. */
export class Measured<Metric extends string> {
  readonly name: string;
  readonly samples: readonly Sample<Metric>[];

  constructor(name: string, samples: readonly Sample<Metric>[]) {
    this.name = name;
    this.samples = samples;
  }

  spread(metric: Metric): Spread {
    return spreadOf(this.samples.map((sample) => sample[metric]));
  }

  median(metric: Metric): number {
    return this.spread(metric).median;
  }
}

/**
 * Lets the contestants take turns, so that whatever else the machine does meets all of them.
 *
 * @param warmUps runs that are not counted, for just-in-time compilers and batch sizes to settle; the same for everybody
 */
export async function measure<Metric extends string>(
  contestants: readonly Contestant<Metric>[],
  { rounds, say }: Rounds,
  warmUps: number,
): Promise<Measured<Metric>[]> {
  await using cleanup = new Cleanup();
  const all: { readonly name: string; readonly running: Running<Metric>; readonly samples: Sample<Metric>[] }[] = [];
  for (const { name, start } of contestants) {
    say(`starting ${name}`);
    all.push({ name, running: cleanup.use(await start()), samples: [] });
  }
  for (let round = 1 - warmUps; round <= rounds; round += 1) {
    for (const { name, running, samples } of all) {
      say(`${round < 1 ? 'warming up' : `round ${round} of ${rounds}`}: ${name}`);
      const sample = await running.run();
      if (round >= 1) samples.push(sample);
    }
  }
  return all.map(({ name, samples }) => new Measured(name, samples));
}
