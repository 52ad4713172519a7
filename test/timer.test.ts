import { afterEach, describe, expect, it, vi } from 'vitest';
import { deadline, Timer } from '../src/timer.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a deadline', () => {
  it('that was set under fake timers is cleared there, also when these are gone', () => {
    vi.useFakeTimers();
    const timers = vi.getTimerCount();
    const expired = vi.fn();
    const set = deadline(expired, 5);
    const { clearTimeout: fake } = globalThis;
    vi.useRealTimers();
    const real = vi.spyOn(globalThis, 'clearTimeout');
    set.cancel();
    expect(real).not.toHaveBeenCalled();
    expect(globalThis.clearTimeout).not.toBe(fake);
    vi.useFakeTimers();
    expect(vi.getTimerCount()).toBe(timers);
  });

  it('that was set before fake timers came is cleared for real', async () => {
    const expired = vi.fn();
    const set = deadline(expired, 5);
    vi.useFakeTimers();
    set.cancel();
    vi.useRealTimers();
    await wait(20);
    expect(expired).not.toHaveBeenCalled();
  });

  it('does not come after it was cancelled, and clears no other timer, where only its setting is a fake', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    const expired = vi.fn();
    const set = deadline(expired, 5);
    set.cancel();
    expect(typeof cleared.mock.calls[0]?.[0]).toBe('object');
    await vi.advanceTimersByTimeAsync(10);
    expect(expired).not.toHaveBeenCalled();
  });
});

describe('a deadline of Infinity', () => {
  it('never comes, and sets no timer', () => {
    vi.useFakeTimers();
    const timers = vi.getTimerCount();
    const set = deadline(vi.fn(), Infinity);
    expect(vi.getTimerCount()).toBe(timers);
    set.cancel();
  });
});

describe('a timer', () => {
  it('is set anew whichever timers are there by then', async () => {
    const due = vi.fn();
    const timer = new Timer(due);
    timer.set(timer.now() + 5);
    vi.useFakeTimers();
    timer.set(timer.now() + 10_000);
    vi.useRealTimers();
    await wait(20);
    expect(due).not.toHaveBeenCalled();
    timer.set(timer.now() + 5);
    await vi.waitFor(() => expect(due).toHaveBeenCalledTimes(1));
  });
});
