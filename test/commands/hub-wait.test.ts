import { describe, expect, it } from 'vitest';
import { HubWait } from '../../server/command/hub-wait.js';

describe('a worker without its hub', () => {
  it('says each reason once, and that it still waits at growing intervals', () => {
    const wait = new HubWait('http://h');
    const said: (readonly [number, string])[] = [];
    for (let now = 0; now <= 200_000; now += 1_000) {
      const text = wait.lost(now < 2_000 ? 'no host' : 'refused', now);
      if (text !== undefined) said.push([now / 1_000, text]);
    }
    expect(said).toEqual([
      [0, 'not connected to http://h: no host; trying again'],
      [2, 'not connected to http://h: refused; trying again'],
      [7, 'still not connected to http://h after 7 s: refused; trying again'],
      [17, 'still not connected to http://h after 17 s: refused; trying again'],
      [37, 'still not connected to http://h after 37 s: refused; trying again'],
      [77, 'still not connected to http://h after 77 s: refused; trying again'],
      [157, 'still not connected to http://h after 3 min: refused; trying again'],
    ]);
  });

  it('says so every ten minutes in the end, and begins anew when the hub was there', () => {
    const wait = new HubWait('http://h');
    const times: number[] = [];
    for (let now = 0; now <= 7_200_000; now += 1_000) if (wait.lost('refused', now) !== undefined) times.push(now / 60_000);
    expect(times.slice(-2).reduce((from, to) => to - from)).toBe(10);
    wait.back();
    expect(wait.lost('refused', 7_300_000)).toBe('not connected to http://h: refused; trying again');
    expect(wait.lost('refused', 7_304_000)).toBeUndefined();
    expect(wait.lost('refused', 7_305_000)).toBe('still not connected to http://h after 5 s: refused; trying again');
  });
});
