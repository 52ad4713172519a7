import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { onAbort } from '../../src/leader/abort-listeners.js';

describe('listeners to one signal', () => {
  it('are one to the signal, and none when all have gone', () => {
    const { signal } = new AbortController();
    const leave = Array.from({ length: 50 }, () => onAbort(signal, () => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const go of leave.slice(1)) go();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    leave[0]?.();
    leave[0]?.();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('are told once, in order, but for those that have gone', () => {
    const controller = new AbortController();
    const told: number[] = [];
    const leaveThird = [0, 1, 2, 3].map((at) =>
      onAbort(controller.signal, () => {
        told.push(at);
        if (at === 0) leaveThird?.();
      }),
    )[2];
    controller.abort();
    expect(told).toEqual([0, 1, 3]);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('come back to a signal that all had left', () => {
    const controller = new AbortController();
    const [first, second] = [vi.fn(), vi.fn()];
    const leave = onAbort(controller.signal, first);
    leave();
    onAbort(controller.signal, second);
    leave();
    controller.abort();
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
  });
});
