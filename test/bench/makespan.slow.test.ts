import { describe, expect, it } from 'vitest';
import { paladinsRule, staticChunks } from '../../bench/makespan/baselines.js';
import { bounds } from '../../bench/makespan/bounds.js';
import { runMachines } from '../../bench/makespan/machines.js';
import { draw, type Workload } from '../../bench/makespan/workload.js';

/** Elements that take what `costMs` says, and combines that cost next to nothing. */
function workload(elements: number, slots: number, costMs: (index: number) => number): Workload {
  const drawn = draw({ elements, slots, meanMs: 1, durations: 'constant', combine: 'small', source: 'instant' }, 1);
  const combineMs = { fixed: 0.001, perElement: 0 };
  const elementMs = drawn.elementMs.map((_, index) => costMs(index));
  const totalMs = elementMs.reduce((sum, ms) => sum + ms, 0) + combineMs.fixed * (elements - 1);
  return { ...drawn, elementMs, combineMs, totalMs };
}

/** How much longer it took than it must. */
function overBound(drawn: Workload): number {
  return runMachines(drawn, true).makespanMs / bounds(drawn).plainMs;
}

describe('the makespan of the machines', () => {
  it('is above what is proven to be the least, as are those of the baselines', () => {
    for (const durations of ['constant', 'exponential', 'pareto', 'bimodal'] as const) {
      for (const combine of ['small', 'equal', 'large', 'growing'] as const) {
        for (const source of ['instant', 'slow'] as const) {
          for (const slots of [1, 16]) {
            // So long that nothing is sent ahead, which would change the order in which elements begin.
            const drawn = draw({ elements: 200, slots, meanMs: 1_000, durations, combine, source }, 7);
            const { plainMs, tightMs } = bounds(drawn);
            expect(tightMs).toBeGreaterThanOrEqual(plainMs);
            expect(runMachines(drawn, true).makespanMs).toBeGreaterThanOrEqual(tightMs);
            expect(Math.min(paladinsRule(drawn), staticChunks(drawn))).toBeGreaterThanOrEqual(plainMs);
          }
        }
      }
    }
  }, 60_000);

  it('is near the least where an operation takes seconds: each element travels alone, to all slots at once', () => {
    const drawn = workload(32, 16, () => 2_000);
    const { slotEndsMs } = runMachines(drawn, true);
    expect(slotEndsMs).toHaveLength(16);
    expect(overBound(drawn)).toBeLessThan(1.01);
  });

  it('is near the least where elements are cheap, by full batches', () => {
    const drawn = workload(20_000, 16, () => 1);
    const { trips, makespanMs, slotEndsMs } = runMachines(drawn, true);
    expect(trips).toBeLessThan(20_000 / 10);
    expect(overBound(drawn)).toBeLessThan(1.02);
    // The last batches shrink, so that slots finish together.
    expect(Math.max(...slotEndsMs) - Math.min(...slotEndsMs)).toBeLessThan(0.02 * makespanMs);
  });

  it('is near the least where the hub is 20 ms away, there and back, and the job goes on: slots do not wait for the wire', () => {
    const parameters = {
      elements: 80_000,
      slots: 4,
      meanMs: 1,
      durations: 'exponential',
      combine: 'small',
      source: 'instant',
    } as const;
    const drawn = { ...draw(parameters, 1), latencyMs: 10 };
    // Batches have grown far beyond 20 ms.
    expect(runMachines(drawn).trips).toBeLessThan(80_000 / 60);
    expect(overBound(drawn)).toBeLessThan(1.03);
  });

  it('is near the least where elements become a thousand times dearer midway', () => {
    expect(overBound(workload(20_000, 8, (index) => (index < 10_000 ? 0.01 : 10)))).toBeLessThan(1.01);
  });

  it('is near the least where they become a thousand times cheaper, which then travel in few batches', () => {
    const dear = runMachines(workload(10_000, 8, () => 10)).trips;
    const drawn = workload(20_000, 8, (index) => (index < 10_000 ? 10 : 0.01));
    expect(overBound(drawn)).toBeLessThan(1.01);
    expect(runMachines(drawn).trips).toBeLessThan(dear + 1_000);
  });

  it('is not behind baselines by a level of the tree, where combines take as long as elements or longer', () => {
    for (const [elements, combine] of [
      [1_000, 'equal'],
      [100, 'large'],
      [1_000, 'large'],
    ] as const) {
      const drawn = draw({ elements, slots: 64, meanMs: 100, durations: 'constant', combine, source: 'instant' }, 1);
      const { makespanMs } = runMachines(drawn, true);
      expect(makespanMs).toBeLessThan(1.01 * paladinsRule(drawn));
      expect(makespanMs).toBeLessThan(1.01 * staticChunks(drawn));
    }
  });

  it('is not behind static chunks by a level, where each element has a slot and the number of elements is no power of two', () => {
    const size = { elements: 1_000, slots: 1_000, meanMs: 100 };
    for (const seed of [2, 3]) {
      const drawn = draw({ ...size, durations: 'exponential', combine: 'large', source: 'instant' }, seed);
      expect(runMachines(drawn).makespanMs).toBeLessThan(1.01 * staticChunks(drawn));
    }
  });

  it('is near the least where elements come slowly and combines grow: what came first is far ahead at the end', () => {
    const drawn = draw(
      { elements: 10_000, slots: 16, meanMs: 100, durations: 'constant', combine: 'growing', source: 'slow' },
      1,
    );
    expect(runMachines(drawn).makespanMs).toBeLessThan(1.1 * bounds(drawn).tightMs);
  });

  it('does not wait with all combines for one element that takes long', () => {
    const drawn = draw(
      { elements: 100, slots: 16, meanMs: 100, durations: 'constant', combine: 'growing', source: 'instant' },
      1,
    );
    const elementMs = drawn.elementMs.map((ms, index) => (index === 90 ? 100 * ms : ms));
    const { perElement } = drawn.combineMs;
    const late = { ...drawn, elementMs, totalMs: drawn.totalMs + 99 * 100 };
    // It begins in the sixth round. After it: with what is right of it, and the last combine.
    expect(runMachines(late, true).makespanMs).toBeLessThan(6 * 101 + 10_000 + perElement * (10 + 100));
  });

  it('does not depend on the window where one element takes far longer than all others together', () => {
    const drawn = workload(80_000, 16, (index) => (index === 0 ? 200_000 : 1));
    expect(overBound(drawn)).toBeLessThan(1.01);
    const second = workload(80_000, 16, (index) => (index === 0 || index === 70_000 ? 20_000 : 1));
    expect(runMachines(second).makespanMs).toBeLessThan(30_000);
  });

  it('is that of the element and the trip where there is but one', () => {
    const drawn = workload(1, 8, () => 1);
    expect(runMachines(drawn, true).makespanMs).toBeCloseTo(1 + 4 * drawn.latencyMs);
  });
});
