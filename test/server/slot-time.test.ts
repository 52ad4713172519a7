import { describe, expect, it } from 'vitest';
import { noSlots, SlotTime, type SlotUse } from '../../server/core/slot-time.js';

const use = (part: Partial<SlotUse>): SlotUse => ({ ...noSlots, ...part });
const parts = { executing: 0, onTheWay: 0, starved: 0, paused: 0 };

describe('slot time', () => {
  it('is by seconds what slots do, on average', () => {
    const time = new SlotTime();
    time.advance(5_000);
    time.change(noSlots, use({ starved: 4 }), 5_000);
    time.change(use({ starved: 4 }), use({ busy: 4 }), 5_250);
    time.change(use({ busy: 4 }), use({ busy: 1, paused: 3 }), 6_500);
    expect(time.seconds(8_400)).toEqual([
      { ...parts, second: 0, executing: 3, starved: 1 },
      { ...parts, second: 1, executing: 2.5, paused: 1.5 },
      { ...parts, second: 2, executing: 1, paused: 3 },
    ]);
    time.validate();
  });

  it('has what is executing for long as executing at once: nobody need have answered', () => {
    const time = new SlotTime();
    time.advance(0);
    time.change(noSlots, use({ busy: 1 }), 0);
    expect(time.seconds(2_000).map(({ executing }) => executing)).toEqual([1, 1]);
  });

  it('has what answers leave unexplained as on the way, right before them', () => {
    const time = new SlotTime();
    time.advance(0);
    time.change(noSlots, use({ busy: 2 }), 0);
    time.answered(1_300, 2_400);
    time.answered(200, 2_500);
    expect(time.seconds(3_000)).toEqual([
      { ...parts, second: 0, executing: 2 },
      { ...parts, second: 1, executing: 1.1, onTheWay: 0.9 },
      { ...parts, second: 2, executing: 1.4, onTheWay: 0.6 },
    ]);
    // It was thought to be more than it is.
    time.answered(-500, 2_999);
    expect(time.seconds(3_000)[2]).toEqual({ ...parts, second: 2, executing: 1.9, onTheWay: 0.1 });
    time.validate();
  });

  it('is never less than nothing, whatever answers say, and changes nothing that is long over', () => {
    const time = new SlotTime();
    time.advance(0);
    time.change(noSlots, use({ busy: 1 }), 0);
    for (let count = 0; count < 3; count += 1) time.answered(1_000_000, 20_000);
    time.answered(-1_000_000, 20_000);
    time.answered(500, 20_000);
    time.validate();
    const seconds = time.seconds(20_000);
    expect(seconds.slice(0, 10).every(({ executing }) => executing === 1)).toBe(true);
    expect(seconds[19]).toMatchObject({ executing: 0.5, onTheWay: 0.5 });
  });

  it('keeps ten minutes, also after long silence', () => {
    const time = new SlotTime();
    time.advance(0);
    time.change(noSlots, use({ starved: 2 }), 0);
    const minutes = time.seconds(601_500);
    expect([minutes.length, minutes[0]?.second, minutes.at(-1)?.second]).toEqual([599, 2, 600]);
    const later = time.seconds(10_000_400);
    expect([later.length, later[0]?.second, later.at(-1)?.second]).toEqual([599, 9_401, 9_999]);
    expect(later.every(({ starved }) => starved === 2)).toBe(true);
    time.validate();
  });
});
