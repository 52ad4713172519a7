import type { Benchmark, Findings } from '../benchmark.js';
import type { Contestant } from '../measuring/contestant.js';
import { measure, type Rounds } from '../measuring/measure.js';
import { numberFrom } from '../processes/number-from.js';
import { atMost } from '../report/budget.js';
import { comparison } from '../report/comparison.js';
import { ms } from '../report/figures.js';

export const start: Benchmark = {
  name: 'start',
  summary: 'from the first import to the first result, in a fresh process, beside Piscina',
  run,
};

/** A start takes a tenth of a second, and differs from the next by a third. So there are more of them than runs elsewhere. */
const startsPerRound = 4;

async function run({ rounds, say }: Rounds): Promise<Findings> {
  const rxjs = starting("import 'rxjs' alone", 'rxjs');
  const thread = starting('a bare thread', 'bare-thread');
  const piscina = starting('Piscina', 'piscina');
  const threads = starting('paladin-rx, in threads', 'in-threads');
  const inline = starting('paladin-rx, inline', 'inline');
  const measured = await measure([rxjs, thread, piscina, threads, inline], { rounds: startsPerRound * rounds, say }, 1);
  const median = ({ name }: Contestant<'startMs'>): number =>
    measured.find((each) => each.name === name)?.median('startMs') ?? NaN;
  const ownMs = median(threads) - median(rxjs);
  return {
    tables: [
      comparison({
        caption: 'Until the first result',
        metric: 'startMs',
        unit: 'time',
        show: ms,
        measured,
        reference: { name: 'Piscina', median: median(piscina) },
      }),
    ],
    budgets: [
      atMost('first result from a thread, less the import of RxJS', 60, ownMs, ms),
      atMost('the same, of Piscina', 2, ownMs / median(piscina)),
      atMost('the same, of a bare thread', 3, ownMs / median(thread)),
      atMost('first result inline, less the import of RxJS', 60, median(inline) - median(rxjs), ms),
    ],
    notes: [
      'Each run is a fresh process. Its time begins when Node is ready to load the program, so it holds all imports. It ends with the first result.',
      'The programs on paladin-rx import RxJS, too, as programs do that use operators. Without it, they have what is left when its time is taken off.',
      'Each pool has its default number of threads.',
      'The 60 ms are meant for an idle machine, on which a bare thread takes 20 ms and RxJS 45 ms. Where these take longer, look at the ratios.',
    ],
  };
}

function starting(name: string, program: string): Contestant<'startMs'> {
  return {
    name,
    start: () =>
      Promise.resolve({
        run: async () => ({ startMs: await numberFrom(`bench/programs/start/${program}.js`) }),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
