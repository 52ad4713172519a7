import { describe, expect, it } from 'vitest';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { elements, execution, lossOf, resultOf, summary, TestControl } from './execution.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const later = defineOperation({ name: 'later', execute: async (x: number) => x + 1 });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

describe('cancellation', () => {
  it('ends a synchronous batch between elements', async () => {
    const control = new TestControl();
    control.onProgress = (offset) => {
      if (offset === 2) control.aborted = true;
    };
    const end = await execution([['map', double]]).run(elements([1, 2, 3, 4, 5]), control);
    expect(lossOf(end)).toEqual({ seq: 1, attempt: 1, cause: 'cancelled', offset: 3, reason: 'its job was cancelled' });
    expect(end.stuck).toBe(false);
  });

  it('aborts the signal of an operation that waits, and settles once it has stopped', async () => {
    let stopped = false;
    const wait = defineOperation({
      name: 'wait',
      execute: (_: number, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped = true;
            reject(signal.reason as Error);
          });
        }),
    });
    const run = execution([['map', wait]]);
    const end = run.run(elements([1, 2]), new TestControl());
    run.abort();
    expect(lossOf(await end)).toMatchObject({ cause: 'cancelled', offset: 0 });
    expect((await end).stuck).toBe(false);
    expect(stopped).toBe(true);
  });

  it('settles after the grace period when an operation does not stop, and says that it is stuck', async () => {
    const hang = defineOperation({ name: 'hang', execute: () => new Promise(() => undefined) });
    const run = execution([['map', hang]], { cancelGraceMs: 30 });
    const end = run.run(elements([1]), new TestControl());
    run.abort();
    // Once more does not cut the grace period short.
    setImmediate(() => run.abort());
    expect(await end).toMatchObject({ stuck: true, outcome: { type: 'lost', loss: { cause: 'cancelled' } } });
  });

  it('aborts a signal that is first looked at afterwards', async () => {
    let seen: AbortSignal | undefined;
    let goOn: (value: number) => void = () => undefined;
    const look = defineOperation({
      name: 'look',
      execute: async (_: number, context) => {
        await new Promise<number>((resolve) => (goOn = resolve));
        seen = context.signal;
      },
    });
    const run = execution([['map', look]]);
    const end = run.run(elements([1]), new TestControl());
    run.abort();
    goOn(1);
    await end;
    expect(seen?.aborted).toBe(true);
    expect(seen?.reason).toMatchObject({ name: 'AbortError' });
  });

  it('settles a batch that waits for a set-up, and begins no further one', async () => {
    const never = defineOperation({ name: 'never', create: () => new Promise<() => void>(() => undefined) });
    const run = execution([['map', never()]], { cancelGraceMs: 5 });
    const end = run.run(elements([1]), new TestControl());
    run.abort();
    expect(await end).toMatchObject({ stuck: true, outcome: { loss: { cause: 'cancelled' } } });
    expect(lossOf(await run.run(elements([1]), new TestControl()))).toMatchObject({ cause: 'cancelled' });
  });
});

it('a job that is cancelled by its own set-up is not executed', async () => {
  const suicidal = defineOperation({
    name: 'suicidal',
    create: () => {
      run.abort();
      return () => 1;
    },
  });
  const run = execution([['map', suicidal()]]);
  expect(lossOf(await run.run(elements([1]), new TestControl()))).toMatchObject({ cause: 'cancelled' });
});

describe('the budget', () => {
  const spin = defineOperation({
    name: 'spin',
    execute: (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
      return ms;
    },
  });

  it('is followed by giving back what is not done', async () => {
    const values = Array.from({ length: 100 }, () => 5);
    const result = resultOf(await execution([['map', spin]]).run(elements(values, { budgetMs: 20 }), new TestControl()));
    expect(result.done).toBeGreaterThanOrEqual(1);
    expect(result.done).toBeLessThan(30);
    expect(msgpack.decode(result.payload)).toHaveLength(result.done);
  });

  it('lets one unit be done even when it is spent by then', async () => {
    const result = resultOf(await execution([['map', spin]]).run(elements([10, 10], { budgetMs: 0.001 }), new TestControl()));
    expect(result.done).toBe(1);
  });

  it('cuts a fold as well, and asynchronous operations', async () => {
    const run = execution([
      ['map', later],
      ['map', spin],
      ['fold', sum],
    ]);
    const values = Array.from({ length: 100 }, () => 4);
    const result = resultOf(await run.run(elements(values, { budgetMs: 20 }), new TestControl()));
    expect(result.done).toBeLessThan(30);
    expect(summary(result, 'fold')).toMatchObject({ values: [5 * result.done] });
  });

  it('without one, all is done', async () => {
    const values = Array.from({ length: 50 }, () => 1);
    expect(resultOf(await execution([['map', spin]]).run(elements(values), new TestControl())).done).toBe(50);
  });
});
