import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { Benchmark, Findings } from '../benchmark.js';
import { asking, channelListens, nobodyListens, nobodyOnceMore, traced } from '../contestants/listened-batches.js';
import { measure, type Rounds } from '../measuring/measure.js';
import { atMost } from '../report/budget.js';
import { ratio } from '../report/figures.js';

export const listen: Benchmark = {
  name: 'listen',
  summary: 'what it costs to be told of jobs and batches, and what it costs when nobody is',
  run,
};

/** The most that a job may pay to find that nobody listens: less than can be measured in a job. */
const mostAskingUs = 1;

async function run(rounds: Rounds): Promise<Findings> {
  const tracer = new BasicTracerProvider().getTracer('bench');
  const contestants = [
    nobodyListens,
    nobodyOnceMore,
    channelListens,
    traced(tracer, 'none'),
    traced(tracer, 'linked'),
    traced(tracer, 'child'),
  ];
  const measured = await measure(contestants, rounds, 2);
  const [question] = await measure([asking], rounds, 2);
  const askingUs = question?.median('usPerBatch') ?? NaN;
  const base = measured[0]?.median('usPerBatch') ?? NaN;
  const show = (value: number): string => `${value.toFixed(3)} µs`;
  return {
    tables: [
      {
        caption: 'Processor time of leader, hub and worker for each batch of one element, in memory',
        headings: ['', 'for a batch', 'least to most', 'of nobody'],
        rows: measured.map((each) => {
          const { median, least, most } = each.spread('usPerBatch');
          return [each.name, show(median), `${show(least)} to ${show(most)}`, ratio(median / base)];
        }),
      },
    ],
    budgets: [atMost('a job asks whether anybody listens, and nobody does', mostAskingUs, askingUs, show)],
    notes: [
      'Where nobody listens, a job asks once, and its batches pay nothing. Nobody stands here twice, so that the noise can be seen.',
      'Spans are made, and go nowhere. Batches of one element are the dearest case: batches of real jobs hold work of 20 ms.',
    ],
  };
}
