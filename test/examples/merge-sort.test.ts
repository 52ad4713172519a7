import { checkMonoid } from 'paladin-rx';
import { afterEach, describe, expect, it } from 'vitest';
import { mergeRuns, type Flight, type Key } from '../../examples/merge-sort/operations.js';
import { RunningProgram } from './run-program.js';

describe('the merge-sort example', () => {
  let program: RunningProgram | undefined;
  afterEach(() => program?.killAll());

  it('sorts flights as Array.prototype.toSorted does', { timeout: 60_000 }, async () => {
    program = new RunningProgram(['dist/examples/merge-sort/main.js']);
    const { status, stdout, stderr, leftBehind } = await program.ended();
    expect({ status, stderr, leftBehind }).toEqual({ status: 0, stderr: '', leftBehind: false });
    expect(stdout).toContain('20000 flights by origin');
    expect(stdout).toContain('  ABE → MCO  906 miles  2001/02/20 12:22');
    expect(stdout).toMatch(/^as Array\.prototype\.toSorted has it, also the order among \d+ that tie/mu);
  });

  it('stands on a lawful monoid, which is not commutative', async () => {
    const keys: readonly Key[] = [{ field: 'origin' }, { field: 'distance', descending: true }];
    const flight = (origin: string, distance: number, delay: number): Flight => ({
      date: '',
      delay,
      distance,
      origin,
      destination: '',
    });
    const runs = [[], [flight('A', 1, 1)], [flight('A', 1, 2)], [flight('A', 2, 3), flight('A', 1, 4), flight('B', 9, 5)]];
    await checkMonoid(mergeRuns, runs, { args: [keys] });
  });
});
