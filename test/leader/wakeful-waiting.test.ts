import { describe, expect, it } from 'vitest';
import { WakefulWaiting } from '../../src/leader/wakeful-waiting.js';
import {
  mostTripsBetweenLooks,
  mostWakefulMs,
  quickTripMs,
  tripsBetweenLooks,
  tripsInVain,
  tripsOfLook,
} from '../../src/limits.js';

/** How long a trip takes in either way. */
interface Machine {
  readonly asleepMs: number;
  readonly awakeMs: number;
}

/** One where whoever sleeps is woken late, one whose processors are busy, and one where it makes no difference. */
const slowToWake: Machine = { asleepMs: 0.4, awakeMs: 0.3 };
const busy: Machine = { asleepMs: 0.4, awakeMs: 0.5 };
const even: Machine = { asleepMs: 0.4, awakeMs: 0.36 };

/** A waiting whose lone batches are sent one after the other. */
class Trips {
  readonly waiting = new WakefulWaiting();
  now = 0;

  /** @returns whether it began to wait awake */
  trip({ asleepMs, awakeMs }: Machine): boolean {
    this.waiting.sent(this.now);
    const awake = this.waiting.isAwake(this.now);
    this.now += awake ? awakeMs : asleepMs;
    this.waiting.answered(this.now);
    return awake;
  }

  /** @returns for how many of them it began to wait awake */
  trips(count: number, machine: Machine): number {
    let awake = 0;
    for (let at = 0; at < count; at += 1) if (this.trip(machine)) awake += 1;
    return awake;
  }

  look(machine: Machine): void {
    expect(this.trips(2 * tripsOfLook, machine)).toBe(tripsOfLook);
  }
}

describe('waiting awake', () => {
  it('looks at trips of both kinds in turn, and goes on awake where they took clearly less', () => {
    const test = new Trips();
    expect(test.trips(4, slowToWake)).toBe(0);
    expect(test.trips(4, slowToWake)).toBe(4);
    test.trips(2 * tripsOfLook - 8, slowToWake);
    expect(test.trips(tripsBetweenLooks, slowToWake)).toBe(tripsBetweenLooks);
  });

  it.each([
    ['took longer', busy],
    ['took little less', even],
  ])('sleeps where trips awake %s', (_, machine) => {
    const test = new Trips();
    test.look(machine);
    expect(test.trips(tripsBetweenLooks, machine)).toBe(0);
  });

  it('looks again, so that it finds out when the machine has become another', () => {
    const test = new Trips();
    test.look(slowToWake);
    test.trips(tripsBetweenLooks, busy);
    test.look(busy);
    expect(test.trips(tripsBetweenLooks, busy)).toBe(0);
    test.look(slowToWake);
    expect(test.trips(tripsBetweenLooks, slowToWake)).toBe(tripsBetweenLooks);
  });

  it('looks less often where looks agree', () => {
    const test = new Trips();
    let between = tripsBetweenLooks;
    for (; between < mostTripsBetweenLooks; between *= 2) {
      test.look(busy);
      expect(test.trips(between, busy)).toBe(0);
    }
    for (let again = 0; again < 2; again += 1) {
      test.look(busy);
      expect(test.trips(mostTripsBetweenLooks, busy)).toBe(0);
    }
  });

  it('does not look at trips awake where trips take long', () => {
    const test = new Trips();
    const slow = { asleepMs: quickTripMs * 1.1, awakeMs: 0.1 };
    expect(test.trips(4 + tripsBetweenLooks, slow)).toBe(0);
  });

  it('judges by the median, so a few late answers change nothing', () => {
    const test = new Trips();
    for (let at = 0; at < 2 * tripsOfLook; at += 1) {
      const late = at % 8 === 5 ? 100 : 0;
      test.trip({ asleepMs: slowToWake.asleepMs, awakeMs: slowToWake.awakeMs + late });
    }
    expect(test.trips(tripsBetweenLooks, slowToWake)).toBe(tripsBetweenLooks);
  });

  it('judges by the median, so a few quick answers change nothing either', () => {
    const test = new Trips();
    for (let at = 0; at < 2 * tripsOfLook; at += 1) {
      test.trip({ asleepMs: busy.asleepMs, awakeMs: at % 8 === 5 ? 0.1 : busy.awakeMs });
    }
    expect(test.trips(tripsBetweenLooks, busy)).toBe(0);
  });

  it('ends with the answer, and at its bound', () => {
    const test = new Trips();
    test.look(slowToWake);
    test.waiting.sent(test.now);
    expect([0, mostWakefulMs - 0.01, mostWakefulMs].map((ms) => test.waiting.isAwake(test.now + ms))).toEqual([
      true,
      true,
      false,
    ]);
    test.waiting.answered(test.now + 0.1);
    expect(test.waiting.isAwake(test.now + 0.1)).toBe(false);
  });

  it('ends when the batch is not alone any more, which no look counts', () => {
    const test = new Trips();
    test.trips(6, slowToWake);
    test.waiting.sent(test.now);
    test.waiting.forget();
    expect(test.waiting.isAwake(test.now)).toBe(false);
    test.waiting.answered(test.now + 100);
    test.trips(2 * tripsOfLook - 6, slowToWake);
    expect(test.trips(tripsBetweenLooks, slowToWake)).toBe(tripsBetweenLooks);
  });

  it('sleeps until the next look when some batches in a row were waited for in vain', () => {
    const test = new Trips();
    const late = { asleepMs: 100, awakeMs: 100 };
    test.look(slowToWake);
    expect(test.trips(tripsInVain - 1, late)).toBe(tripsInVain - 1);
    expect(test.trips(1, slowToWake)).toBe(1);
    expect(test.trips(tripsBetweenLooks - tripsInVain, late)).toBe(tripsInVain);
    test.look(slowToWake);
  });
});
