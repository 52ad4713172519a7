import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newAllowance, takeFrom } from '../../server/core/allowance.js';
import { OpeningPace } from '../../src/core/opening-pace.js';
import { connected, open, SessionUnderTest } from './leader-session-harness.js';

describe('the pace at which a leader opens jobs', () => {
  it('is within the limit of its hub, whenever in a second what it sends arrives', () => {
    const moments = fc.array(fc.record({ afterMs: fc.nat({ max: 400 }), wants: fc.nat({ max: 20 }) }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), moments, fc.nat({ max: 1_000 }), (perSecond, steps, heldUpMs) => {
        const pace = new OpeningPace();
        pace.begin(perSecond);
        const allowance = newAllowance(0);
        let now = 0;
        for (const { afterMs, wants } of steps) {
          now += afterMs;
          for (let at = 0; at < wants && pace.dueAt <= now; at += 1) {
            pace.take(now);
            // The network delivers all at once at the end of each such time.
            const arrivesAt = heldUpMs === 0 ? now : Math.ceil(now / heldUpMs) * heldUpMs;
            expect(takeFrom(allowance, { perSecond }, arrivesAt)).toBe(true);
          }
        }
      }),
    );
  });

  it('is within the limit of a hub that stood still for however long, as far as its jobs are open still', () => {
    const holdups = fc.array(fc.record({ forMs: fc.nat({ max: 20_000 }), wants: fc.nat({ max: 200 }) }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 100 }), holdups, (perSecond, mostOpen, steps) => {
        const pace = new OpeningPace();
        pace.begin(perSecond);
        const allowance = newAllowance(0);
        let now = 0;
        for (const { forMs, wants } of steps) {
          // None ends while the hub stands still; all that were opened meanwhile come at once, and are over at once.
          let opened = 0;
          for (const until = now + forMs; now <= until; now += 10) {
            while (opened < Math.min(wants, mostOpen) && pace.dueAt <= now) {
              pace.take(now);
              opened += 1;
            }
          }
          const bound = { perSecond, most: perSecond + mostOpen };
          for (let at = 0; at < opened; at += 1) expect(takeFrom(allowance, bound, now)).toBe(true);
        }
      }),
    );
  });

  it('is half of the limit', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 100, maxJobsOpenedPerSecond: 8 });
    const opened = [1, 2, 3, 4, 5, 6].map((job) => test.add(job).length > 0);
    expect(opened).toEqual([true, true, true, true, false, false]);
    expect(test.session.nextDeadline()).toBe(250);
    test.now = 250;
    expect(test.handle({ type: 'tick' })).toEqual([open(5), connected(5)]);
    expect(test.session.nextDeadline()).toBe(500);
    test.remove(6);
    expect(test.session.nextDeadline()).toBeUndefined();
  });

  it('does not hold back what the hub knows already', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 100, maxJobsOpenedPerSecond: 2 });
    for (let job = 1; job <= 4; job += 1) {
      test.add(job);
      test.handled(job, 1);
      test.now += 1_000;
    }
    test.lose();
    test.add(5);
    test.add(6);
    const opened = test.welcome({ maxJobsPerLeader: 100, maxJobsOpenedPerSecond: 2 });
    expect(opened.flatMap((effect) => (effect.type === 'open' ? [effect.job] : []))).toEqual([1, 2, 3, 4, 5]);
  });

  it('is no lack of places, however slow it is', () => {
    const test = SessionUnderTest.welcomed({ maxJobsPerLeader: 100, maxJobsOpenedPerSecond: 1 });
    test.now = 10;
    for (const job of [1, 2, 3]) test.add(job);
    expect(test.session.nextDeadline()).toBe(2_010);
    test.now = 2_010;
    expect(test.handle({ type: 'tick' })).toEqual([open(2), connected(2)]);
    test.now = 4_010;
    expect(test.handle({ type: 'tick' })).toEqual([open(3), connected(3)]);
  });
});
