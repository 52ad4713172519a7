import { describe, expect, it } from 'vitest';
import { NotSerializableError } from '../../src/serializer/serializer.js';
import { failure, inputs, JobUnderTest, json, ranges, stage, withBatch } from './job-harness.js';
import { exactly, only } from '../support/exactly.js';

describe('a job whose elements fail', () => {
  it('emits what came before the failed element, then its error', () => {
    const { test, batch } = withBatch(3);
    test.result(batch, { failures: [failure(1)], payload: json.encode([0, 2]) });
    expect(test.emitted).toEqual([0]);
    expect(test.others).toHaveLength(1);
    expect(test.others[0]).toMatchObject({
      type: 'failed',
      error: {
        code: 'OPERATION_FAILED',
        message: "operation 'f' failed at index 1: boom",
        operation: 'f',
        index: 1,
        attempts: 1,
        workerId: 'w1',
        cause: { name: 'Error', message: 'boom' },
      },
    });
  });

  it('waits for earlier elements before it ends with the error of a later one', () => {
    const test = JobUnderTest.with(2, { batch: 1 });
    const [a, b] = exactly(2, test.elements('a', 'b', 'c', 'd'));
    expect(test.result(b, { failures: [failure(0)] })).toEqual([]);
    expect(test.others).toEqual([]);
    test.succeed(a);
    expect(test.emitted).toEqual(['a']);
    expect(test.others).toMatchObject([{ type: 'failed', error: { index: 1 } }]);
  });

  it('ends with the error of the lowest index', () => {
    const test = JobUnderTest.with(2, { batch: 1 });
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.result(b, { failures: [failure(0)] });
    test.result(a, { failures: [failure(0)] });
    expect(test.others).toMatchObject([{ type: 'failed', error: { index: 0 } }]);
  });

  it('tries a transient failure again at once, three times, and the others not at all', () => {
    const { test, batch } = withBatch(3);
    let sent = test.result(batch, { failures: [failure(1, { kind: 'transient' })], payload: json.encode([0, 2]) });
    expect(test.emitted).toEqual([0]);
    for (const tried of [1, 2, 3]) {
      const again = only(sent);
      expect(again).toMatchObject({ first: 1, count: 1, attempt: 1, tried });
      expect(inputs(again)).toEqual([1]);
      sent = test.result(again, { failures: [failure(0, { kind: 'transient' })] });
    }
    expect(sent).toEqual([]);
    expect(test.others).toMatchObject([
      {
        type: 'failed',
        error: {
          code: 'RETRIES_EXHAUSTED',
          index: 1,
          attempts: 4,
          message: "operation 'f' failed at index 1 after 4 attempts: boom",
        },
      },
    ]);
  });

  it('goes on after a retry that succeeded', () => {
    const { test, batch } = withBatch(2);
    const again = only(test.result(batch, { failures: [failure(0, { kind: 'transient' })], payload: json.encode([1]) }));
    test.complete();
    test.succeed(again);
    expect(test.emitted).toEqual([0, 1]);
    expect(test.others).toEqual([{ type: 'completed' }]);
  });

  it('waits between retries without holding a slot, with jitter over the upper half', () => {
    const retry = { strategy: 'exponential', maxRetries: 9, minDelayMs: 100, maxDelayMs: 250 } as const;
    const { test, batch } = withBatch(1);
    let sent = test.result(batch, { failures: [failure(0, { kind: 'transient', retry })] });
    for (const delayMs of [75, 150, 187.5, 187.5]) {
      expect(sent).toEqual([]);
      expect(test.job.nextDeadline()).toBe(test.now + delayMs);
      const again = only(test.tick(test.now + delayMs));
      sent = test.result(again, { failures: [failure(0, { kind: 'transient', retry })] });
    }
  });

  it('drops what an earlier attempt failed at: a later one is trying', () => {
    const { test, batch } = withBatch(1);
    const again = only(test.lose(batch, 'returned'));
    test.result(batch, { failures: [failure(0)] });
    expect(test.others).toEqual([]);
    expect(test.job.staleResults).toBe(1);
    test.succeed(again);
    expect(test.emitted).toEqual([0]);
  });

  it('is fatal at once when a retried element fails fatally', () => {
    const { test, batch } = withBatch(1);
    const again = only(test.result(batch, { failures: [failure(0, { kind: 'transient' })] }));
    test.result(again, { failures: [failure(0, { kind: 'fatal' })] });
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'OPERATION_FAILED', attempts: 2 } }]);
  });

  it('retries what is of no class only where the operator says so', () => {
    const retry = { strategy: 'immediate', maxRetries: 1 } as const;
    const { test, batch } = withBatch(1, { stages: [stage('map', { retry })] });
    const again = only(test.result(batch, { failures: [failure(0)] }));
    test.result(again, { failures: [failure(0)] });
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'RETRIES_EXHAUSTED', attempts: 2 } }]);
  });

  it('leaves an element out where asked, and reports it in its place', () => {
    const { test, batch } = withBatch(3, { stages: [stage('map', { onFatal: 'skip' })] });
    test.result(batch, { failures: [failure(1)], payload: json.encode([0, 2]) });
    test.complete();
    expect(test.emitted).toEqual([0, 2]);
    expect(test.others).toMatchObject([{ type: 'skipped', stage: 0, error: { index: 1 } }, { type: 'completed' }]);
  });

  it('lets an error say itself whether the job goes on', () => {
    const { test, batch } = withBatch(2);
    test.result(batch, { failures: [failure(0, { kind: 'fatal', onFatal: 'skip' })], payload: json.encode([1]) });
    expect(test.emitted).toEqual([1]);
    expect(test.others).toMatchObject([{ type: 'skipped' }]);
  });

  it('counts an index without what earlier stages left out, as without fusion', () => {
    const { test, batch } = withBatch(3, { stages: [stage('map'), stage('map', { operation: 'g' })] });
    test.result(batch, {
      failures: [failure(0, { kind: 'fatal', onFatal: 'skip' }), failure(2, { stage: 1 })],
      payload: json.encode([1]),
    });
    expect(test.others.at(-1)).toMatchObject({ type: 'failed', error: { operation: 'g', index: 1 } });
  });

  it('fails an element that cannot be encoded, and sends the others', () => {
    const picky = {
      ...json,
      encode: (values: readonly unknown[]): Uint8Array => {
        const at = values.indexOf('bad');
        if (at !== -1) throw new NotSerializableError(at, '$.callback', 'a function');
        return json.encode(values);
      },
    };
    const test = JobUnderTest.with(4, { serializer: picky, batch: 4, stages: [stage('map', { onFatal: 'skip' })] });
    expect(test.elements(0, 'bad', 2).flatMap(inputs)).toEqual([0, 2]);
    for (const batch of test.sent) test.succeed(batch);
    expect(test.emitted).toEqual([0, 2]);
    expect(test.others).toMatchObject([
      {
        type: 'skipped',
        error: {
          code: 'NOT_SERIALIZABLE',
          message: "operation 'f' failed at index 1: its input cannot be sent: $.callback is a function",
        },
      },
    ]);
  });

  it('fails an element that is larger than the hub admits, and halves batches that are', () => {
    const test = JobUnderTest.with(1, {
      batch: 4,
      limits: () => ({ maxPayloadBytes: 20, maxBatches: 100, freeBatches: Infinity, freeBytes: Infinity }),
    });
    const sent = test.elements('1234567', '1234567', 'x'.repeat(30));
    expect(ranges(sent)).toEqual(['0+1']);
    for (let at = 0; at < test.sent.length; at += 1) {
      const batch = test.sent[at];
      if (batch !== undefined) test.succeed(batch);
    }
    expect(test.emitted).toEqual(['1234567', '1234567']);
    expect(test.others).toMatchObject([
      {
        type: 'failed',
        error: {
          code: 'PAYLOAD_TOO_LARGE',
          index: 2,
          message: expect.stringContaining('34 bytes, and the hub admits 20') as string,
        },
      },
    ]);
  });
});
