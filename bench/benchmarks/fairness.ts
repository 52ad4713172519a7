import type { Benchmark, Findings } from '../benchmark.js';
import { slowElements, slowMs, slowOnes } from '../contestants/slow-ones.js';
import { anotherLeader, idle } from '../contestants/loads.js';
import { measure, type Rounds } from '../measuring/measure.js';
import { atMost } from '../report/budget.js';
import { comparison } from '../report/comparison.js';
import { ms } from '../report/figures.js';

export const fairness: Benchmark = {
  name: 'fairness',
  summary: 'how long twenty slow elements of one leader take beside a million cheap ones of another',
  run,
};

async function run(rounds: Rounds): Promise<Findings> {
  const measured = await measure(
    [slowOnes('alone', idle), slowOnes('beside a million cheap elements', anotherLeader)],
    rounds,
    1,
  );
  const [alone, beside] = measured.map((each) => each.median('ms'));
  return {
    tables: [
      comparison({
        caption: `Until ${slowElements} elements of ${slowMs} ms were through`,
        metric: 'ms',
        unit: 'time',
        show: ms,
        measured,
        reference: { name: 'alone', median: alone ?? NaN },
      }),
    ],
    budgets: [atMost('time of the slow elements, of the time alone', 2, (beside ?? NaN) / (alone ?? NaN))],
    notes: [
      'A hub, a worker with two threads and two leaders, each a process. The other leader maps numbers without end, a million a job.',
      'The slow elements wait rather than compute, so that what is measured is the hub’s order and not how two cores are shared.',
    ],
  };
}
