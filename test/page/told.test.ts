/** What the page reads, says and keeps. */
import { describe, expect, it } from 'vitest';
import { overviewAt } from '../fixtures/overviews.js';
import { Announcer } from '../../src/page/announcer.js';
import { withReport } from '../../src/page/kept-report.js';
import { NewestLine } from '../../src/page/lines.js';
import { retryWaitMs } from '../../src/page/retry-wait.js';
import { concernOf, isFound, jobsInOrder } from '../../src/page/row-order.js';

describe('the newest line', () => {
  it('is the last that is whole, however the stream is cut', () => {
    const lines = new NewestLine();
    expect(lines.take('{"a":')).toBeUndefined();
    expect(lines.take('1}\n')).toBe('{"a":1}');
    expect(lines.take('one\ntwo\nthr')).toBe('two');
    expect(lines.take('ee\n')).toBe('three');
  });
});

describe('waits before the hub is asked again', () => {
  it('grow, and not without end', () => {
    const waits = [1, 2, 3, 5, 9, 40].map((failures) => retryWaitMs(failures, 1));
    expect(waits).toEqual([500, 900, 1_620, 5_249, 15_000, 15_000]);
    expect(retryWaitMs(40, 0)).toBe(7_500);
  });
});

describe('the announcer', () => {
  it('speaks another state at once, and another sentence of the same state when there was time', () => {
    const announcer = new Announcer();
    expect(announcer.told('well', 'jobs get on', 0)).toBe('jobs get on');
    expect(announcer.told('trouble', 'no worker is there', 100)).toBe('no worker is there');
    expect(announcer.told('trouble', 'worker b is gone', 5_000)).toBe('no worker is there');
    expect(announcer.told('trouble', 'worker b is gone', 10_100)).toBe('worker b is gone');
  });

  it('does not speak numbers that change', () => {
    const announcer = new Announcer();
    announcer.told('attention', 'it waits for 9 s', 0);
    expect(announcer.told('attention', 'it waits for 1,204.5 s', 60_000)).toBe('it waits for 9 s');
  });
});

describe('rows', () => {
  it('of jobs that do not get on come first, and the oldest of each kind', () => {
    const [job] = overviewAt(700, { workers: 1, slotsPerWorker: 1, jobs: 1 }).jobs;
    if (job === undefined) throw new Error('no job');
    const row = (jobId: string, state: typeof job.state, waitsFor: string, elapsedMs: number): typeof job => ({
      ...job,
      jobId,
      state,
      waitsFor,
      elapsedMs,
    });
    const rows = [
      row('a', 'running', '', 9),
      row('b', 'paused', '', 1),
      row('c', 'running', 'why', 1),
      row('d', 'waiting', '', 5),
      row('e', 'running', '', 10),
    ];
    expect(jobsInOrder(rows).map(({ jobId }) => jobId)).toEqual(['d', 'c', 'b', 'e', 'a']);
  });

  it('of workers say what is the matter', () => {
    const vitals = { loopDelayMs: 2, cores: 1, memoryBytes: 1 };
    expect(concernOf({ state: 'here', vitals })).toBeUndefined();
    expect(concernOf({ state: 'here', vitals: { ...vitals, loopDelayMs: 400 } })).toBe('its event loop is late');
    expect(concernOf({ state: 'away', vitals })).toMatch(/is lost/u);
    expect(concernOf({ state: 'draining' })).toMatch(/about to leave/u);
  });

  it('are found by words, in any order and size', () => {
    expect(isFound(['Nightly', 'score-document'], 'SCORE night')).toBe(true);
    expect(isFound(['Nightly'], 'daily')).toBe(false);
    expect(isFound(['Nightly'], '')).toBe(true);
  });
});

describe('a report', () => {
  const page = '<p>before</p><script type="application/json" id="report"></script><script>run()</script>';
  const overview = overviewAt(700, { workers: 1, slotsPerWorker: 1, jobs: 1 });

  it('has its data where the page looks for it, whatever stands in names', () => {
    const hostile = '</script><script>alert(1)</script><!-- $& \u2028';
    const text = withReport(page, { hub: 'http://hub', overview: { ...overview, version: hostile } });
    expect(text.match(/<\/script>/gu)).toHaveLength(2);
    expect(text).not.toContain('<!--');
    const [, data = ''] = /id="report">(.*?)<\/script>/u.exec(text) ?? [];
    expect(JSON.parse(data)).toEqual({ hub: 'http://hub', overview: { ...overview, version: hostile } });
  });

  it('needs a page with a place for it', () => {
    expect(() => withReport('<p></p>', { hub: '', overview })).toThrow(/no place/u);
  });
});
