import { describe, expect, it } from 'vitest';
import type { JobFacts } from '../../src/core/job/facts.js';
import { present } from '../support/exactly.js';
import { runShape, type Shape } from './virtual-slots-harness.js';

/** Numbers from 0 to 1 that look random, and are the same in each run (mulberry32). */
function chance(index: number): number {
  const state = (index * 0x6d2b79f5 + 0x9e3779b9) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const durations: Readonly<Record<string, (index: number, meanMs: number) => number>> = {
  constant: (_, meanMs) => meanMs,
  exponential: (index, meanMs) => -meanMs * Math.log(1 - chance(index)),
  pareto: (index, meanMs) => (meanMs / 3) * (1 - chance(index)) ** (-1 / 1.5),
  bimodal: (index, meanMs) => (meanMs / 1.99) * (chance(index) < 0.01 ? 100 : 1),
};

/**
 * `instant`: all is there at once. `slow`: one by one, in 1.3 times the time that the slots need. `bursts`: in the same time, 20
 * at once.
 */
const sources: Readonly<Record<string, (index: number, intervalMs: number) => number>> = {
  instant: () => 0,
  slow: (index, intervalMs) => 1.3 * index * intervalMs,
  bursts: (index, intervalMs) => 1.3 * 20 * Math.floor(index / 20) * intervalMs,
};

const sizes = [
  { slots: 1, elements: 800, meanMs: 100 },
  { slots: 4, elements: 1_000, meanMs: 20 },
  { slots: 4, elements: 20_000, meanMs: 1 },
  { slots: 16, elements: 1_000, meanMs: 2_000 },
];

const shapes: readonly Shape[] = sizes.flatMap(({ slots, elements, meanMs }) =>
  Object.entries(sources).flatMap(([source, comesAt]) =>
    Object.entries(durations).flatMap(([duration, elementMs]) =>
      [undefined, meanMs / 100, meanMs].map((combineMs) => ({
        name: `${source}, ${duration}, ${elements} of ${meanMs} ms on ${slots}, combines of ${combineMs ?? 'none'}`,
        elements,
        slots,
        elementMs: (index: number) => elementMs(index, meanMs),
        comesAt: (index: number) => comesAt(index, meanMs / slots),
        ...(combineMs !== undefined && { combineMs }),
      })),
    ),
  ),
);

/** What is said once such a part is done, and how long it takes from then on. */
interface Said {
  readonly part: number;
  readonly remaining: JobFacts['remaining'];
  readonly trueMs: number;
}

const parts = [0.1, 0.5];

function saidOf(shape: Shape): Said[] {
  const asked: JobFacts[] = [];
  const endMs = runShape(shape, (back, ask) => {
    if (back >= (parts[asked.length] ?? Infinity) * shape.elements) asked.push(ask());
  });
  return asked.map(({ remaining, elapsedMs }, at) => ({ part: present(parts[at]), remaining, trueMs: endMs - elapsedMs }));
}

describe('the time that remains', () => {
  let all: readonly Said[] | undefined;

  it.each(parts)(
    'is right within a factor of 1.5 for nine of ten shapes, once %d is done',
    (part) => {
      all ??= shapes.flatMap(saidOf);
      const ratios = all.flatMap(({ part: at, remaining, trueMs }) =>
        at === part && remaining !== undefined ? [Math.sqrt(remaining.least * remaining.most) / trueMs] : [],
      );
      const right = ratios.filter((ratio) => ratio < 1.5 && ratio > 1 / 1.5);

      expect(right.length).toBeGreaterThanOrEqual(0.9 * ratios.length);
      // It is not right by saying nothing.
      expect(ratios.length).toBeGreaterThan(0.6 * shapes.length);
    },
    60_000,
  );
});
