import { expect, it } from 'vitest';
import { fromPart, lossFromPart } from '../../src/core/job/stages-of-part.js';
import type { BatchLoss, BatchResult } from '../../src/protocol/messages.js';
import { failure } from './job-harness.js';

const loss: BatchLoss = { seq: 1, attempt: 1, cause: 'death', reason: 'its thread died' };
const result: BatchResult = { seq: 1, attempt: 1, done: 3, failures: [], elapsedMs: 1, payload: new Uint8Array() };

it('counts the stages of failures and losses from the first one of the whole chain', () => {
  const failures = [failure(0, { stage: 0 }), failure(2, { stage: 1 })];
  const whole = [failure(0, { stage: 2 }), failure(2, { stage: 3 })].map((each, at) => ({ ...failures[at], stage: each.stage }));
  expect(fromPart({ ...result, failures }, 2)).toEqual({ ...result, failures: whole });
  expect(lossFromPart({ ...loss, stage: 1 }, 2)).toEqual({ ...loss, stage: 3 });
});

it('leaves as it is what tells of no stage, and what the first part says', () => {
  const failed = { ...result, failures: [failure(0)] };
  expect(fromPart(failed, 0)).toBe(failed);
  expect(fromPart(result, 2)).toBe(result);
  const lost = { ...loss, stage: 1 };
  expect(lossFromPart(lost, 0)).toBe(lost);
  expect(lossFromPart(loss, 2)).toBe(loss);
});
