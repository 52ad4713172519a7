import { describe, expect, it, vi } from 'vitest';
import { TransientError } from '../../src/errors/operation-errors.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { elements, execution, partials, resultOf, summary, TestControl } from './execution.js';

const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

describe('a set-up', () => {
  it('happens once per job, with the arguments', async () => {
    const create = vi.fn(
      (factor: number, { plus }: { plus: number }) =>
        (x: number) =>
          factor * x + plus,
    );
    const times = defineOperation({ name: 'times', create });
    const run = execution([['map', times(3, { plus: 1 })]]);
    expect(summary(resultOf(await run.run(elements([1]), new TestControl())), 'map')).toMatchObject({ values: [4] });
    expect(summary(resultOf(await run.run(elements([2]), new TestControl())), 'map')).toMatchObject({ values: [7] });
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('may be asynchronous, and is shared by batches that wait for it', async () => {
    const create = vi.fn(async (factor: number) => (x: number) => factor * x);
    const run = execution([['map', defineOperation({ name: 'times', create })(3)]]);
    const ends = await Promise.all([run.run(elements([1]), new TestControl()), run.run(elements([2]), new TestControl())]);
    expect(ends.map((end) => msgpack.decode(resultOf(end).payload))).toEqual([[3], [6]]);
    expect(create).toHaveBeenCalledTimes(1);
    expect(run.run(elements([3]), new TestControl())).not.toBeInstanceOf(Promise);
  });

  it.each(['sync', 'async'])('that fails (%s) fails the units of its batch only, and is tried anew', async (how) => {
    let times = 0;
    const create = (): (() => string) | Promise<never> => {
      if (++times > 1) return () => 'up';
      if (how === 'sync') throw new TransientError('no connection');
      return Promise.reject(new TransientError('no connection'));
    };
    const run = execution([['map', defineOperation({ name: 'connect', create })()]]);
    const failed = resultOf(await run.run(elements([1, 2]), new TestControl()));
    expect(failed).toMatchObject({
      done: 2,
      failures: [
        { offset: 0, stage: 0, kind: 'transient', code: 'OPERATION_FAILED' },
        { offset: 1, kind: 'transient' },
      ],
    });
    expect(failed.failures[0]?.message).toMatch(/^operation 'connect' could not be set up: .*no connection/u);
    expect(msgpack.decode(failed.payload)).toEqual([]);
    expect(summary(resultOf(await run.run(elements([1]), new TestControl())), 'map')).toMatchObject({ values: ['up'] });
  });

  it('that makes no function fails', async () => {
    const create = (() => 7) as never;
    const result = resultOf(
      await execution([['map', defineOperation({ name: 'seven', create })()]]).run(elements([1]), new TestControl()),
    );
    expect(result.failures[0]?.message).toContain('expected create to return a function, got number');
  });

  it('of the maps does not happen for a batch of partials', async () => {
    const create = vi.fn(() => (x: number) => x);
    const run = execution([
      ['map', defineOperation({ name: 'dear', create })()],
      ['fold', sum],
    ]);
    expect(summary(resultOf(await run.run(partials([1, 2, 3]), new TestControl())), 'fold')).toMatchObject({ values: [6] });
    expect(create).not.toHaveBeenCalled();
  });
});
