import { describe, expect, it } from 'vitest';
import { Room } from '../../src/core/room.js';

describe('room at a hub', () => {
  it('is offered in turn: a job that still lacks it waits again, as the last', () => {
    const room = new Room();
    for (const job of [1, 2]) room.report(job, true, true, 0);
    expect(room.wakeNext()).toBe(1);
    // One at a time.
    expect(room.wakeNext()).toBeUndefined();
    room.report(1, true, true, 0);
    room.awake();
    expect(room.wakeNext()).toBe(2);
  });

  it('is what a job with nothing under way has lacked from when it first said so, while nothing moved', () => {
    const room = new Room();
    room.report(1, true, false, 10);
    expect([room.starved, room.stalledSince]).toEqual([1, 10]);
    room.report(1, true, false, 20);
    expect(room.stalledSince).toBe(10);
    room.moved(30);
    expect(room.stalledSince).toBe(30);
  });
});
