import { describe, expect, it } from 'vitest';
import { checkLoss, checkResult, readPartials, readValues, succeededRanges } from '../../src/core/job/result-check.js';
import type { BatchResult, UnitFailure } from '../../src/protocol/messages.js';
import { joinParts } from '../../src/wire/parts.js';
import { failure, json } from './job-harness.js';

function resultOf(done: number, failures: readonly UnitFailure[] = []): BatchResult {
  return { seq: 1, attempt: 1, done, failures: [...failures], elapsedMs: 1, payload: new Uint8Array() };
}

const impossible = { code: 'PROTOCOL' } as const;
const stages = { from: 1, to: 3 };

/** Failures in a stage that there is. */
function failures(...offsets: number[]): UnitFailure[] {
  return offsets.map((offset) => failure(offset, { stage: 1 }));
}

describe('a result', () => {
  it('is of at least one unit, and of no more than the batch has', () => {
    for (const done of [1, 4]) expect(() => checkResult(resultOf(done), 4, stages)).not.toThrow();
    for (const done of [0, -1, 5, Number.NaN]) {
      expect(() => checkResult(resultOf(done), 4, stages)).toThrow(expect.objectContaining(impossible));
    }
  });

  it('has failures of units that were done, each once, in order', () => {
    for (const offsets of [[0], [3], [0, 1, 3]]) {
      expect(() => checkResult(resultOf(4, failures(...offsets)), 5, stages)).not.toThrow();
    }
    for (const offsets of [[-1], [4], [1, 1], [2, 1]]) {
      expect(() => checkResult(resultOf(4, failures(...offsets)), 5, stages)).toThrow(expect.objectContaining(impossible));
    }
  });

  it('has failures in stages of its part of the chain', () => {
    for (const stage of [1, 2]) expect(() => checkResult(resultOf(1, [failure(0, { stage })]), 1, stages)).not.toThrow();
    for (const stage of [0, 3]) {
      expect(() => checkResult(resultOf(1, [failure(0, { stage })]), 1, stages)).toThrow(expect.objectContaining(impossible));
    }
  });

  it('has succeeded where it has not failed', () => {
    expect(succeededRanges(resultOf(6, failures(0, 3, 4)))).toEqual([
      { start: 1, end: 3 },
      { start: 5, end: 6 },
    ]);
    expect(succeededRanges(resultOf(2, failures(0, 1)))).toEqual([]);
  });
});

it('a loss is in a stage of the chain', () => {
  const loss = { seq: 1, attempt: 1, cause: 'death', reason: '' } as const;
  for (const stage of [0, 1]) expect(() => checkLoss({ ...loss, stage }, 2)).not.toThrow();
  expect(() => checkLoss(loss, 1)).not.toThrow();
  for (const stage of [-1, 2]) expect(() => checkLoss({ ...loss, stage }, 2)).toThrow(expect.objectContaining(impossible));
});

describe('a payload', () => {
  it('has as many values as units have succeeded', () => {
    expect(readValues(json, json.encode(['a', 'b']), 2)).toEqual(['a', 'b']);
    for (const count of [1, 3]) {
      expect(() => readValues(json, json.encode(['a', 'b']), count)).toThrow(expect.objectContaining(impossible));
    }
  });

  it('is a list that the serializer can read', () => {
    for (const text of ['[', '"ab"']) {
      const payload = new TextEncoder().encode(text);
      expect(() => readValues(json, payload, 2)).toThrow(expect.objectContaining(impossible));
    }
  });

  it('has as many partials as ranges have succeeded', () => {
    const parts = [json.encode(['a']), json.encode(['b'])];
    expect(readPartials(joinParts(parts), 2)).toEqual(parts);
    for (const count of [1, 3]) {
      expect(() => readPartials(joinParts(parts), count)).toThrow(expect.objectContaining(impossible));
    }
    expect(() => readPartials(new Uint8Array([9, 9]), 1)).toThrow(expect.objectContaining(impossible));
  });
});
