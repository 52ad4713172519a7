import { describe, expect, it } from 'vitest';
import { Absence } from '../../src/worker/absence.js';

describe('of a hub that is away a worker tells', () => {
  it('each reason once, and that it still waits at growing intervals', () => {
    const absence = new Absence();
    const told: number[] = [];
    for (let now = 0; now <= 200_000; now += 1_000) {
      if (absence.tells(now < 2_000 ? 'no host' : 'refused', now)) told.push(now / 1_000);
    }
    expect(told).toEqual([0, 2, 7, 17, 37, 77, 157]);
  });

  it('every ten minutes in the end, and anew when the hub was there', () => {
    const absence = new Absence();
    const times: number[] = [];
    for (let now = 0; now <= 7_200_000; now += 1_000) if (absence.tells('refused', now)) times.push(now / 60_000);
    expect(times.slice(-2).reduce((from, to) => to - from)).toBe(10);
    absence.end();
    expect(absence.tells('refused', 7_300_000)).toBe(true);
    expect(absence.tells('refused', 7_304_000)).toBe(false);
    expect(absence.tells('refused', 7_305_000)).toBe(true);
  });
});
