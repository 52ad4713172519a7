import { describe, expect, it } from 'vitest';
import { overviewAt } from '../fixtures/overviews.js';
import { heatSeconds, History, keptSeconds, laneCells } from '../../src/page/history.js';

const small = { workers: 3, slotsPerWorker: 2, jobs: 4 };

/** A history that was told each second from one to another. */
function told(from: number, to: number, shape = small): History {
  const history = new History();
  for (let second = from; second <= to; second += 1) history.add(overviewAt(second, shape, second === from));
  return history;
}

describe('the history of the page', () => {
  it('shows now what was told last, with slot time from before it came', () => {
    const moment = told(700, 703).at(703);
    expect(moment).toMatchObject({ second: 703, secondsAgo: 0 });
    expect(moment?.overview.jobs).toEqual(overviewAt(703, small).jobs);
    expect(moment?.overview.slotTime.map(({ second }) => second)).toEqual(Array.from({ length: 600 }, (_, at) => 103 + at));
  });

  it('looks back: rows, slot time, log and lanes are those of that moment', () => {
    const history = told(300, 360);
    const was = overviewAt(320, small);
    const moment = history.at(320);
    expect(moment).toMatchObject({ second: 320, secondsAgo: 40 });
    expect(moment?.overview.jobs).toEqual(was.jobs);
    expect(moment?.overview.slotTime.at(-1)).toEqual(was.slotTime.at(-1));
    expect(moment?.overview.log).toEqual(was.log);
    const [worker] = moment?.overview.workers ?? [];
    expect(worker?.lanes).toEqual(was.workers[0]?.lanes);
    expect(worker?.heat).toHaveLength(heatSeconds);
    worker?.heat.forEach((share, at) => expect(share).toBeCloseTo(was.workers[0]?.heat[at] ?? -1, 2));
  });

  it('shows the moment before where nothing was told, and the first one where one looks further back', () => {
    const history = new History();
    for (const second of [700, 705]) history.add(overviewAt(second, small));
    expect([690, 700, 704, 705, 999].map((second) => history.at(second)?.second)).toEqual([700, 700, 700, 705, 705]);
    expect([history.first, history.last]).toEqual([700, 705]);
  });

  it('knows nothing before anything was told', () => {
    const history = new History();
    expect([history.at(0), history.first, history.last]).toEqual([undefined, -1, -1]);
  });

  it('forgets what is older than ten minutes', () => {
    const history = told(100, 100 + keptSeconds + 50);
    expect(history.first).toBe(150);
    expect(history.slotTime()[0]?.second).toBe(150);
  });

  it('keeps one picture in five of many rows, beyond the last minute', () => {
    const history = told(700, 800, { workers: 300, slotsPerWorker: 1, jobs: 0 });
    const seconds = Array.from({ length: 101 }, (_, at) => 700 + at);
    const shown = new Set(seconds.map((second) => history.at(second)?.second));
    expect([...shown].filter((second) => (second ?? 0) < 740)).toEqual([700, 705, 710, 715, 720, 725, 730, 735]);
    expect([...shown].filter((second) => (second ?? 0) >= 740)).toHaveLength(61);
  });

  it('forgets all when another hub has come', () => {
    const history = told(700, 710);
    expect(history.add({ ...overviewAt(2, small), epoch: 'epoch-2' })).toBe(true);
    expect([history.first, history.last, history.slotTime().length]).toEqual([2, 2, 2]);
    expect(history.add({ ...overviewAt(3, small), epoch: 'epoch-2' })).toBe(false);
    expect(history.at(3)?.overview.workers[0]?.lanes[0]).toHaveLength(laneCells);
  });

  it('follows operations that the hub numbers anew', () => {
    const history = new History();
    const cells = (operation: number): { operation: number; busy: number }[] =>
      Array.from({ length: 2 }, () => ({ operation, busy: 1 }));
    for (const [second, operations] of [
      [10, ['parse', 'score']],
      [11, ['score', 'parse']],
    ] as const) {
      const overview = overviewAt(second, { workers: 1, slotsPerWorker: 1, jobs: 0 });
      const workers = overview.workers.map((worker) => ({
        ...worker,
        lanes: [cells(0)],
        executing: [{ operation: 0, forMs: 5 }],
      }));
      history.add({ ...overview, operations, workers });
    }
    const now = history.at(11)?.overview;
    expect(now?.workers[0]?.lanes[0]?.slice(-4).map(({ operation }) => now.operations[operation])).toEqual([
      'parse',
      'parse',
      'score',
      'score',
    ]);
    expect(now?.operations[now.workers[0]?.executing[0]?.operation ?? -1]).toBe('score');
  });
});
