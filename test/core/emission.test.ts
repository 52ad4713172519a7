import { describe, expect, it } from 'vitest';
import { Emission, type Segment } from '../../src/core/job/emission.js';
import { EventInHand } from '../../src/core/job/event-in-hand.js';
import type { JobEffect } from '../../src/core/job/job-events.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { messageOf } from '../../src/errors/thrown.js';

/** Outputs of elements from this one on. */
function values(first: number, ...outputs: string[]): Segment {
  return { type: 'values', first, count: outputs.length, bytes: 10 * outputs.length, values: () => outputs };
}

function errorAt(skipped: number): PaladinError {
  return new PaladinError('OPERATION_FAILED', `${skipped} left out before`);
}

function skip(first: number, stage: number): Segment {
  return { type: 'skip', first, count: 1, stage, error: errorAt, input: () => first };
}

function leftOut(first: number, stage: number): Segment {
  return { type: 'leftOut', first, count: 1, stage, known: false };
}

function failure(first: number, stage = 0): Segment {
  return { type: 'failure', first, count: 0, stage, error: errorAt };
}

/** What is told of it, as texts. */
function told(effects: readonly JobEffect[]): string[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case 'emit':
        return at(effect.first) + effect.values.join('');
      case 'skipped':
        return `${at(effect.index)}skipped, ${messageOf(effect.error)}`;
      case 'failed':
        return `failed, ${messageOf(effect.error)}`;
      case 'leftOut':
        return `${at(effect.index)}left out by ${effect.stage}`;
      default:
        return effect.type;
    }
  });
}

function at(index: number | undefined): string {
  return index === undefined ? '' : `${index}: `;
}

/** What each of these segments has the emission tell, in an event of its own. */
function put(emission: Emission, ...segments: Segment[]): string[][] {
  return segments.map((segment) => {
    const inHand = new EventInHand();
    emission.put(segment, inHand);
    emission.validate();
    return told(inHand.close());
  });
}

function release(emission: Emission): string[] {
  const inHand = new EventInHand();
  emission.release(inHand);
  emission.validate();
  return told(inHand.close());
}

describe('what became of elements', () => {
  it('is told in source order, or as it comes', () => {
    expect(put(new Emission(true), values(1, 'b'), values(0, 'a'))).toEqual([[], ['a']]);
    expect(put(new Emission(false), values(1, 'b'), values(0, 'a'))).toEqual([['b'], ['a']]);
  });

  it('is told outputs of once an event, so that the owner may pause; of what has none, at once', () => {
    const emission = new Emission(true);
    put(emission, values(3, 'd'), skip(2, 0), values(1, 'b'));
    expect(put(emission, values(0, 'a'))).toEqual([['a']]);
    expect([emission.hasMore, emission.released, emission.waitingBytes]).toEqual([true, 1, 20]);
    expect(release(emission)).toEqual(['b', 'skipped, 0 left out before']);
    expect(release(emission)).toEqual(['d']);
    expect([emission.hasMore, emission.released, emission.waitingBytes]).toEqual([false, 4, 0]);
  });

  it('ends with a failure, which nothing follows', () => {
    const ordered = new Emission(true);
    put(ordered, values(2, 'c'), failure(1));
    expect(put(ordered, values(0, 'a'))).toEqual([['a', 'failed, 0 left out before']]);
    const unordered = new Emission(false);
    unordered.pause();
    put(unordered, failure(1), skip(2, 0));
    unordered.resume();
    expect(release(unordered)).toEqual(['failed, 0 left out before']);
  });

  it('waits while the owner pauses, but for what is in partials', () => {
    const emission = new Emission(true);
    emission.pause();
    put(emission, { type: 'folded', first: 0, count: 2 }, skip(2, 0));
    expect([emission.released, emission.foldedAhead, emission.hasMore]).toEqual([2, 0, false]);
    emission.resume();
    expect(release(emission)).toEqual(['skipped, 0 left out before']);
  });

  it('tells a failure how many were left out by the stages before its own', () => {
    const emission = new Emission(true);
    expect(put(emission, skip(0, 1), skip(1, 0), skip(2, 1), failure(3, 2))).toEqual([
      ['skipped, 0 left out before'],
      ['skipped, 0 left out before'],
      ['skipped, 1 left out before'],
      ['failed, 3 left out before'],
    ]);
  });

  it('is forgotten once the job is over', () => {
    const emission = new Emission(true);
    put(emission, values(1, 'b'), { type: 'folded', first: 4, count: 2 });
    emission.clear();
    emission.validate();
    expect([emission.waitingBytes, emission.foldedAhead]).toEqual([0, 0]);
    expect(put(emission, values(0, 'a'))).toEqual([['a']]);
    expect(emission.hasMore).toBe(false);
  });
});

describe('a chain that is divided', () => {
  it('has a first part that tells indices, and neither outputs nor failures of what is settled', () => {
    const whole = new Emission(true);
    put(whole, skip(0, 0), values(2, 'c', 'd'), skip(4, 1), leftOut(5, 0), { type: 'folded', first: 6, count: 1 }, failure(8));
    const first = whole.beforeDivision(6);
    first.validate();
    expect([first.released, first.waitingBytes, first.foldedAhead]).toEqual([1, 0, 3]);
    // The settled ones come of themselves once the first one that is not has.
    expect(put(first, values(1, 'b'))).toEqual([['1: b']]);
    expect(first.released).toBe(7);
    // Left out by the stages before: elements 0, 4 and 5.
    expect(put(first, skip(7, 2))).toEqual([['7: skipped, 3 left out before']]);
  });

  it('has a first part that knows what was left out before', () => {
    const whole = new Emission(true);
    put(whole, skip(0, 0), skip(2, 1), leftOut(3, 0));
    const first = whole.beforeDivision(3);
    expect(put(first, skip(1, 0))).toEqual([['1: skipped, 0 left out before']]);
    expect(put(first, skip(4, 2), leftOut(5, 1))).toEqual([['4: skipped, 4 left out before'], ['5: left out by 1']]);
  });

  it('has a first part that has settled as many, where order does not matter', () => {
    const whole = new Emission(false);
    put(whole, values(4, 'e'), skip(2, 0));
    const first = whole.beforeDivision(2);
    first.validate();
    expect([first.released, first.hasMore]).toEqual([2, false]);
    expect(put(first, values(7, 'h'))).toEqual([['7: h']]);
  });
});
