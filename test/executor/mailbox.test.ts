import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mailbox } from '../../src/executor/mailbox.js';
import { maxBatchElements } from '../../src/limits.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { batchOf, resultOf } from '../server/scheduler-harness.js';

describe('a mailbox', () => {
  it('brings batches and results from one end to the other, in bytes of their own', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.nat(), fc.uint8Array({ maxLength: 300 }), (jobId, batchNumber, payload) => {
        const here = new Mailbox();
        const there = new Mailbox(here.memory);
        const run = { jobId, batchNumber, batch: batchOf(3, { payload }) };
        expect(here.putRun(run)).toBe(true);
        const taken = there.takeRun();
        expect(taken).toEqual(run);
        expect(taken.batch.payload.buffer).not.toBeInstanceOf(SharedArrayBuffer);

        const result = { batchNumber, result: resultOf(3, { payload }) };
        expect(there.putResult(result)).toBe(true);
        const back = here.takeResult();
        expect(back).toEqual(result);
        // What is put next does not change what was taken.
        here.putRun({ ...run, batch: { ...run.batch, payload: payload.map((byte) => byte ^ 0xff) } });
        expect([taken, back]).toEqual([run, result]);
      }),
    );
  });

  it('takes the largest batch of integers, and not what does not fit', () => {
    const mailbox = new Mailbox();
    const batch = (payload: Uint8Array): ReturnType<typeof batchOf> => batchOf(0, { payload });
    const integers = msgpack.encode(Array.from({ length: maxBatchElements }, (_, at) => at * 1_000));
    const much = new Uint8Array(2 * integers.byteLength);
    expect(mailbox.putRun({ jobId: 'j', batchNumber: 1, batch: batch(integers) })).toBe(true);
    expect(mailbox.putResult({ batchNumber: 1, result: resultOf(0, { payload: integers }) })).toBe(true);
    expect(mailbox.putRun({ jobId: 'j', batchNumber: 1, batch: batch(much) })).toBe(false);
    expect(mailbox.putRun({ jobId: '€'.repeat(171), batchNumber: 1, batch: batch(new Uint8Array(0)) })).toBe(false);
    expect(mailbox.putResult({ batchNumber: 1, result: resultOf(0, { payload: much }) })).toBe(false);
  });
});
