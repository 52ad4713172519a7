import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Acknowledgements } from '../../src/leader/acknowledgements.js';
import { acknowledgeWithinMs, maxAcknowledgedLater } from '../../src/limits.js';

describe('acknowledgements', () => {
  const sent: number[] = [];
  let acknowledgements = new Acknowledgements(() => undefined);
  const add = (job: number, seq: number, later: boolean): void => {
    acknowledgements.add({ type: 'acknowledge', job, seq, attempt: 1 }, later);
  };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    sent.length = 0;
    acknowledgements = new Acknowledgements(({ seq }) => sent.push(seq));
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('go at once, after those that wait', () => {
    add(1, 0, false);
    expect(sent).toEqual([0]);
    add(1, 1, true);
    add(1, 2, false);
    expect(sent).toEqual([0, 1, 2]);
    vi.runAllTimers();
    expect(sent).toHaveLength(3);
  });

  it('that may go later go together once there are enough', () => {
    const all = Array.from({ length: maxAcknowledgedLater }, (_, seq) => seq);
    for (const seq of all.slice(1)) add(1, seq, true);
    expect(sent).toEqual([]);
    add(1, 0, true);
    expect(sent).toEqual([...all.slice(1), 0]);
  });

  it('go when the first has waited for long, however many there are', () => {
    add(1, 0, true);
    vi.advanceTimersByTime(acknowledgeWithinMs - 1);
    add(1, 1, true);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([0, 1]);
    add(1, 2, true);
    vi.advanceTimersByTime(acknowledgeWithinMs);
    expect(sent).toEqual([0, 1, 2]);
  });

  it('are forgotten with their job, and with the hub', () => {
    add(1, 0, true);
    add(2, 1, true);
    acknowledgements.forget(1);
    vi.advanceTimersByTime(acknowledgeWithinMs);
    expect(sent).toEqual([1]);
    add(2, 2, true);
    acknowledgements.forgetAll();
    expect(vi.getTimerCount()).toBe(0);
    add(2, 3, false);
    expect(sent).toEqual([1, 3]);
  });
});
