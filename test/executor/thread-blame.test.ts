import { expect, it } from 'vitest';
import type { ThreadDeath } from '../../src/executor/thread-link.js';
import { judgeDeath } from '../../src/executor/thread-blame.js';

const batch = { number: 7, place: "operation 'f' at index 3" };

it.each<[string, Partial<ThreadDeath>, typeof batch | undefined, number, string, string]>([
  ['what it was executing, where nothing else is known', {}, batch, 7, 'unknown', 'death'],
  ['what it was executing, where that began it', { origin: 7 }, batch, 7, 'batch', 'death'],
  ['an earlier batch that left something behind', { origin: 6 }, batch, 7, 'batch', 'wasted'],
  ['an earlier batch, before the next one was begun', { executing: 6 }, batch, 7, 'unknown', 'returned'],
  ['its modules, where these began it', { origin: 'modules' }, batch, 7, 'modules', 'wasted'],
  ['its modules, where it has executed nothing', {}, undefined, 0, 'modules', 'returned'],
  ['its modules, where it had not begun its first batch', { executing: 0 }, batch, 1, 'modules', 'returned'],
  ['what it has executed, or its modules, while it was idle', {}, undefined, 7, 'unknown', 'returned'],
])('a thread has died of %s', (_what, death, last, batches, fault, cause) => {
  const verdict = judgeDeath({ how: 'exited with code 3', ...death }, last, batches);
  expect([verdict.fault, verdict.loss.cause]).toEqual([fault, cause]);
});

it('says what a thread was at, and whose doing it was that it died', () => {
  const death: ThreadDeath = { how: 'exited with code 3' };
  expect(judgeDeath(death, batch, 7).why).toBe("it exited with code 3, while it was executing operation 'f' at index 3");
  expect(judgeDeath({ ...death, origin: 'modules' }, undefined, 7).why).toBe(
    'it exited with code 3, while it was idle; that began when its modules were loaded',
  );
});
