import { expect, it } from 'vitest';
import { BusyRing } from '../../server/core/busy-ring.js';

it('a worker’s busy share is told of each second that is over, a minute back', () => {
  const ring = new BusyRing(500);
  ring.advance(0, 4, 1_000);
  ring.advance(4, 4, 1_250);
  expect(ring.shares).toEqual([]);
  ring.advance(2, 4, 3_600);
  expect(ring.shares).toEqual([0.38, 0.5, 0.5]);
  ring.advance(1, 4, 500 + 90_000);
  expect(ring.shares).toHaveLength(60);
  expect(ring.shares.every((share) => share === 0.25)).toBe(true);
});

it('a worker without slots is not busy', () => {
  const ring = new BusyRing(0);
  ring.advance(0, 0, 1_000);
  expect(ring.shares).toEqual([0]);
});
