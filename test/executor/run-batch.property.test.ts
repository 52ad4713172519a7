import fc from 'fast-check';
import { it } from 'vitest';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import { elements, execution, resultOf, summary, TestControl } from './execution.js';

interface Unit {
  readonly text: string;
  readonly isAsync: boolean;
  readonly fails: 'no' | 'map' | 'combine';
}

const unit = fc.record({
  text: fc.string({ maxLength: 3 }),
  isAsync: fc.boolean(),
  fails: fc.constantFrom<Unit['fails'][]>('no', 'no', 'no', 'map', 'combine'),
});

const map = defineOperation({
  name: 'map',
  execute: (input: Unit): unknown => {
    if (input.fails === 'map') {
      if (input.isAsync) return Promise.reject(new Error('map'));
      throw new Error('map');
    }
    return input.isAsync ? Promise.resolve(input) : input;
  },
});

const join = defineMonoid<Unit>({
  name: 'join',
  empty: () => ({ text: '', isAsync: false, fails: 'no' }),
  combine: (a: Unit, b: Unit) => {
    const joined = { ...a, text: a.text + b.text };
    const isBad = a.fails === 'combine' || b.fails === 'combine';
    if (!b.isAsync && isBad) throw new Error('combine');
    if (!b.isAsync) return joined;
    return isBad ? Promise.reject(new Error('combine')) : Promise.resolve(joined);
  },
});

/** What must come out, by the rules: a run for each stretch of units that neither fail nor refuse to combine. */
function expected(units: readonly Unit[]): { failures: number[]; runs: string[] } {
  const failures: number[] = [];
  const runs: Unit[][] = [];
  let run: Unit[] = [];
  const end = (): void => {
    if (run.length > 0) runs.push(run);
    run = [];
  };
  for (const [offset, unit] of units.entries()) {
    const [left] = run;
    if (unit.fails === 'map') {
      end();
      failures.push(offset);
    } else if (left === undefined) {
      run = [unit];
    } else if (left.fails === 'combine' && unit.fails !== 'combine') {
      // The left one alone is bad, which shows now.
      failures.push(offset - 1);
      run = [unit];
    } else if (left.fails === 'combine' || unit.fails === 'combine') {
      end();
      failures.push(offset);
    } else {
      run.push(unit);
    }
  }
  end();
  return { failures, runs: runs.map((units) => units.map(({ text }) => text).join('')) };
}

it('folds as the rules say, whatever fails and whatever is asynchronous', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(unit, { minLength: 1, maxLength: 12 }), async (units) => {
      const run = execution([
        ['map', map],
        ['fold', join],
      ]);
      const result = resultOf(await run.run(elements(units), new TestControl()));
      const { values } = summary(result, 'fold') as { values: Unit[] };
      const actual = { failures: result.failures.map(({ offset }) => offset), runs: values.map(({ text }) => text) };
      const wanted = expected(units);
      if (JSON.stringify(actual) !== JSON.stringify(wanted) || result.done !== units.length) {
        throw new Error(`expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)}`);
      }
    }),
    { numRuns: 500 },
  );
});
