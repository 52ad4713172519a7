import { describe, expect, it } from 'vitest';
import { maxJobBytesInFlight } from '../../src/limits.js';
import type { JobLimits } from '../../src/core/job/job-events.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { inputs, JobUnderTest, json, ranges } from './job-harness.js';
import { exactly, first, only } from '../support/exactly.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('a job of maps', () => {
  it('sends a lone element at once', () => {
    const test = JobUnderTest.with(2);
    const [batch] = test.elements('a');
    expect(batch).toEqual({
      seq: 0,
      attempt: 1,
      first: 0,
      count: 1,
      units: 'elements',
      suspect: false,
      alone: false,
      budgetMs: 100,
      payload: json.encode(['a']),
    });
  });

  it('sends nothing before it is connected, and one batch before it knows of slots', () => {
    const test = new JobUnderTest();
    expect(test.elements('a', 'b', 'c')).toEqual([]);
    expect(ranges(test.handle({ type: 'connected' }))).toEqual(['0+1']);
    expect(ranges(test.handle({ type: 'capacity', slots: 2, leased: 1, missing: '' }))).toEqual(['1+1']);
  });

  it('sends nothing while there are no slots', () => {
    const test = JobUnderTest.with(0);
    expect(test.elements('a')).toEqual([]);
    expect(ranges(test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' }))).toEqual(['0+1']);
  });

  it('begins with one element a slot, then grows eightfold a round towards 20 ms of work', () => {
    const test = JobUnderTest.with(2, { window: 65_536 });
    test.elements(...numbers(10_000));
    expect(ranges(test.sent)).toEqual(['0+1', '1+1']);
    const next = test.succeed(first(test.sent), [0], 0.01);
    expect(new Set(next.map((batch) => batch.count))).toEqual(new Set([8]));
    const rest = next.slice(1).flatMap((batch) => test.succeed(batch, numbers(8), 0.08));
    expect(rest.map((batch) => batch.count)).toContain(64);
  });

  it('keeps to a fixed batch size, but sends what is there while slots are idle', () => {
    const test = JobUnderTest.with(1, { batch: 3 });
    expect(ranges(test.elements(...numbers(7)))).toEqual(['0+3']);
    const first = only(test.sent);
    const second = only(test.succeed(first));
    expect(ranges(test.sent)).toEqual(['0+3', '3+3']);
    expect(ranges(test.succeed(second))).toEqual(['6+1']);
  });

  it('emits in source order, whatever order results come in', () => {
    const test = JobUnderTest.with(3);
    const [a, b, c] = exactly(3, test.elements('a', 'b', 'c'));
    test.succeed(c);
    test.succeed(b);
    expect(test.emitted).toEqual([]);
    test.succeed(a);
    expect(test.emitted).toEqual(['a', 'b', 'c']);
  });

  it('emits in completion order where asked', () => {
    const test = JobUnderTest.with(2, { ordered: false });
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.succeed(b);
    test.succeed(a);
    test.complete();
    expect(test.emitted).toEqual(['b', 'a']);
    expect(test.others).toEqual([{ type: 'completed' }]);
  });

  it('completes once the source has and all is emitted', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    test.complete();
    expect(test.others).toEqual([]);
    test.succeed(a);
    expect(test.others).toEqual([{ type: 'completed' }]);
  });

  it('completes at once when the source was empty', () => {
    const test = new JobUnderTest();
    test.complete();
    expect(test.others).toEqual([{ type: 'completed' }]);
  });

  it('passes the error of the source on after what came before it', () => {
    const test = JobUnderTest.with(1);
    const error = new Error('the source');
    const a = only(test.elements('a'));
    test.handle({ type: 'sourceFailed', error });
    expect(test.others).toEqual([]);
    test.succeed(a);
    expect(test.emitted).toEqual(['a']);
    expect(test.others).toEqual([{ type: 'failed', error }]);
  });

  it('goes on dispatching behind a slow element, up to the window', () => {
    const test = JobUnderTest.with(2, { batch: 1, window: 5 });
    const slow = first(test.elements(...numbers(20)));
    for (let at = 1; at < test.sent.length; at += 1) {
      const batch = test.sent[at];
      if (batch !== undefined) test.succeed(batch);
    }
    expect(ranges(test.sent)).toEqual(['0+1', '1+1', '2+1', '3+1', '4+1']);
    expect(test.emitted).toEqual([]);
    test.succeed(slow);
    expect(test.emitted).toEqual([0, 1, 2, 3, 4]);
  });

  it('has so many bytes under way, and no more, however many slots there are', () => {
    // Of elements that are as large as they say.
    const serializer = {
      name: 'sizes',
      encode: (values: readonly unknown[]) => new Uint8Array(values.reduce<number>((sum, each) => sum + Number(each), 0)),
      decode: () => [0],
    };
    const limits = () => ({ maxPayloadBytes: 2 ** 26, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity });
    const half = maxJobBytesInFlight / 2;
    const test = JobUnderTest.with(10, { batch: 1, serializer, limits });
    const sent = test.elements(half, half, 1, 1);
    expect(ranges(sent)).toEqual(['0+1', '1+1']);
    expect(ranges(test.succeed(first(sent), [0]))).toEqual(['2+1', '3+1']);
    // One is sent whatever its size.
    expect(ranges(JobUnderTest.with(10, { batch: 1, serializer, limits }).elements(3 * half, 1))).toEqual(['0+1']);
  });

  it('takes the elements that run for as dear as they have shown to be, when it cuts the next batch', () => {
    const test = JobUnderTest.with(8, { window: 65_536 });
    const sent = test.elements(...Array.from({ length: 1_000 }, () => 0));
    expect(ranges(sent)).toHaveLength(8);
    test.now = 2;
    const quick = first(sent);
    // The quickest took 1 ms, the others at least that: together 8 ms an element for all that is known.
    const [next] = test.succeed(quick, [0], 1);
    expect(next?.count).toBe(2);
  });

  it('takes a share of the rest when the source has completed, so that slots finish together', () => {
    const test = JobUnderTest.with(2, { window: 65_536 });
    const [a] = exactly(2, test.elements(...numbers(41)));
    test.complete();
    const next = test.succeed(a, [0], 2);
    expect(next.map((batch) => batch.count)).toEqual([8, 8, 6, 5, 3, 3]);
  });

  it('makes new batches of what a worker gives back', () => {
    const test = JobUnderTest.with(2, { batch: 8 });
    const a = only(test.elements(...numbers(8)));
    const again = test.result(a, { done: 2, payload: json.encode([0, 1]) });
    expect(test.emitted).toEqual([0, 1]);
    expect(ranges(again)).toEqual(['2+3', '5+3']);
    // They were not begun.
    expect(again.map(({ attempt, tried }) => [attempt, tried])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);
    expect(again.flatMap(inputs)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('counts the tries before of what a worker gives back', () => {
    const test = JobUnderTest.with(1, { batch: 3 });
    const a = only(test.elements(...numbers(3)));
    const again = only(test.lose(a, 'wasted'));
    expect(again).toMatchObject({ attempt: 2, tried: 1 });
    expect(test.result(again, { done: 1, payload: json.encode([0]) })).toMatchObject([
      { first: 1, count: 2, attempt: 1, tried: 1 },
    ]);
  });

  it('asks a source for no more than the window admits', () => {
    const test = new JobUnderTest({ window: 10 });
    expect(test.job.handle({ type: 'connected' }, 0)).toEqual([{ type: 'demand', count: 1 }]);
    expect(test.job.handle({ type: 'capacity', slots: 8, leased: 0, missing: '' }, 0)).toEqual([{ type: 'demand', count: 7 }]);
  });

  it('ends with NO_WORKER when work finds no slot for too long, saying what is missing', () => {
    const test = JobUnderTest.with(0);
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' });
    expect(test.job.nextDeadline()).toBeUndefined();
    test.now = 500;
    test.elements('a');
    expect(test.job.nextDeadline()).toBe(10_500);
    test.tick(10_499);
    expect(test.others).toEqual([]);
    test.tick(10_500);
    expect(test.others).toEqual([
      {
        type: 'failed',
        error: new PaladinError('NO_WORKER', "no worker took operation 'f' within 10000 ms: no worker is connected", {
          operation: 'f',
        }),
      },
    ]);
  });

  it("sends no more than the leader's jobs together may have at the hub, and says when it would", () => {
    let freeBatches = 2;
    const limits = (): JobLimits => ({ maxPayloadBytes: 1_000, maxBatches: 100, freeBatches, freeBytes: 40 });
    const test = JobUnderTest.with(4, { batch: 1, limits });
    expect(test.elements('a', 'b', 'c')).toHaveLength(2);
    expect([test.job.blocked, test.job.load]).toEqual([true, { batches: 2, bytes: 10 }]);
    freeBatches = 10;
    expect(test.tick(1)).toHaveLength(1);
    expect(test.job.blocked).toBe(false);
    expect(test.elements('x'.repeat(50))).toHaveLength(0);
    expect(test.job.blocked).toBe(true);
  });

  it('says where workers were lost when none is left', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    test.lose(a, 'gone');
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' });
    test.tick(10_000);
    expect(test.others).toMatchObject([
      {
        error: {
          code: 'NO_WORKER',
          message: expect.stringContaining('workers lost while executing: 1, the last one at index 0') as string,
        },
      },
    ]);
  });

  it('hopes for what a draining worker has, however long that takes', () => {
    const test = JobUnderTest.with(1);
    test.elements('a');
    test.handle({ type: 'capacity', slots: 0, leased: 1, missing: 'all are draining' });
    expect(test.job.nextDeadline()).toBeUndefined();
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'all are gone' });
    expect(test.job.nextDeadline()).toBe(10_000);
  });

  it('is patient again after slots came back', () => {
    const test = JobUnderTest.with(0);
    test.elements('a');
    test.now = 9_000;
    test.handle({ type: 'capacity', slots: 1, leased: 0, missing: '' });
    expect(test.job.nextDeadline()).toBeUndefined();
    test.handle({ type: 'capacity', slots: 0, leased: 0, missing: '' });
    expect(test.job.nextDeadline()).toBe(19_000);
  });

  it('drops the result of a batch that is settled, and counts it', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    test.succeed(a);
    test.succeed(a, ['other']);
    expect(test.emitted).toEqual(['a']);
    expect(test.job.staleResults).toBe(1);
  });

  it('drops the loss of what is settled or was lost before, and counts it', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    const again = only(test.lose(a, 'returned'));
    expect(test.lose(a, 'returned')).toEqual([]);
    expect(test.job.staleResults).toBe(1);
    test.succeed(again);
    expect(test.lose(again, 'returned')).toEqual([]);
    expect(test.job.staleResults).toBe(2);
    expect(test.acknowledged).toEqual(['0/1', '0/1', '0/2', '0/2']);
  });

  it('takes the first success, also that of an earlier attempt', () => {
    const test = JobUnderTest.with(1);
    const first = only(test.elements('a'));
    const second = only(test.lose(first, 'returned'));
    test.succeed(first, ['early']);
    test.succeed(second, ['late']);
    expect(test.emitted).toEqual(['early']);
  });

  it('does nothing any more once it is cancelled', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    test.handle({ type: 'cancelled' });
    expect(test.others).toEqual([{ type: 'closed' }]);
    test.succeed(a);
    test.complete();
    expect(test.emitted).toEqual([]);
    expect(test.others).toHaveLength(1);
  });

  it('refuses elements after the source has ended, with its story, and stays as it was', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    test.complete();
    expect(() => test.elements('b')).toThrow(
      "'elements' after the source has ended; source completed, 1 cut, 0 released, 1 batches unsettled",
    );
    test.succeed(a);
    expect(test.emitted).toEqual(['a']);
  });

  it('ends with PROTOCOL when a batch is lost in a stage that the job has not', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    const loss = { seq: a.seq, attempt: 1, cause: 'timeout', offset: 0, stage: 99, reason: '' } as const;
    test.handle({ type: 'lost', workerId: 'w1', loss });
    expect(test.others).toEqual([
      {
        type: 'failed',
        error: expect.objectContaining({
          code: 'PROTOCOL',
          message: expect.stringContaining('a loss in stage 99 of 1') as unknown,
        }),
      },
    ]);
  });

  it('ends with PROTOCOL when a worker answers nonsense', () => {
    for (const nonsense of [{ done: 0 }, { done: 2 }, { payload: json.encode([1, 2]) }, { payload: new Uint8Array([1, 2, 3]) }]) {
      const test = JobUnderTest.with(1);
      const a = only(test.elements('a'));
      test.result(a, nonsense);
      expect(test.others).toEqual([{ type: 'failed', error: expect.objectContaining({ code: 'PROTOCOL' }) }]);
    }
  });
});
