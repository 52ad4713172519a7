import { describe, expect, it } from 'vitest';
import { runScenario } from './scenario.js';

const seeds = Number(process.env['SEEDS'] ?? 2_000);
const first = Number(process.env['SEED'] ?? 1);

describe('a cluster in virtual time', () => {
  it(`ends every job as it must, under faults, for ${seeds} seeds`, { timeout: 600_000 }, async () => {
    const failures: string[] = [];
    for (let seed = first; seed < first + seeds && failures.length < 5; seed += 1) {
      try {
        await runScenario(seed);
      } catch (error) {
        failures.push(`seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    }
    expect(failures).toEqual([]);
  });
});
