import { expect, it } from 'vitest';
import { HubWait } from '../../server/command/hub-wait.js';

it('a worker without its hub says why, and for how long, until the hub was there', () => {
  const wait = new HubWait('http://h');
  expect(wait.lost('no host', 0)).toBe('not connected to http://h: no host; trying again');
  expect(wait.lost('refused', 2_000)).toBe('not connected to http://h: refused; trying again');
  expect(wait.lost('refused', 7_000)).toBe('still not connected to http://h after 7 s: refused; trying again');
  expect(wait.lost('refused', 157_000)).toBe('still not connected to http://h after 3 min: refused; trying again');
  wait.back();
  expect(wait.lost('refused', 200_000)).toBe('not connected to http://h: refused; trying again');
  expect(wait.lost('refused', 205_000)).toBe('still not connected to http://h after 5 s: refused; trying again');
});
