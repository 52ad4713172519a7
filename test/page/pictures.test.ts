/** What the pictures of the page are made from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellRings } from '../../src/page/cell-rings.js';
import { countOf, quantile, usedBuckets } from '../../src/page/durations.js';
import { heatLayout, rowAt, stretches } from '../../src/page/heat-layout.js';
import { barText, jobBar } from '../../src/page/job-bar.js';
import { packedCell, runsOf, unpackedCell } from '../../src/page/lane-cells.js';
import { niceTop, sharesOf, slotColumns, slotsOf } from '../../src/page/slot-columns.js';

const job = { taken: 100, done: 60, failed: 1, skipped: 9, inFlight: 25, total: 200 };

describe('a job’s bar', () => {
  it('has what is done, failed or skipped, in flight and waiting, as shares of the total', () => {
    expect(jobBar(job)).toEqual([
      { tint: 'done', elements: 50, share: 0.25 },
      { tint: 'failed', elements: 10, share: 0.05 },
      { tint: 'inFlight', elements: 25, share: 0.125 },
      { tint: 'waiting', elements: 15, share: 0.075 },
    ]);
    expect(barText(job)).toBe('50 done, 10 failed or skipped, 25 in flight, 15 waiting of 200');
  });

  it('is full without a total, and empty before anything was taken', () => {
    const { total: _, ...unknown } = job;
    expect(jobBar(unknown).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    const none = { taken: 0, done: 0, failed: 0, skipped: 0, inFlight: 0 };
    expect(jobBar(none)).toEqual([]);
    expect(barText(none)).toBe('nothing yet');
  });

  it('shows a single element among millions, and is never more than full', () => {
    const counts = fc.nat(1_000_000);
    fc.assert(
      fc.property(
        counts,
        counts,
        counts,
        counts,
        fc.option(counts, { nil: undefined }),
        (done, inFlight, waiting, failed, total) => {
          const bar = jobBar({
            taken: done + failed + inFlight + waiting,
            done: done + failed,
            failed,
            skipped: 0,
            inFlight,
            ...(total !== undefined && { total }),
          });
          expect(bar.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
          expect(bar.reduce((sum, { elements }) => sum + elements, 0)).toBe(done + failed + inFlight + waiting);
          for (const { share } of bar) expect(share).toBeGreaterThan(0.005);
        },
      ),
    );
  });
});

describe('columns of slot time', () => {
  const seconds = Array.from({ length: 10 }, (_, at) => ({ second: 90 + at, executing: at, onTheWay: 1, starved: 2, paused: 0 }));

  it('are means of their seconds, and unknown where nothing was told', () => {
    const columns = slotColumns(seconds, 100, 20, 4);
    expect(columns.slice(0, 2)).toEqual([undefined, undefined]);
    expect(columns[2]).toEqual({ executing: 2, onTheWay: 1, starved: 2, paused: 0 });
    expect(columns[3]).toEqual({ executing: 7, onTheWay: 1, starved: 2, paused: 0 });
    expect(slotsOf(columns[3])).toBe(10);
    expect(slotsOf(undefined)).toBe(0);
  });

  it('leave out what is before or behind them', () => {
    expect(slotColumns(seconds, 95, 2, 2).map((column) => column?.executing)).toEqual([3, 4]);
  });

  it('have shares that are 1 together', () => {
    const shares = sharesOf(slotColumns(seconds, 100, 10, 10));
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(sharesOf([undefined])).toEqual({ executing: 0, onTheWay: 0, starved: 0, paused: 0 });
  });

  it('stand below a round number', () => {
    expect([0, 1, 3, 10, 11, 480, 501].map(niceTop)).toEqual([1, 1, 5, 10, 20, 500, 1_000]);
  });
});

describe('rings of cells', () => {
  it('remember the last moments of each row, and nothing between those that were told', () => {
    const rings = new CellRings(5);
    rings.tell('a', 2, [7, 8]);
    rings.tell('a', 5, [9]);
    expect(rings.read('a', 5, 6)).toEqual([-1, 7, 8, -1, -1, 9]);
    rings.tell('a', 6, [0]);
    expect(rings.read('a', 6, 6)).toEqual([-1, 8, -1, -1, 9, 0]);
    expect(rings.read('b', 6, 2)).toEqual([-1, -1]);
  });

  it('take what is told once more in the place of what was told before', () => {
    const rings = new CellRings(8);
    rings.tell('a', 3, [1, 1, 1]);
    rings.tell('a', 4, [2, 2, 2]);
    expect(rings.read('a', 4, 4)).toEqual([1, 2, 2, 2]);
  });

  it('are as a list that forgets', () => {
    const step = fc.record({ skip: fc.integer({ min: 0, max: 12 }), values: fc.array(fc.nat(500), { maxLength: 12 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const rings = new CellRings(10);
        const known = new Map<number, number>();
        let last = 20;
        for (const { skip, values } of steps) {
          last += skip;
          rings.tell('row', last, values);
          values.forEach((value, at) => known.set(last - values.length + 1 + at, value));
        }
        const expected = Array.from({ length: 10 }, (_, at) => known.get(last - 9 + at) ?? -1);
        expect(rings.read('row', last, 10)).toEqual(expected);
      }),
    );
  });

  it('forget rows of which nothing was told for long', () => {
    const rings = new CellRings(4);
    rings.tell('old', 1, [1]);
    rings.tell('new', 9, [1]);
    rings.forgetBefore(5);
    expect(rings.size).toBe(1);
  });
});

describe('lanes', () => {
  it('pack and unpack a cell', () => {
    expect(unpackedCell(packedCell(3, 0.25))).toEqual({ operation: 3, busy: 0.25 });
    expect(unpackedCell(packedCell(-1, 0))).toEqual({ operation: -1, busy: 0 });
    expect(unpackedCell(packedCell(9_999, 1))).toEqual({ operation: 510, busy: 1 });
    expect(packedCell(9_999, 1)).toBeLessThan(65_535);
    expect(unpackedCell(-1)).toBeUndefined();
  });

  it('have runs of one operation, which end where nothing ran', () => {
    const lane = [0, 0, 1, -1, 1].map((operation) => ({ operation, busy: 1 }));
    expect(runsOf([...lane, undefined])).toEqual([
      { from: 0, to: 2, operation: 0 },
      { from: 2, to: 3, operation: 1 },
      { from: 4, to: 5, operation: 1 },
    ]);
  });
});

describe('the heat map', () => {
  it('has every worker once, within its width', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 300, max: 2_000 }), (rows, width) => {
        const layout = heatLayout(rows, 60, width);
        expect(layout.columns * layout.rowsPerColumn).toBeGreaterThanOrEqual(rows);
        expect((layout.columns - 1) * layout.columnWidth + layout.cellWidth * 60).toBeLessThanOrEqual(width);
        for (const row of [0, rows - 1]) {
          const x = Math.floor(row / layout.rowsPerColumn) * layout.columnWidth;
          const y = (row % layout.rowsPerColumn) * layout.rowHeight;
          expect(rowAt(layout, rows, x + 1, y + 1)).toBe(row);
        }
      }),
    );
  });

  it('of a thousand workers fits a screen', () => {
    expect(heatLayout(1_000, 60, 1_240).height).toBeLessThanOrEqual(420);
  });

  it('paints cells of one shade in one go', () => {
    expect(stretches([1, 1, 0, 1], (cell) => cell === 1)).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 4 },
    ]);
  });

  it('has nothing beside its rows', () => {
    const layout = heatLayout(10, 60, 600);
    expect([rowAt(layout, 10, -1, 0), rowAt(layout, 10, 0, layout.height), rowAt(layout, 10, 9_999, 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('histograms', () => {
  const durations = { upTo: [0.1, 1, 10], counts: [0, 5, 4, 1] };

  it('say below which bound a share is', () => {
    expect(countOf(durations)).toBe(10);
    expect([0.5, 0.51, 0.9, 0.99].map((share) => quantile(durations, share))).toEqual([1, 10, 10, Infinity]);
    expect(quantile({ upTo: [1], counts: [0, 0] }, 0.5)).toBeUndefined();
  });

  it('show the buckets that have any', () => {
    expect(usedBuckets(durations)).toEqual({ from: 1, to: 4 });
    expect(usedBuckets({ upTo: [1], counts: [0, 0] })).toBeUndefined();
  });
});
