import { describe, expect, it } from 'vitest';
import { EventInHand } from '../../src/core/job/event-in-hand.js';

describe('what comes of an event', () => {
  it('is told in order', () => {
    const inHand = new EventInHand();
    inHand.put({ type: 'acknowledge', seq: 0, attempt: 1 });
    inHand.put({ type: 'demand', count: 1 });
    expect(inHand.close()).toEqual([
      { type: 'acknowledge', seq: 0, attempt: 1 },
      { type: 'demand', count: 1 },
    ]);
  });

  it('is closed by the end of the job, and needs no acknowledgement then', () => {
    const inHand = new EventInHand();
    inHand.put({ type: 'acknowledge', seq: 0, attempt: 1 });
    inHand.put({ type: 'cancel', seq: 1, attempt: 1 });
    inHand.endWith({ type: 'completed' });
    inHand.put({ type: 'emit', values: ['a'] });
    expect(inHand.close()).toEqual([{ type: 'emit', values: ['a'] }, { type: 'completed' }]);
  });

  it('ends the job once, as was said first', () => {
    const inHand = new EventInHand();
    inHand.endWith({ type: 'closed' });
    inHand.endWith({ type: 'completed' });
    expect(inHand.end).toEqual({ type: 'closed' });
  });

  it('emits as soon as there is an output', () => {
    const inHand = new EventInHand();
    inHand.put({ type: 'demand', count: 1 });
    expect(inHand.hasEmitted).toBe(false);
    inHand.put({ type: 'emit', values: ['a'] });
    expect(inHand.hasEmitted).toBe(true);
  });
});
