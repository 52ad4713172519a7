import { describe, expect, it } from 'vitest';
import type { BatchLoss } from '../../src/protocol/messages.js';
import { handedBack } from '../../src/worker/handed-back.js';

describe('a batch that a worker hands back in the midst of it', () => {
  const loss: BatchLoss = { seq: 1, attempt: 2, cause: 'wasted', reason: 'its worker had to go' };

  it('says which unit was executing, and in which stage', () => {
    expect(handedBack(loss, { offset: 3, stage: 1 })).toEqual({ ...loss, offset: 3, stage: 1 });
  });

  it('was not tried, if it was not begun', () => {
    expect(handedBack(loss, 'unbegun')).toEqual({ ...loss, cause: 'returned' });
  });

  it('says no more where nobody knows', () => {
    expect(handedBack(loss, undefined)).toBe(loss);
  });
});
