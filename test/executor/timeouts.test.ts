import { describe, expect, it } from 'vitest';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import { gate } from '../support/gate.js';
import { elements, execution, resultOf, summary, TestControl } from './execution.js';

const timeoutMs = 20;

/** Waits for its signal when told to, and then ends as told. */
const wait = defineOperation({
  name: 'wait',
  execute: (how: string, { signal }) => {
    if (how === 'at once') return how;
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        if (how === 'resolve') resolve('too late');
        if (how === 'reject') reject(signal.reason as Error);
      });
    });
  },
});

describe('a stage with a timeout', () => {
  it('fails the unit whose asynchronous operation runs past it, however that one ends then, and goes on', async () => {
    const values = ['at once', 'resolve', 'at once', 'reject', 'at once'];
    const end = await execution([['map', wait, { timeoutMs }]]).run(elements(values), new TestControl());
    expect(end.stuck).toBe(false);
    expect(summary(resultOf(end), 'map')).toEqual({
      done: 5,
      values: ['at once', 'at once', 'at once'],
      failures: [1, 3].map((offset) => `${offset}.0 TASK_TIMEOUT thrown: ran past its timeout of 20 ms`),
    });
  });

  it('ends the batch there when the operation does not stop, handing in what is done', async () => {
    const end = await execution([['map', wait, { timeoutMs }]]).run(elements(['at once', 'hang', 'at once']), new TestControl());
    expect(end.stuck).toBe(true);
    expect(summary(resultOf(end), 'map')).toEqual({
      done: 2,
      values: ['at once'],
      failures: ['1.0 TASK_TIMEOUT thrown: ran past its timeout of 20 ms'],
    });
  });

  it.each(['returns', 'throws'])('fails the unit whose synchronous operation %s late', async (how) => {
    const block = defineOperation({
      name: 'block',
      execute: (ms: number) => {
        const end = performance.now() + ms;
        while (performance.now() < end);
        if (how === 'throws' && ms > 0) throw new Error('late');
        return ms;
      },
    });
    const control = new TestControl();
    // Long enough for those that take no time, also where the machine does something else in between.
    const end = await execution([['map', block, { timeoutMs: 100 }]]).run(elements([0, 110, 0]), control);
    expect(summary(resultOf(end), 'map')).toEqual({
      done: 3,
      values: [0, 0],
      failures: ['1.0 TASK_TIMEOUT thrown: ran past its timeout of 100 ms'],
    });
    expect(control.watched.at(-1)).toEqual([0, false]);
  });

  it('is measured for its own stage only, and per element', async () => {
    const rest = defineOperation({
      name: 'rest',
      execute: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, ms)),
    });
    const run = execution([
      ['map', rest],
      ['map', rest, { timeoutMs: 200 }],
    ]);
    const end = await run.run(elements([70, 70, 70, 70]), new TestControl());
    expect(resultOf(end)).toMatchObject({ done: 4, failures: [] });
  });

  it('watches a combine as well, and blames the right unit', async () => {
    const slow = defineMonoid({
      name: 'slow',
      empty: () => '',
      combine: (a: string, b: string, { signal }) =>
        b === 'slow'
          ? new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
          : a + b,
    });
    const end = await execution([['fold', slow, { timeoutMs }]]).run(elements(['a', 'slow', 'b', 'c']), new TestControl());
    expect(summary(resultOf(end), 'fold')).toEqual({
      done: 4,
      values: ['a', 'bc'],
      failures: ['1.0 TASK_TIMEOUT thrown: ran past its timeout of 20 ms'],
    });
  });

  it('cancels an operation in its grace period', async () => {
    const late = gate();
    const hang = defineOperation({
      name: 'hang',
      execute: (_: string, { signal }) => new Promise(() => signal.addEventListener('abort', late.open)),
    });
    const run = execution([['map', hang, { timeoutMs: 1 }]], { cancelGraceMs: 1 });
    const end = run.run(elements(['']), new TestControl());
    await late.opened;
    run.abort();
    expect(await end).toMatchObject({ stuck: true, outcome: { type: 'lost', loss: { cause: 'cancelled' } } });
  });
});
