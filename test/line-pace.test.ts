import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastPaceMs, longestPaceMs, maxLineKinds, maxPacedLines } from '../src/limits.js';
import { LinePace } from '../src/line-pace.js';

/** How many of so many lines, one after the other, are written at this time. */
function written(pace: LinePace, lines: number, now: number, kind = 'a'): number {
  return Array.from({ length: lines }, () => pace.leavesOut(kind, now)).filter((about) => about === undefined).length;
}

describe('the pace of lines', () => {
  it('lets all through while they are few', () => {
    const pace = new LinePace();
    for (let second = 0; second < 100; second += 1) {
      expect(written(pace, maxPacedLines, second * leastPaceMs)).toBe(maxPacedLines);
    }
    expect(pace.dueAt).toBeUndefined();
    expect(pace.over(Infinity)).toEqual([]);
  });

  it('writes some of many, and tells when the period is over how many were left out, and the sums of their amounts', () => {
    const pace = new LinePace();
    const leftOut = Array.from({ length: maxPacedLines + 3 }, () => pace.leavesOut('a', 100, { done: 10, failed: 1 }));
    expect(leftOut.filter((about) => about === undefined)).toHaveLength(maxPacedLines);
    expect(pace.dueAt).toBe(100 + leastPaceMs);
    expect(pace.over(99 + leastPaceMs)).toEqual([]);
    expect(pace.over(100 + leastPaceMs)).toEqual([{ about: 'a', lines: 3, sums: { done: 30, failed: 3 } }]);
    expect(pace.over(100 + leastPaceMs)).toEqual([]);
  });

  it('writes no further line before it is told what was left out, though the period is over', () => {
    const pace = new LinePace();
    written(pace, maxPacedLines + 3, 0);
    expect(written(pace, 2, 5 * leastPaceMs)).toBe(0);
    expect(pace.over(5 * leastPaceMs)).toEqual([{ about: 'a', lines: 5, sums: {} }]);
    expect(written(pace, 1, 5 * leastPaceMs)).toBe(1);
  });

  it('takes longer periods the longer it goes on, and short ones again afterwards', () => {
    const pace = new LinePace();
    const lengths: number[] = [];
    let now = 0;
    for (let period = 0; period < 10; period += 1) {
      written(pace, maxPacedLines + 1, now);
      const dueAt = pace.dueAt ?? 0;
      lengths.push(dueAt - now);
      now = dueAt;
      pace.over(now);
    }
    expect(lengths.slice(0, 4)).toEqual([1, 2, 4, 8].map((times) => times * leastPaceMs));
    expect(lengths.at(-1)).toBe(longestPaceMs);
    // A period in which nothing is left out.
    now += longestPaceMs;
    expect(written(pace, maxPacedLines + 1, now)).toBe(maxPacedLines);
    expect(pace.dueAt).toBe(now + leastPaceMs);
  });

  it('counts each kind for itself', () => {
    const pace = new LinePace();
    written(pace, 100, 0, 'a');
    expect(written(pace, 1, 0, 'b')).toBe(1);
    expect(pace.over(Infinity)).toEqual([{ about: 'a', lines: 100 - maxPacedLines, sums: {} }]);
  });

  it('remembers so many kinds, and all others as one; kinds that are over make room', () => {
    const pace = new LinePace();
    for (let kind = 0; kind < maxLineKinds; kind += 1) written(pace, 1, 0, `kind ${kind}`);
    const others = Array.from({ length: 100 }, (_, kind) => pace.leavesOut(`more ${kind}`, 0));
    expect(others.filter((about) => about === undefined)).toHaveLength(maxPacedLines);
    expect(new Set(others)).toEqual(new Set([undefined, 'other lines']));
    expect(pace.over(leastPaceMs)).toEqual([{ about: 'other lines', lines: 100 - maxPacedLines, sums: {} }]);
    expect(written(pace, maxPacedLines, leastPaceMs, 'new')).toBe(maxPacedLines);
    expect(pace.leavesOut('new', leastPaceMs)).toBe('new');
  });

  it('never writes more than so many in any period, and loses none', () => {
    const steps = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 700 }), lines: fc.integer({ min: 0, max: 12 }) }));
    fc.assert(
      fc.property(steps, (all) => {
        const pace = new LinePace();
        const times: number[] = [];
        let now = 0;
        let sent = 0;
        let told = 0;
        for (const { afterMs, lines } of all) {
          now += afterMs;
          for (const { lines: leftOut } of pace.over(now)) told += leftOut;
          sent += lines;
          for (let line = 0; line < lines; line += 1) if (pace.leavesOut('a', now) === undefined) times.push(now);
        }
        for (const { lines } of pace.over(Infinity)) told += lines;
        expect(times.length + told).toBe(sent);
        // Two periods may meet within a second.
        for (const from of times) {
          expect(times.filter((time) => time >= from && time < from + leastPaceMs).length).toBeLessThanOrEqual(2 * maxPacedLines);
        }
      }),
    );
  });
});
