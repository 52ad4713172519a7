/** Slot time as columns of a chart. */
import type { SlotSecond } from '../protocol/overview.js';

/** What slots do, from the bottom of the chart to its top. */
export const slotUses = ['executing', 'onTheWay', 'starved', 'paused'] as const;
export type SlotUse = (typeof slotUses)[number];

/** Slots on average over the time of a column; undefined: nobody knows. */
export type Column = Readonly<Record<SlotUse, number>> | undefined;

/**
 * The seconds up to one of them as columns, the oldest first.
 *
 * @param seconds by ascending number, with gaps where nobody watched
 * @param until the first second that is not shown any more
 * @param shown how many seconds are shown
 * @param columns how many columns there are; not more than `shown`
 */
export function slotColumns(seconds: readonly SlotSecond[], until: number, shown: number, columns: number): Column[] {
  const sums: ({ [use in SlotUse]: number } & { seconds: number })[] = Array.from({ length: columns }, () => ({
    executing: 0,
    onTheWay: 0,
    starved: 0,
    paused: 0,
    seconds: 0,
  }));
  for (const second of seconds) {
    const at = Math.floor(((second.second - (until - shown)) * columns) / shown);
    const sum = sums[at];
    if (sum === undefined) continue;
    for (const use of slotUses) sum[use] += second[use];
    sum.seconds += 1;
  }
  return sums.map((sum) =>
    sum.seconds === 0
      ? undefined
      : {
          executing: sum.executing / sum.seconds,
          onTheWay: sum.onTheWay / sum.seconds,
          starved: sum.starved / sum.seconds,
          paused: sum.paused / sum.seconds,
        },
  );
}

/** All slots of a column. */
export function slotsOf(column: Column): number {
  return column === undefined ? 0 : slotUses.reduce((sum, use) => sum + column[use], 0);
}

/** The share of slot time that each use had, from 0 to 1; all 0 where there were no slots. */
export function sharesOf(columns: readonly Column[]): Readonly<Record<SlotUse, number>> {
  const all = columns.reduce((sum, column) => sum + slotsOf(column), 0);
  const share = (use: SlotUse): number => (all === 0 ? 0 : columns.reduce((sum, column) => sum + (column?.[use] ?? 0), 0) / all);
  return { executing: share('executing'), onTheWay: share('onTheWay'), starved: share('starved'), paused: share('paused') };
}

/** The top of a scale: the least of 1, 2 and 5 times a power of ten that is not below the value. At least 1. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}
