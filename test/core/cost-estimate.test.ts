import { describe, expect, it } from 'vitest';
import { CostEstimate } from '../../src/core/cost-estimate.js';

describe('a cost estimate', () => {
  it('is unknown before the first sample, and halves the distance to each while nothing runs', () => {
    const estimate = new CostEstimate();
    expect(estimate.meanMs).toBeUndefined();
    estimate.observe(8, 0, 0);
    expect(estimate.meanMs).toBe(8);
    estimate.observe(4, 0, 0);
    expect(estimate.meanMs).toBe(6);
    estimate.observe(2, 0, 0);
    expect(estimate.meanMs).toBe(4);
  });

  it('counts what runs with the time that it has had, less the overhead', () => {
    const estimate = new CostEstimate();
    for (let id = 0; id < 10; id += 1) estimate.begin(id, 1_000);
    estimate.end(3);
    // The quickest of ten took 5 ms, and 1 ms for the trip; the other nine have had as long.
    estimate.observe(5, 1, 1_006);
    expect(estimate.meanMs).toBe(5 + 9 * 5);
  });

  it('forgets what ended without a cost', () => {
    const estimate = new CostEstimate();
    estimate.begin(1, 0);
    estimate.begin(2, 100);
    estimate.end(1);
    estimate.end(2);
    estimate.end(2);
    expect(estimate.running).toBe(0);
    estimate.observe(3, 0, 1_000);
    expect(estimate.meanMs).toBe(3);
  });

  it('comes within a tenth of the true mean of exponential durations long before they have all ended', () => {
    const count = 1_000;
    const durations = Array.from({ length: count }, (_, at) => -100 * Math.log(1 - (at + 0.5) / count));
    const estimate = new CostEstimate();
    for (let at = 0; at < count; at += 1) estimate.begin(at, 0);
    // They are in order: after 50 the mean of those that ended would be 2.6 ms.
    for (const [at, duration] of durations.slice(0, 50).entries()) {
      estimate.end(at);
      estimate.observe(duration, 0, duration);
    }
    expect(estimate.meanMs).toBeGreaterThan(90);
    expect(estimate.meanMs).toBeLessThan(110);
  });

  it('follows a cost that falls to a thousandth within a few rounds', () => {
    const estimate = new CostEstimate();
    let now = 0;
    for (let round = 0; round < 20; round += 1) {
      const costMs = round < 10 ? 1_000 : 1;
      const beganMs = now;
      for (let slot = 0; slot < 8; slot += 1) estimate.begin(slot, beganMs);
      now += costMs;
      for (let slot = 0; slot < 8; slot += 1) {
        estimate.end(slot);
        estimate.observe(costMs, 0, now);
      }
      if (round === 9) expect(estimate.meanMs).toBeGreaterThan(900);
    }
    expect(estimate.meanMs).toBeLessThan(2);
  });

  it('is not carried away by one that never ends', () => {
    const estimate = new CostEstimate();
    for (let id = 0; id < 8; id += 1) estimate.begin(id, 0);
    for (let round = 1; round <= 1_000; round += 1) {
      for (let id = 1; id < 8; id += 1) {
        estimate.end(id);
        estimate.observe(10, 0, 10 * round);
        estimate.begin(id, 10 * round);
      }
    }
    // It has had a thousand times as long as the others take, and they were seven thousand.
    expect(estimate.meanMs).toBeLessThan(12);
  });

  it('leaves nothing behind of times that cannot be added exactly, once nothing runs', () => {
    const estimate = new CostEstimate();
    estimate.begin(1, 2 ** 53);
    estimate.begin(2, 1);
    estimate.end(1);
    estimate.end(2);
    estimate.observe(3, 0, 2 ** 53);
    expect(estimate.meanMs).toBe(3);
  });

  it('remembers all samples that came since the oldest that runs began', () => {
    const estimate = new CostEstimate();
    estimate.begin(0, 0);
    for (const costMs of [1_000, ...Array.from({ length: 9 }, () => 10)]) estimate.observe(costMs, 0, 0);
    expect(estimate.meanMs).toBe(109);
  });

  it('forgets older samples while one after the other begins before the last has ended', () => {
    const estimate = new CostEstimate();
    estimate.begin(0, 0);
    for (let id = 1; id <= 80; id += 1) {
      estimate.begin(id, 0);
      estimate.end(id - 1);
      estimate.observe(id <= 40 ? 1_000 : 1, 0, 0);
    }
    expect(estimate.meanMs).toBeLessThan(2);
  });
});
