import type { Measured } from '../measuring/measure.js';
import { ratio } from './figures.js';
import type { Table } from './table.js';

/** What {@link comparison} compares, and how it is shown. */
export interface Compared<Metric extends string> {
  readonly caption: string;
  readonly metric: Metric;
  readonly unit: string;
  readonly show: (value: number) => string;
  readonly measured: readonly Measured<Metric>[];
  /** What the medians are divided by, and how it is called. */
  readonly reference?: { readonly name: string; readonly median: number };
}

/** The medians of contestants with their spread, and as ratios to a reference. */
export function comparison<Metric extends string>({ caption, metric, unit, show, measured, reference }: Compared<Metric>): Table {
  return {
    caption,
    headings: ['', unit, 'least to most', ...(reference === undefined ? [] : [`of ${reference.name}`])],
    rows: measured.map((each) => {
      const { median, least, most } = each.spread(metric);
      const share = reference === undefined ? [] : [ratio(median / reference.median)];
      return [each.name, show(median), `${show(least)} to ${show(most)}`, ...share];
    }),
  };
}
