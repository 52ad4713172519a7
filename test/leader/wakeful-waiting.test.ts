import { describe, expect, it } from 'vitest';
import { WakefulWaiting } from '../../src/leader/wakeful-waiting.js';
import { mostTripsAsleep, mostWakefulMs, quickTripMs } from '../../src/limits.js';

/** A waiting whose lone batches are sent one after the other, and how many of them it was awake for at first. */
class Trips {
  readonly waiting = new WakefulWaiting();
  now = 0;

  /** @returns whether it began to wait awake */
  trip(tookMs: number): boolean {
    this.waiting.sent(this.now);
    const awake = this.waiting.isAwake(this.now);
    this.now += tookMs;
    this.waiting.answered(this.now);
    return awake;
  }

  trips(count: number, tookMs: number): number {
    let awake = 0;
    for (let at = 0; at < count; at += 1) if (this.trip(tookMs)) awake += 1;
    return awake;
  }
}

describe('waiting awake', () => {
  it('begins once lone batches are known to come back within moments', () => {
    const test = new Trips();
    expect(test.trip(0.2)).toBe(false);
    expect(test.trips(10, 0.2)).toBe(10);
  });

  it('is not worth it where they take longer', () => {
    expect(new Trips().trips(100, quickTripMs * 1.1)).toBe(0);
  });

  it('ends with the answer, and for one that does not come in four times the usual time', () => {
    const test = new Trips();
    test.trips(10, 0.2);
    test.waiting.sent(test.now);
    expect([0.1, 0.79, 0.81].map((ms) => test.waiting.isAwake(test.now + ms))).toEqual([true, true, false]);
    test.waiting.answered(test.now + 0.1);
    expect(test.waiting.isAwake(test.now + 0.1)).toBe(false);
  });

  it('takes so long at the most, however long they usually take', () => {
    const test = new Trips();
    test.trips(10, quickTripMs * 0.9);
    test.waiting.sent(test.now);
    expect(test.waiting.isAwake(test.now + mostWakefulMs - 0.01)).toBe(true);
    expect(test.waiting.isAwake(test.now + mostWakefulMs)).toBe(false);
  });

  it('ends when the batch is not alone any more', () => {
    const test = new Trips();
    test.trips(10, 0.2);
    test.waiting.sent(test.now);
    test.waiting.forget();
    expect(test.waiting.isAwake(test.now)).toBe(false);
  });

  it('sleeps through more and more where it is in vain, and is tried again now and then', () => {
    const test = new Trips();
    test.trips(10, 0.2);
    // Each is late where it is waited for awake, as on a machine with one core, and quick where it is not.
    let tries = 0;
    for (let at = 0; at < 10 * mostTripsAsleep; at += 1) {
      test.waiting.sent(test.now);
      const awake = test.waiting.isAwake(test.now);
      if (awake) tries += 1;
      test.now += awake ? 3 : 0.2;
      test.waiting.answered(test.now);
    }
    expect(tries).toBeGreaterThan(8);
    expect(tries).toBeLessThan(20);
    // And it is itself again soon after.
    test.trips(mostTripsAsleep, 0.2);
    expect(test.trips(100, 0.2)).toBe(100);
  });
});
