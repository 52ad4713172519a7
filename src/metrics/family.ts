import { boundsMs, type Histogram } from '../core/histogram.js';

/** One number, and what it is of. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** For the lines of a histogram or summary. */
  readonly metricName?: string;
}

/** All numbers of one name, as Prometheus has them. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly values: readonly Sample[];
}

/** Numbers by one label. */
export function byLabel(label: string, numbers: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(numbers).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

/** A number without labels. */
export const alone = (value: number): Sample[] => [{ labels: {}, value }];

/** The lines of a histogram, in seconds. */
export function histogramLines(
  name: string,
  labels: Sample['labels'],
  { cumulative, count, sumMs }: Pick<Histogram, 'cumulative' | 'count' | 'sumMs'>,
): Sample[] {
  const buckets = cumulative.map((value, at) => {
    const boundMs = boundsMs[at];
    return { labels: { ...labels, le: boundMs === undefined ? '+Inf' : boundMs / 1_000 }, value, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: sumMs / 1_000, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}
