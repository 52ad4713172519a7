import { describe, expect, it } from 'vitest';
import { BatchSizing } from '../../src/core/job/batch-sizing.js';
import { targetBatchBytes } from '../../src/limits.js';

/** Lets batches of the full size come back until the size settles; returns the sizes. */
function sizes(sizing: BatchSizing, msPerElement: number, rounds: number): number[] {
  return Array.from({ length: rounds }, () => {
    const { full } = sizing;
    sizing.observe(0, full, full * msPerElement, 0, 1);
    return full;
  });
}

describe('batch sizing', () => {
  it('grows to 20 ms of work within a few rounds', () => {
    expect(sizes(new BatchSizing('auto', 65_536), 0.1, 6)).toEqual([1, 8, 64, 200, 200, 200]);
  });

  it('grows to 80 ms in a job that goes on, as each slot has executed ten times as much', () => {
    const long = sizes(new BatchSizing('auto', 65_536), 0.1, 60);
    expect(long[10]).toBe(200);
    expect(long.at(-1)).toBe(800);
    const shared = new BatchSizing('auto', 65_536);
    for (let round = 0; round < 60; round += 1) shared.observe(0, 200, 20, 0, 100);
    expect(shared.full).toBe(200);
    expect([shared.budgetMs, new BatchSizing(7, 65_536).budgetMs]).toEqual([100, 0]);
  });

  it('counts what was sent before anything was known with the time that it has had, and nothing that was sent later', () => {
    const sizing = new BatchSizing('auto', 65_536);
    sizing.sent(0, 0);
    sizing.observe(0, 1, 10, 10, 1);
    for (const seq of [1, 2]) sizing.sent(seq, 10);
    sizing.observe(1, 1, 10, 1_000, 1);
    expect(sizing.expectedMs(1)).toBe(10);
    const fixed = new BatchSizing(1, 65_536);
    for (const seq of [0, 1]) fixed.sent(seq, 0);
    fixed.observe(0, 1, 10, 1_000, 1);
    expect(fixed.expectedMs(1)).toBe(10);
    const lost = new BatchSizing('auto', 65_536);
    for (const seq of [0, 1]) lost.sent(seq, 0);
    lost.lost(1);
    lost.observe(0, 1, 10, 20, 1);
    expect(lost.expectedMs(1)).toBe(10);
  });

  it('learns what a trip takes beside the execution', () => {
    const sizing = new BatchSizing('auto', 65_536);
    sizing.sent(0, 100);
    sizing.observe(0, 1, 10, 130, 1);
    expect(sizing.tripMs).toBe(20);
  });

  it('is by the bytes of an element, and wary of those that were larger', () => {
    const sizing = new BatchSizing('auto', 65_536);
    for (let round = 0; round < 5; round += 1) sizing.observe(0, sizing.full, 0, 0, 1);
    sizing.observeBytes(4, targetBatchBytes);
    expect(sizing.full).toBe(4);
    sizing.observeOutputBytes(1, 100);
    sizing.observeOutputBytes(1, 20);
    expect(sizing.bytesPerOutput).toBe(60);
  });

  it('lets expensive elements travel alone', () => {
    expect(sizes(new BatchSizing('auto', 65_536), 3_000, 3)).toEqual([1, 1, 1]);
  });

  it('never goes beyond its most elements, its most bytes, or a quarter of the window', () => {
    expect(sizes(new BatchSizing('auto', 65_536), 1e-6, 6).at(-1)).toBe(8_192);
    expect(sizes(new BatchSizing('auto', 100), 1e-6, 6).at(-1)).toBe(25);
    const large = new BatchSizing('auto', 65_536);
    large.observeBytes(1, 100_000);
    expect(sizes(large, 1e-6, 6).at(-1)).toBe(2);
  });

  it('remembers how large outputs are, however many inputs are cut before the next one comes', () => {
    const sizing = new BatchSizing('auto', 65_536);
    sizes(sizing, 1e-6, 6);
    sizing.observeOutputBytes(1, 100_000);
    for (let batch = 0; batch < 50; batch += 1) sizing.observeBytes(1, 10);
    expect(sizing.full).toBe(2);
  });

  it('adapts within a few batches when elements become a thousand times dearer or cheaper', () => {
    const sizing = new BatchSizing('auto', 65_536);
    sizes(sizing, 0.01, 10);
    expect(sizing.full).toBe(2_000);
    // Some 80 ms: by now each slot has executed for long.
    expect(sizes(sizing, 10, 4).at(-1)).toBeLessThanOrEqual(9);
    expect(sizes(sizing, 0.01, 16).at(-1)).toBeGreaterThan(1_500);
  });

  it('spreads what is there over idle slots, and waits for full batches once all are busy', () => {
    const sizing = new BatchSizing('auto', 65_536);
    sizes(sizing, 0.1, 6);
    expect(sizing.next({ available: 100, last: false, slots: 4, inFlight: 0 })).toBe(25);
    expect(sizing.next({ available: 100, last: false, slots: 4, inFlight: 3 })).toBe(100);
    expect(sizing.next({ available: 100, last: false, slots: 4, inFlight: 4 })).toBe(0);
    expect(sizing.next({ available: 300, last: false, slots: 4, inFlight: 4 })).toBe(200);
  });

  it('cuts the rest finer and finer, down to a millisecond of work', () => {
    const sizing = new BatchSizing('auto', 65_536);
    sizes(sizing, 0.1, 6);
    const cuts: number[] = [];
    for (let available = 1_000; available > 0; available -= cuts.at(-1) ?? 0) {
      cuts.push(sizing.next({ available, last: true, slots: 2, inFlight: 4 }));
    }
    expect(cuts.slice(0, 3)).toEqual([200, 200, 150]);
    expect(cuts.slice(-3)).toEqual([10, 10, 2]);
  });

  it('never cuts without slots', () => {
    expect(new BatchSizing(10, 100).next({ available: 10, last: true, slots: 0, inFlight: 0 })).toBe(0);
  });

  it('counts the first batches that have not come back, until twice as many have', () => {
    const sizing = new BatchSizing('auto', 65_536);
    for (let seq = 0; seq < 8; seq += 1) sizing.sent(seq, 0);
    // The quickest of eight, 2 ms of which 1 ms was the way: the others have had as long.
    sizing.observe(3, 1, 1, 2, 8);
    expect(sizing.full).toBe(Math.floor(20 / 8));
    // One hangs.
    for (const seq of [0, 1, 2, 4, 5, 6]) sizing.observe(seq, 1, 0.01, 3, 8);
    for (let seq = 8; seq < 24; seq += 1) sizing.observe(seq, sizing.full, 0.01 * sizing.full, 10_000, 8);
    expect(sizing.full).toBeGreaterThan(1_000);
  });

  it('does not count what was lost, or went with the connection', () => {
    const sizing = new BatchSizing('auto', 65_536);
    for (let seq = 0; seq < 8; seq += 1) sizing.sent(seq, 0);
    sizing.lost(0);
    sizing.allLost();
    sizing.observe(9, 1, 10, 1_000, 8);
    expect(sizing.full).toBe(2);
  });
});
