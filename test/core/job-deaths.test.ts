import { describe, expect, it } from 'vitest';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { encodeError } from '../../src/errors/remote-error.js';
import type { Batch } from '../../src/protocol/messages.js';
import { failure, inputs, JobUnderTest, ranges, stage, withBatch } from './job-harness.js';
import { exactly, only } from '../support/exactly.js';

describe('a job whose workers die', () => {
  it('sends a batch that had not begun again as it is', () => {
    const { test, batch } = withBatch(4);
    expect(test.lose(batch, 'returned')).toEqual([{ ...batch, attempt: 2 }]);
  });

  it('halves a batch that was executing', () => {
    const { test, batch } = withBatch(4);
    const halves = test.lose(batch, 'death');
    expect(ranges(halves)).toEqual(['0+2']);
    const half = only(halves);
    expect(half.tried).toBe(1);
    expect(ranges(test.succeed(half))).toEqual(['2+2']);
  });

  it('suspects what was lost with a worker, whole or in part, and nothing that was lost with its thread', () => {
    const test = JobUnderTest.with(2, { batch: 2 });
    const ab = only(test.elements('a', 'b'));
    expect(ab.suspect).toBe(false);
    // Whole at first, since its worker may be back with it.
    const again = only(test.lose(ab, 'gone'));
    expect(again).toMatchObject({ seq: ab.seq, attempt: 2, count: 2, suspect: true });
    const halves = test.lose(again, 'gone', undefined, 'w2');
    expect(halves.map(({ suspect }) => suspect)).toEqual([true, true]);
    const [a, b] = exactly(2, halves);
    expect(test.lose(a, 'gone', 0, 'w2').map(({ suspect }) => suspect)).toEqual([true]);
    expect(test.lose(b, 'death', 0).map(({ suspect }) => suspect)).toEqual([false]);
  });

  it('counts no death that something beside may have caused, and asks to be executed alone', () => {
    const test = JobUnderTest.with(1, { maxDeaths: 1 });
    const a = only(test.elements('a'));
    const second = only(test.lose(a, 'gone', undefined, 'w1', false));
    expect(second).toMatchObject({ suspect: true, alone: false });
    expect(test.job.underWay).toMatchObject([{ suspect: true }]);
    expect(test.job.underWay[0]).not.toHaveProperty('alone');
    const third = only(test.lose(second, 'gone', undefined, 'w2', false));
    expect(third).toMatchObject({ suspect: true, alone: true });
    // A hub that is started anew is told, too.
    expect(test.job.underWay).toMatchObject([{ suspect: true, alone: true }]);
    test.lose(third, 'gone', undefined, 'w3', true);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK' } }]);
  });

  it('counts less where others were let in beside what was to be alone, and so ends in time', () => {
    const test = JobUnderTest.with(1, { maxDeaths: 2 });
    let sent = test.elements('a');
    const lose = (worker: string, alone: boolean): void => {
      sent = test.lose(only(sent), 'gone', undefined, worker, alone);
    };
    for (const worker of ['w1', 'w2']) lose(worker, false);
    expect(only(sent)).toMatchObject({ alone: true });
    lose('w3', true);
    for (const worker of ['w4', 'w5', 'w6']) lose(worker, false);
    expect(test.others).toEqual([]);
    lose('w7', false);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK' } }]);
  });

  it('singles out the element that was executing, where that is known', () => {
    const test = JobUnderTest.with(5, { batch: 5 });
    const batch = only(test.handle({ type: 'elements', values: [0, 1, 2, 3, 4] }));
    const again = test.lose(batch, 'death', 2);
    expect(ranges(again)).toEqual(['0+1', '1+1', '2+1', '3+1', '4+1']);
    expect(again.flatMap(inputs)).toEqual([0, 1, 2, 3, 4]);
  });

  it('counts a try of what had begun, and none of what had not', () => {
    const test = JobUnderTest.with(5, { batch: 5 });
    const batch = only(test.handle({ type: 'elements', values: [0, 1, 2, 3, 4] }));
    const whole = only(test.lose(batch, 'returned'));
    expect(whole?.tried).toBeUndefined();
    const again = test.lose(whole, 'death', 3);
    expect(ranges(again)).toEqual(['0+1', '1+1', '2+1', '3+1', '4+1']);
    expect(again.map(({ tried = 0 }) => tried)).toEqual([1, 1, 1, 1, 0]);
  });

  it('remembers what an element has used up in one stage while it fails in another', () => {
    const { test, batch } = withBatch(1, { stages: [stage('map'), stage('map', { operation: 'g' })] });
    let next: Batch | undefined = batch;
    const failed: number[] = [];
    for (let at = 0; at < 20 && next !== undefined; at += 1) {
      failed.push(at % 2);
      [next] = test.result(next, { failures: [failure(0, { kind: 'transient', stage: at % 2 })] });
    }
    // The fourth failure in the first stage is one too many.
    expect(failed).toEqual([0, 1, 0, 1, 0, 1, 0]);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'RETRIES_EXHAUSTED', operation: 'f', attempts: 7 } }]);
  });

  it.each(['death', 'timeout'] as const)(
    'gives back all that was before a culprit, wherever it stands, and all behind it: %s',
    (cause) => {
      for (let offset = 0; offset < 6; offset += 1) {
        const { test, batch } = withBatch(6, { stages: [stage('map', { timeoutMs: 50, onFatal: 'skip' })], maxDeaths: 1 });
        test.lose(batch, cause, offset);
        for (let at = 1; at < test.sent.length; at += 1) test.succeed(test.sent[at] ?? batch);
        expect(test.emitted).toEqual([0, 1, 2, 3, 4, 5].filter((each) => each !== offset));
        expect(test.others).toMatchObject([{ type: 'skipped', error: { index: offset } }]);
      }
    },
  );

  it('tells in its error which try failed, as the operation was told', () => {
    const { test, batch } = withBatch(1);
    const [second] = test.lose(batch, 'death', 0);
    const third = only(second === undefined ? [] : test.result(second, { failures: [failure(0, { kind: 'transient' })] }));
    expect(third.tried).toBe(2);
    test.result(third, { failures: [failure(0)] });
    expect(test.others).toMatchObject([{ type: 'failed', error: { attempts: 3 } }]);
  });

  it('gives up on an element at the fourth death, and names the workers', () => {
    const { test, batch } = withBatch(1);
    let sent = [batch];
    for (const worker of ['w1', 'w2', 'w3', 'w1']) sent = test.lose(only(sent), 'death', 0, worker);
    expect(test.others).toMatchObject([
      {
        type: 'failed',
        error: {
          code: 'POISON_TASK',
          index: 0,
          attempts: 4,
          message:
            "operation 'f' failed at index 0 after 4 attempts: it was executing when 4 threads died (on w1, w2, w3); the last time: by death",
        },
      },
    ]);
  });

  it('says what is known where workers died, and that others may have killed them', () => {
    const { test, batch } = withBatch(1);
    let sent = [batch];
    for (const [at, cause] of (['gone', 'death', 'gone', 'gone'] as const).entries()) {
      sent = test.lose(only(sent), cause, 0, `w${at}`);
    }
    const known = 'it was executing when 3 workers and 1 thread died (w0, w1, w2, w3); the last time: by gone';
    const message = `operation 'f' failed at index 0 after 4 attempts: ${known}; if workers are killed from outside without a SIGTERM before, raise maxDeaths`;
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK', attempts: 4, message } }]);
  });

  it('blames nothing for what is wasted, however often, and counts a try of it each time', () => {
    const { test, batch } = withBatch(1);
    let sent = [batch];
    for (let at = 0; at < 10; at += 1) {
      const next = only(sent);
      expect(next).toMatchObject({ suspect: false, alone: false });
      expect(next.tried ?? 0).toBe(at);
      sent = test.lose(next, 'wasted', 0, `w${at}`);
    }
    test.succeed(only(sent));
    expect(test.emitted).toEqual([0]);
  });

  it('never gives up where no number of deaths is too many', () => {
    const { test, batch } = withBatch(1, { maxDeaths: Infinity });
    let sent = [batch];
    for (let at = 0; at < 50; at += 1) sent = test.lose(only(sent), at % 2 === 0 ? 'gone' : 'death', 0, `w${at}`);
    expect(sent).toHaveLength(1);
    expect(test.others).toEqual([]);
  });

  it('counts a worker that is cut off again and again only once', () => {
    const { test, batch } = withBatch(1);
    let sent = [batch];
    for (let cuts = 0; cuts < 10; cuts += 1) sent = test.lose(only(sent), 'gone', undefined, 'w1');
    for (const worker of ['w2', 'w3', 'w4']) sent = test.lose(only(sent), 'gone', undefined, worker);
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK' } }]);
  });

  it('blames nobody for the accident of a thread, however often there is one', () => {
    const { test, batch } = withBatch(2, { maxDeaths: 1 });
    let sent = [batch];
    for (const attempt of [2, 3, 4, 5, 6]) {
      sent = test.lose(only(sent), 'wasted', 1);
      expect(only(sent)).toMatchObject({ seq: batch.seq, count: 2, attempt, suspect: false, alone: false });
    }
    expect(test.others).toEqual([]);
  });

  it('gives the error that a thread died of as the cause', () => {
    const { test, batch } = withBatch(1, { maxDeaths: 1 });
    const { bytes } = encodeError(Object.assign(new TypeError('no such row'), { code: 'E_TIMER' }));
    const loss = { seq: batch.seq, attempt: 1, cause: 'death', offset: 0, reason: 'thread died', error: bytes } as const;
    test.handle({ type: 'lost', workerId: 'w1', loss });
    const cause = { name: 'TypeError', message: 'no such row', code: 'E_TIMER' };
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK', cause } }]);
  });

  it('names the stage that killed, where that is known', () => {
    const { test, batch } = withBatch(1, { stages: [stage('map'), stage('map', { operation: 'g' })], maxDeaths: 1 });
    const loss = { seq: batch.seq, attempt: 1, cause: 'death', offset: 0, stage: 1, reason: 'thread exited' } as const;
    test.handle({ type: 'lost', workerId: 'w1', loss });
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK', operation: 'g' } }]);
  });

  it('does not count a death that it cannot pin on one element', () => {
    const { test, batch } = withBatch(2);
    test.lose(batch, 'death');
    for (let at = 1; at < test.sent.length; at += 1) {
      const single = test.sent[at];
      if (single === undefined) break;
      if (single.attempt <= 3) test.lose(single, 'death');
      else test.succeed(single);
    }
    // Two elements with three deaths each, and none for what they shared.
    expect(test.emitted).toEqual([0, 1]);
  });

  it('fails the element whose thread was terminated at its timeout, and blames no other', () => {
    const { test, batch } = withBatch(3, { stages: [stage('map', { timeoutMs: 50, onFatal: 'skip' })] });
    const again = test.lose(batch, 'timeout', 1);
    expect(ranges(again)).toEqual(['0+1']);
    for (let at = 1; at < test.sent.length; at += 1) {
      const rest = test.sent[at];
      if (rest !== undefined) test.succeed(rest);
    }
    expect(test.emitted).toEqual([0, 2]);
    expect(test.others).toMatchObject([
      {
        type: 'skipped',
        error: { code: 'TASK_TIMEOUT', index: 1, message: "operation 'f' failed at index 1: ran past its timeout of 50 ms" },
      },
    ]);
  });

  it('ends with what the hub refuses', () => {
    const { test } = withBatch(1);
    const error = new PaladinError('LIMIT_EXCEEDED', 'too much');
    test.handle({ type: 'refused', error });
    expect(test.others).toEqual([{ type: 'failed', error }]);
  });
});
