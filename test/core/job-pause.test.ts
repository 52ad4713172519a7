import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { maxJobBytesInFlight, targetBatchBytes } from '../../src/limits.js';
import type { Batch } from '../../src/protocol/messages.js';
import { failure, inputs, JobUnderTest, json, stage } from './job-harness.js';
import { exactly, first, only } from '../support/exactly.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** Lets every batch succeed, the ones that are sent for it, too, until the job stands still. */
function work(test: JobUnderTest, batches: readonly Batch[]): void {
  const queue = [...batches];
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) queue.push(...test.succeed(batch));
}

/** How many elements the source was asked for. */
function demandOf(test: JobUnderTest, count: number): number {
  return test.job.handle({ type: 'capacity', slots: count, leased: 0, missing: '' }, test.now).reduce((sum, effect) => {
    return effect.type === 'demand' ? sum + effect.count : sum;
  }, 0);
}

describe('a job that is paused', () => {
  it('emits nothing, goes on up to the window, and then stands still', () => {
    const test = JobUnderTest.with(2, { batch: 2, window: 10 });
    test.pause();
    work(test, test.elements(...numbers(100)));
    expect(test.emitted).toEqual([]);
    expect(test.job.load.batches).toBe(0);
    expect(test.sent.reduce((sum, { count }) => sum + count, 0)).toBe(10);
    work(test, test.resume());
    expect(test.emitted).toEqual(numbers(100));
  });

  it('asks its source for no more than the window admits, however long it lasts', () => {
    const test = new JobUnderTest({ batch: 1, window: 7 });
    let asked = demandOf(test, 0);
    asked += demandOf(test, 4);
    test.handle({ type: 'connected' });
    test.pause();
    for (let round = 0; round < 20; round += 1) {
      const pushed = test.job.handle({ type: 'elements', values: [round] }, 0);
      for (const effect of pushed) if (effect.type === 'demand') asked += effect.count;
      asked += demandOf(test, 4);
    }
    expect(asked).toBe(7);
  });

  it('emits what has waited when it is resumed, in source order', () => {
    const test = JobUnderTest.with(3);
    const [a, b, c] = exactly(3, test.elements('a', 'b', 'c'));
    test.succeed(a);
    test.pause();
    test.succeed(c);
    test.succeed(b);
    expect([test.job.paused, test.emitted]).toEqual([true, ['a']]);
    test.resume();
    expect([test.job.paused, test.emitted]).toEqual([false, ['a', 'b', 'c']]);
  });

  it('emits what has waited in completion order where asked', () => {
    const test = JobUnderTest.with(3, { ordered: false });
    const [a, b, c] = exactly(3, test.elements('a', 'b', 'c'));
    test.pause();
    for (const batch of [c, a, b]) test.succeed(batch);
    expect(test.emitted).toEqual([]);
    test.resume();
    expect(test.emitted).toEqual(['c', 'a', 'b']);
  });

  it('holds the rest back again when it is paused after the outputs of one batch', () => {
    const test = JobUnderTest.with(2, { batch: 2 });
    test.pause();
    work(test, test.elements(...numbers(6)));
    expect(test.job.handle({ type: 'resumed' }, 0)).toEqual([{ type: 'emit', values: [0, 1] }]);
    expect(test.job.nextDeadline()).toBe(0);
    expect(test.job.handle({ type: 'paused' }, 0).filter(({ type }) => type !== 'demand')).toEqual([]);
    expect(test.job.nextDeadline()).toBeUndefined();
    test.resume();
    expect(test.emitted).toEqual([2, 3, 4, 5]);
  });

  it('completes when it is resumed', () => {
    const test = JobUnderTest.with(1);
    const a = only(test.elements('a'));
    test.pause();
    test.complete();
    test.succeed(a);
    expect(test.others).toEqual([]);
    test.resume();
    expect(test.emitted).toEqual(['a']);
    expect(test.others).toEqual([{ type: 'completed' }]);
  });

  it('fails with what its source failed with when it is resumed', () => {
    const test = JobUnderTest.with(1);
    const error = new Error('the source');
    test.pause();
    test.handle({ type: 'sourceFailed', error });
    expect(test.others).toEqual([]);
    test.resume();
    expect(test.others).toEqual([{ type: 'failed', error }]);
  });

  it.each([true, false])('keeps what is left out, and what fails, behind the outputs (ordered: %s)', (ordered) => {
    const skips = JobUnderTest.with(1, { batch: 4, ordered, stages: [stage('map', { onFatal: 'skip' })] });
    const all = only(skips.elements(...numbers(4)));
    skips.pause();
    skips.result(all, { failures: [failure(2)], payload: json.encode([0, 1, 3]) });
    expect(skips.others).toEqual([]);
    skips.resume();
    expect(skips.emitted).toEqual([0, 1, 3]);
    expect(skips.others).toMatchObject([{ type: 'skipped', error: { index: 2 } }]);

    const fails = JobUnderTest.with(1, { batch: 2, ordered });
    const pair = only(fails.elements(...numbers(2)));
    fails.pause();
    fails.result(pair, { failures: [failure(1)], payload: json.encode([0]) });
    expect(fails.others).toEqual([]);
    fails.resume();
    expect(fails.emitted).toEqual([0]);
    expect(fails.others).toMatchObject([{ type: 'failed', error: { index: 1 } }]);
  });

  it('folds on, and emits when it is resumed', () => {
    const test = JobUnderTest.with(2, { batch: 2, window: 4, stages: [stage('map'), stage('fold')] });
    test.pause();
    const queue = test.elements(...numbers(20));
    test.complete();
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      queue.push(...test.fold(batch));
    }
    expect(test.emitted).toEqual([]);
    expect(test.others).toEqual([]);
    test.resume();
    expect(test.emitted).toEqual([numbers(20).join('')]);
    expect(test.others).toEqual([{ type: 'completed' }]);
  });

  it('ends at once where the hub refuses it, or where it is cancelled', () => {
    const error = new PaladinError('CLOSED', 'closed');
    for (const [event, end] of [
      [
        { type: 'refused', error },
        { type: 'failed', error },
      ],
      [{ type: 'cancelled' }, { type: 'closed' }],
    ] as const) {
      const test = JobUnderTest.with(1);
      const a = only(test.elements('a'));
      test.pause();
      test.succeed(a);
      test.handle(event);
      expect(test.others).toEqual([end]);
      expect(test.emitted).toEqual([]);
      expect(test.job.nextDeadline()).toBeUndefined();
    }
  });

  it('is patient with a hub that has no slots, and counts anew when it is resumed', () => {
    const test = JobUnderTest.with(0);
    test.elements('a');
    expect(test.job.nextDeadline()).toBe(10_000);
    test.pause();
    expect(test.job.nextDeadline()).toBeUndefined();
    test.now = 50_000;
    test.resume();
    expect(test.job.nextDeadline()).toBe(60_000);
  });

  it.each([
    ['outputs of 64 KiB', true, 64 * 1024],
    ['outputs of 64 KiB in completion order', false, 64 * 1024],
    ['outputs of 3 MiB', true, 3 * 1024 * 1024],
  ])('keeps about as many bytes as a job may have under way: %s', (_, ordered, outputBytes) => {
    const test = JobUnderTest.with(2, { ordered, window: 65_536 });
    const output = 'x'.repeat(outputBytes);
    test.pause();
    let keptBytes = 0;
    const queue = test.elements(...numbers(20_000));
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      const payload = json.encode(numbers(batch.count).map(() => output));
      keptBytes += payload.byteLength;
      queue.push(...test.result(batch, { payload, elapsedMs: 0.01 * batch.count }));
    }
    expect(keptBytes).toBeGreaterThan(maxJobBytesInFlight / 2);
    // What was sent before the first output showed how large they are, and the last batch.
    expect(keptBytes).toBeLessThanOrEqual(maxJobBytesInFlight + 2 * outputBytes + Math.max(targetBatchBytes, outputBytes));
  });

  it.each([
    ['all that succeed', 0],
    ['some that are left out', 1],
  ])('keeps as many bytes behind an element that takes its time: %s', (_, failing) => {
    const test = JobUnderTest.with(4, { window: 65_536, batch: 4, stages: [stage('map', { onFatal: 'skip' })] });
    const output = 'x'.repeat(64 * 1024);
    const sent = test.elements(...numbers(20_000));
    const slow = first(sent);
    const others = sent.slice(1);
    let keptBytes = 0;
    const keep = (batch: Batch): Batch[] => {
      const payload = json.encode(numbers(batch.count - failing).map(() => output));
      keptBytes += payload.byteLength;
      return test.result(batch, { payload, failures: failing === 0 ? [] : [failure(1)] });
    };
    const queue = others;
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) queue.push(...keep(batch));
    expect(keptBytes).toBeGreaterThanOrEqual(maxJobBytesInFlight);
    // What was under way comes in as well.
    expect(keptBytes).toBeLessThanOrEqual(maxJobBytesInFlight + 100 * 4 * 65 * 1024);
    expect(test.emitted).toEqual([]);
    expect(test.succeed(slow).length).toBeGreaterThan(0);
  });

  it('emits the same as one that is not, whenever that may be', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ type: fc.constant('elements' as const), count: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 6, arbitrary: fc.record({ type: fc.constant('settle' as const), which: fc.nat(), fails: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('lose' as const), which: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('paused' as const, 'resumed' as const) }) },
    );
    const setting = fc.record({
      ordered: fc.boolean(),
      batch: fc.constantFrom('auto' as const, 1, 4),
      window: fc.integer({ min: 1, max: 20 }),
      slots: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(setting, fc.array(step, { maxLength: 60, size: 'max' }), ({ slots, ...changes }, steps) => {
        const test = JobUnderTest.with(slots, { ...changes, stages: [stage('map', { onFatal: 'skip' })] });
        const out: Batch[] = [];
        const left = new Set<unknown>();
        let elements = 0;
        const settle = (which: number, fails: boolean): void => {
          const [batch] = out.splice(which % Math.max(1, out.length), 1);
          if (batch === undefined) return;
          const values = inputs(batch);
          if (fails) left.add(values[0]);
          const failures = fails ? [failure(0)] : [];
          out.push(...test.result(batch, { failures, payload: json.encode(values.slice(failures.length)) }));
        };
        for (const each of steps) {
          if (each.type === 'elements') {
            out.push(...test.elements(...numbers(each.count).map((at) => elements + at)));
            elements += each.count;
          } else if (each.type === 'settle') settle(each.which, each.fails);
          else if (each.type === 'lose') {
            const [batch] = out.splice(each.which % Math.max(1, out.length), 1);
            if (batch !== undefined) out.push(...test.lose(batch, 'returned'));
          } else out.push(...test.handle({ type: each.type }));
        }
        out.push(...test.complete());
        while (out.length > 0) settle(0, false);
        out.push(...test.resume());
        while (out.length > 0) settle(0, false);
        const expected = numbers(elements).filter((at) => !left.has(at));
        expect(changes.ordered ? test.emitted : test.emitted.toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
        expect(test.others.filter(({ type }) => type === 'skipped')).toHaveLength(left.size);
        expect(test.others.at(-1)).toEqual({ type: 'completed' });
      }),
      { numRuns: 500 },
    );
  });
});
