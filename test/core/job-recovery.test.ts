import { describe, expect, it } from 'vitest';
import { recoveryWindowMs } from '../../src/limits.js';
import type { Batch } from '../../src/protocol/messages.js';
import { failure, JobUnderTest, json, stage } from './job-harness.js';
import { exactly, only } from '../support/exactly.js';

/** The batches' numbers and attempts, as `seq/attempt`. */
function names(batches: readonly Batch[]): string[] {
  return batches.map(({ seq, attempt }) => `${seq}/${attempt}`);
}

describe('a job whose connection was lost', () => {
  it('sends nothing again by itself: the hub answers for what is under way', () => {
    const test = JobUnderTest.with(2);
    const [a, b] = exactly(2, test.elements('a', 'b', 'c'));
    expect(test.handle({ type: 'disconnected' })).toEqual([]);
    expect(test.elements('d')).toEqual([]);
    expect(test.job.underWay.map(({ seq, attempt }) => `${seq}/${attempt}`)).toEqual(['0/1', '1/1']);
    test.handle({ type: 'connected' });
    test.handle({ type: 'capacity', slots: 2, leased: 2, missing: '' });
    expect(names(test.lose(a, 'returned'))).toEqual(['0/2']);
    test.succeed(b);
    expect(test.job.underWay.map(({ seq, attempt }) => `${seq}/${attempt}`)).toContain('0/2');
  });

  it('sends nothing new until it is connected again', () => {
    const test = JobUnderTest.with(2, { batch: 1 });
    test.elements('a');
    test.handle({ type: 'disconnected' });
    expect(test.elements('b')).toEqual([]);
    expect(names(test.handle({ type: 'connected' }))).toEqual([]);
    expect(names(test.handle({ type: 'capacity', slots: 2, leased: 1, missing: '' }))).toEqual(['1/1']);
  });

  it('says for how long each attempt is worth waiting: as long as it has taken, or such batches take', () => {
    const test = JobUnderTest.with(1, { batch: 1 });
    const a = only(test.elements('a', 'b', 'c'));
    test.now = 70;
    test.handle({ type: 'disconnected' });
    // What none has come back of may take any time.
    expect(test.job.underWay).toEqual([{ seq: 0, attempt: 1, bytes: 5, worthMs: recoveryWindowMs, suspect: false }]);
    test.handle({ type: 'connected' });
    test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' });
    test.succeed(a, ['a'], 50);
    test.now = 90;
    test.handle({ type: 'disconnected' });
    expect(test.job.underWay.map(({ worthMs }) => Math.round(worthMs))).toEqual([50, 50]);
    test.handle({ type: 'connected' });
    test.now = 1_070;
    test.handle({ type: 'disconnected' });
    // Outages that it has come through do not make it longer.
    test.now = 9_000;
    test.handle({ type: 'disconnected' });
    expect(test.job.underWay.map(({ worthMs }) => worthMs)).toEqual([1_000, 1_000]);
  });
});

describe('answers', () => {
  it('are acknowledged, also those that come too late', () => {
    const test = JobUnderTest.with(1, { batch: 1 });
    const a = only(test.elements('a', 'b'));
    test.succeed(a);
    test.succeed(a);
    expect(test.acknowledged).toEqual(['0/1', '0/1']);
    test.lose(only(test.sent.slice(1)), 'returned');
    expect(test.acknowledged).toEqual(['0/1', '0/1', '1/1']);
    expect(test.emitted).toEqual(['a']);
  });

  it('are not, when the job ends with them: then all is closed', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    test.complete();
    test.succeed(a);
    expect(test.others).toEqual([{ type: 'completed' }]);
    expect(test.acknowledged).toEqual([]);
  });
});

describe('a worker that is back after it was given up', () => {
  it('goes on with its batch, in place of the attempts that waited', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    expect(test.lose(a, 'gone')).toMatchObject([{ seq: 0, attempt: 2, suspect: true }]);
    test.handle({ type: 'adopted', workerId: 'w1', seq: 0, attempt: 1, inPlaceOf: [2] });
    expect(test.job.underWay).toMatchObject([{ seq: 0, attempt: 1, suspect: false }]);
    test.succeed(a);
    expect(test.emitted).toEqual(['a']);
  });

  it('goes on beside the attempt that has begun in its place, and has not died', () => {
    const test = JobUnderTest.with(1, { maxDeaths: 2 });
    const a = only(test.elements('a'));
    const second = only(test.lose(a, 'gone', undefined, 'w1'));
    test.handle({ type: 'adopted', workerId: 'w1', seq: 0, attempt: 1, inPlaceOf: [] });
    expect(test.lose(a, 'returned')).toEqual([]);
    // The first death that counts.
    expect(names(test.lose(second, 'gone', undefined, 'w2'))).toEqual(['0/3']);
  });

  it('goes on with all elements of a batch that was lost with it once', () => {
    const test = JobUnderTest.with(1, { batch: 2 });
    const ab = only(test.elements('a', 'b'));
    test.lose(ab, 'gone');
    test.handle({ type: 'adopted', workerId: 'w1', seq: ab.seq, attempt: 1, inPlaceOf: [2] });
    expect(test.job.underWay).toMatchObject([{ seq: ab.seq, attempt: 1, suspect: false }]);
    test.succeed(ab);
    expect(test.emitted).toEqual(['a', 'b']);
  });

  it('has not died of it, though threads of it have', () => {
    const test = JobUnderTest.with(1, { maxDeaths: 3 });
    const second = only(test.lose(only(test.elements('a')), 'death', 0));
    test.lose(second, 'gone');
    test.handle({ type: 'adopted', workerId: 'w1', seq: 0, attempt: 2, inPlaceOf: [3] });
    const third = only(test.lose(second, 'death', 0));
    expect(test.others).toEqual([]);
    test.lose(third, 'death', 0);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK' } }]);
  });

  it('has tried its batch once, however often it leaves and is back', () => {
    const test = JobUnderTest.with(1, { maxDeaths: Infinity });
    const a = only(test.elements('a'));
    for (let attempt = 2; attempt < 6; attempt += 1) {
      expect(test.lose(a, 'gone')).toMatchObject([{ attempt, tried: 1 }]);
      test.handle({ type: 'adopted', workerId: 'w1', seq: 0, attempt: 1, inPlaceOf: [attempt] });
    }
  });

  it('is used before its batch was sent again', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'no worker' });
    expect(test.lose(a, 'gone')).toEqual([]);
    test.handle({ type: 'adopted', workerId: 'w1', seq: 0, attempt: 1, inPlaceOf: [] });
    expect(test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' })).toEqual([]);
    test.succeed(a);
    expect(test.emitted).toEqual(['a']);
  });

  it('is not wanted where the batch is settled or divided', () => {
    const test = JobUnderTest.with(1, { batch: 2 });
    const ab = only(test.elements('a', 'b'));
    test.lose(only(test.lose(ab, 'gone')), 'gone', undefined, 'w2');
    test.handle({ type: 'adopted', workerId: 'w1', seq: ab.seq, attempt: 1, inPlaceOf: [] });
    expect(test.others).toEqual([{ type: 'cancel', seq: ab.seq, attempt: 1 }]);
  });
});

describe('several attempts of a batch', () => {
  /** A job near its end: one element is done within 10 ms, the other one takes long. */
  function straggling(changes = {}): { test: JobUnderTest; slow: Batch } {
    const test = JobUnderTest.with(3, { batch: 1, speculate: true, ...changes });
    const [quick, slow] = exactly(2, test.elements('a', 'b'));
    test.complete();
    test.now = 10;
    test.succeed(quick, ['a'], 10);
    return { test, slow };
  }

  it('are there near the end, on idle slots, of batches that take twice as long as is usual', () => {
    const { test } = straggling();
    expect(test.job.nextDeadline()).toBe(100);
    expect(test.tick(99)).toEqual([]);
    const again = test.tick(100);
    expect(names(again)).toEqual(['1/2']);
    // It is known to be slow, and beside the first.
    expect(again).toMatchObject([{ beside: true, tried: 1 }]);
    // A second one, no third one.
    expect(test.job.nextDeadline()).toBeUndefined();
  });

  it('are not there unless asked for, nor while slots have other things to do, nor before it is known what is usual', () => {
    expect(straggling({ speculate: false }).test.tick(1_000)).toEqual([]);
    const { test } = straggling();
    test.handle({ type: 'capacity', slots: 1, leased: 1, missing: '' });
    expect(test.tick(1_000)).toEqual([]);
    const unknown = JobUnderTest.with(3, { batch: 1, speculate: true });
    unknown.elements('a');
    unknown.complete();
    expect(unknown.tick(100_000)).toEqual([]);
  });

  it('are of those first that were sent first', () => {
    const test = JobUnderTest.with(4, { batch: 1, speculate: true });
    const [quick] = exactly(2, test.elements('a', 'b'));
    test.now = 5;
    test.elements('c', 'd');
    test.complete();
    test.now = 10;
    test.succeed(quick, ['a'], 10);
    expect(names(test.tick(1_000))).toEqual(['1/2']);
  });

  it('do not go beyond what the hub admits', () => {
    let freeBatches = 9;
    const limits = () => ({ maxPayloadBytes: 1_000, maxBatches: 9, freeBatches, freeBytes: 1_000 });
    const { test } = straggling({ limits });
    freeBatches = 0;
    expect(test.job.nextDeadline()).toBeUndefined();
    expect(test.tick(100)).toEqual([]);
    freeBatches = 1;
    expect(names(test.tick(101))).toEqual(['1/2']);
  });

  it('find room together, and beside what is sent again', () => {
    let free = { freeBatches: 9, freeBytes: 1_000 };
    const limits = () => ({ maxPayloadBytes: 1_000, maxBatches: 9, ...free });
    const slow = (): { test: JobUnderTest; sent: Batch[] } => {
      const test = JobUnderTest.with(6, { batch: 1, speculate: true, limits });
      const sent = test.elements('a', 'b', 'c');
      test.complete();
      test.now = 10;
      test.succeed(sent[0] as Batch, ['a'], 10);
      return { test, sent };
    };
    const both = slow();
    const bytes = (both.sent[1] as Batch).payload.byteLength;
    free = { freeBatches: 9, freeBytes: 2 * bytes - 1 };
    expect(names(both.test.tick(1_000))).toEqual(['1/2']);
    free = { freeBatches: 9, freeBytes: 1_000 };
    const again = slow();
    free = { freeBatches: 1, freeBytes: 1_000 };
    again.test.now = 1_000;
    expect(names(again.test.lose(again.sent[1] as Batch, 'returned'))).toEqual(['1/2']);
  });

  it('are not there while something waits for room at the hub, nor where they find none', () => {
    let freeBytes = 1_000;
    const limits = () => ({ maxPayloadBytes: 1_000, maxBatches: 9, freeBatches: 9, freeBytes });
    const { test } = straggling({ limits });
    freeBytes = 4;
    expect(test.job.nextDeadline()).toBeUndefined();
    expect(test.tick(100)).toEqual([]);
    freeBytes = 5;
    expect(names(test.tick(101))).toEqual(['1/2']);
    const blocked = JobUnderTest.with(3, { batch: 1, speculate: true, limits: () => ({ ...limits(), freeBytes }) });
    const quick = only(blocked.elements('a', 'b'));
    blocked.elements('x'.repeat(100));
    blocked.complete();
    blocked.now = 10;
    blocked.succeed(quick, ['a'], 10);
    expect(blocked.job.blocked).toBe(true);
    expect(blocked.job.nextDeadline()).toBeUndefined();
  });

  it('are settled by the first success; the others are cancelled', () => {
    const { test, slow } = straggling();
    const second = only(test.tick(100));
    test.succeed(second, ['B']);
    expect(test.emitted).toEqual(['a', 'B']);
    expect(test.others).toEqual([{ type: 'completed' }]);
    test.succeed(slow, ['b']);
    expect(test.emitted).toEqual(['a', 'B']);
  });

  it('cancels the others when the job goes on', () => {
    const { test, slow } = straggling({ stages: [stage('map'), stage('map')], ordered: false });
    test.tick(100);
    test.pause();
    test.succeed(slow, ['b']);
    expect(test.others).toEqual([{ type: 'cancel', seq: 1, attempt: 2 }]);
  });

  it('fail only when the last of them has', () => {
    const { test, slow } = straggling();
    const second = only(test.tick(100));
    test.result(slow, { failures: [failure(0, { kind: 'fatal' })], payload: json.encode([]) });
    expect(test.others).toEqual([]);
    test.lose(second, 'death', 0);
    expect(names(test.sent).at(-1)).toBe('1/3');
  });

  it('count deaths of a lone element together', () => {
    const { test, slow } = straggling({ maxDeaths: 2 });
    const second = only(test.tick(100));
    test.lose(slow, 'gone', undefined, 'w1');
    expect(test.others).toEqual([]);
    test.lose(second, 'gone', undefined, 'w2');
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK', index: 1 } }]);
  });
});
