import type * as realTime from '../../src/real-time.js';

/*
 * Real time, as far as a test's own fakes are real: put in the place of `src/real-time.ts`, so that what waits in real time waits
 * for the test.
 *
 *   vi.mock('../../src/real-time.js', () => import('./virtual-time.js'));
 */

export const realNow: typeof realTime.realNow = () => performance.now();

export const nextTurn: typeof realTime.nextTurn = (callback) => {
  setImmediate(callback);
};

export const later: typeof realTime.later = (callback, ms) => {
  const timer = setTimeout(callback, ms);
  return {
    cancel: () => {
      clearTimeout(timer);
    },
    unref: () => {
      timer.unref();
    },
  };
};

export const keepTurning: typeof realTime.keepTurning = () => undefined;

export const isImmediateFake: typeof realTime.isImmediateFake = () => false;
