import { describe, expect, it } from 'vitest';
import { survivable } from './options.js';
import { simulate } from './run.js';

const seeds = Number(process.env['SEEDS'] ?? 1_000);
/** As many are told of. */
const mostFailures = Number(process.env['MOST_FAILURES'] ?? 5);
const first = Number(process.env['SEED'] ?? 1);

describe('a cluster in virtual time', () => {
  it(`ends every job as it must, under faults, for ${seeds} seeds`, { timeout: 1_200_000 }, async () => {
    const failures: string[] = [];
    for (let seed = first; seed < first + seeds && failures.length < mostFailures; seed += 1) {
      try {
        await simulate(seed);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    expect(failures).toEqual([]);
  });

  it(
    'executes nothing twice where there is one worker, and it lives, however often it is cut off or frozen',
    { timeout: 1_200_000 },
    async () => {
      for (let seed = first; seed < first + seeds / 10; seed += 1) {
        await simulate(seed, { workers: 1, faults: survivable, deadly: false, nests: false });
      }
    },
  );

  it('repeats a run bit for bit', async () => {
    for (const seed of [3, 14, 15]) expect(await simulate(seed)).toEqual(await simulate(seed));
  });
});
