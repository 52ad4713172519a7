import { describe, expect, it, vi } from 'vitest';
import { callerContext, type CallerContext } from '../../src/caller-context.js';
import type { Outcome } from '../../src/protocol/outcome.js';
import { InlineTurns } from '../../src/executor/inline-turns.js';
import { InlineExecutor } from '../../src/executor/inline-executor.js';
import { defineOperation } from '../../src/operation/operation.js';
import { Registry } from '../../src/operation/registry.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { describeJob, elements } from './execution.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const hang = defineOperation({ name: 'hang', execute: () => new Promise(() => undefined) });
const registry = new Registry();
registry.add(double, 'the test');
registry.add(hang, 'the test');

/** Turns of an executor's own. They are never spent, however long the machine takes for them. */
const unspent = (): InlineTurns => new InlineTurns({ isSpent: () => false });

describe('the inline executor', () => {
  it('begins one batch in each turn of the event loop, the first at once', async () => {
    const executor = new InlineExecutor({ slots: 2, registry, turns: unspent() });
    const settled = vi.fn<(outcome: Outcome) => void>();
    executor.run('job', describeJob([['map', double]]), elements([1, 2]), settled);
    executor.run('job', describeJob([['map', double]]), elements([3]), settled);
    await Promise.resolve();
    expect(settled).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(settled).toHaveBeenCalledTimes(2));
    const outcome = settled.mock.calls[0]?.[0];
    expect(outcome?.type === 'result' && msgpack.decode(outcome.result.payload)).toEqual([2, 4]);
  });

  it('shares the turns of its thread with other executors', async () => {
    const settled = vi.fn<(outcome: Outcome) => void>();
    for (const executor of Array.from({ length: 2 }, () => new InlineExecutor({ slots: 1, registry }))) {
      executor.run('job', describeJob([['map', double]]), elements([1]), settled);
    }
    await Promise.resolve();
    expect(settled.mock.calls.length).toBeLessThan(2);
    await vi.waitFor(() => expect(settled).toHaveBeenCalledTimes(2));
  });

  it('begins batches without setImmediate as well', async () => {
    vi.stubGlobal('setImmediate', undefined);
    try {
      const executor = new InlineExecutor({ slots: 1, registry });
      const outcome = await new Promise<Outcome>((resolve) =>
        executor.run('job', describeJob([['map', double]]), elements([1]), resolve),
      );
      expect(outcome.type).toBe('result');
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('sets a job up once, until it is forgotten', async () => {
    const create = vi.fn(() => (x: number) => x);
    const counted = defineOperation({ name: 'counted', create });
    registry.add(counted, 'the test');
    const executor = new InlineExecutor({ slots: 1, registry });
    const run = (): Promise<Outcome> =>
      new Promise((resolve) => executor.run('job', describeJob([['map', counted()]]), elements([1]), resolve));
    await run();
    await run();
    expect(create).toHaveBeenCalledTimes(1);
    executor.forget('job');
    await run();
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('settles batches of a forgotten job as cancelled, begun or not, and counts what does not stop', async () => {
    const executor = new InlineExecutor({ slots: 2, registry, turns: unspent() });
    const outcome = (operation: typeof hang): Promise<Outcome> =>
      new Promise((resolve) => executor.run(operation.name, describeJob([['map', operation]]), elements([1]), resolve));
    const begun = outcome(hang);
    const queued = outcome(double as never);
    executor.forget('hang');
    executor.forget('double');
    expect(await begun).toMatchObject({ type: 'lost', loss: { cause: 'cancelled' } });
    expect(await queued).toMatchObject({ type: 'lost', loss: { cause: 'cancelled' } });
    expect(executor.abandoned).toBe(1);
  });

  it('executes nothing of a job that is over, though it has not been told to forget it', async () => {
    const execute = vi.fn((x: number) => x);
    const counted = defineOperation({ name: 'counted-if-live', execute });
    registry.add(counted, 'the test');
    let context: CallerContext | undefined = callerContext();
    const executor = new InlineExecutor({ slots: 1, registry, contextOf: () => context });
    const run = (): Promise<Outcome> =>
      new Promise((resolve) => executor.run('job', describeJob([['map', counted]]), elements([1]), resolve));
    await run();
    context = undefined;
    expect(await run()).toMatchObject({ type: 'lost', loss: { cause: 'cancelled' } });
    expect(execute).toHaveBeenCalledTimes(1);
  });

  it('settles nothing once it is closed', async () => {
    const executor = new InlineExecutor({ slots: 1, registry, turns: unspent() });
    const settled = vi.fn();
    executor.run('job', describeJob([['map', double]]), elements([1]), settled);
    executor.run('job', describeJob([['map', double]]), elements([2]), settled);
    await executor.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toHaveBeenCalledTimes(1);
  });

  it('aborts an attempt, whether it has begun or not, and leaves the others of its job alone', async () => {
    const executor = new InlineExecutor({ slots: 3, registry, turns: unspent() });
    const outcomes: Outcome[] = [];
    const run = (seq: number): void =>
      executor.run('job', describeJob([['map', hang]]), elements([1], { seq }), (outcome) => outcomes.push(outcome));
    for (const seq of [1, 2, 3]) run(seq);
    expect(executor.abort({ jobId: 'job', seq: 3, attempt: 1 })).toBe('unbegun');
    expect(executor.abort({ jobId: 'job', seq: 1, attempt: 1 })).toEqual({ offset: 0, stage: 0 });
    expect(executor.abort({ jobId: 'job', seq: 4, attempt: 1 })).toBeUndefined();
    await vi.waitFor(() => expect(outcomes).toHaveLength(2));
    expect(outcomes.map((outcome) => outcome.type === 'lost' && [outcome.loss.seq, outcome.loss.cause]).toSorted()).toEqual([
      [1, 'cancelled'],
      [3, 'cancelled'],
    ]);
    await executor.close();
  });

  it('fails the batches of a job whose operations cannot be had, and goes on', async () => {
    const registryOf = (jobId: string): Registry | undefined => {
      if (jobId === 'bad') throw new Error('two of one name');
      return undefined;
    };
    const executor = new InlineExecutor({ slots: 1, registry, registryOf });
    const run = async (jobId: string): Promise<Outcome> =>
      await new Promise((resolve) => executor.run(jobId, describeJob([['map', double]]), elements([1, 2]), resolve));
    const failure = { stage: 0, code: 'INVALID_INPUT', kind: 'fatal', message: 'two of one name' };
    for (let batch = 0; batch < 2; batch += 1) {
      expect(await run('bad')).toMatchObject({
        type: 'result',
        result: {
          done: 2,
          failures: [
            { ...failure, offset: 0 },
            { ...failure, offset: 1 },
          ],
        },
      });
    }
    expect(await run('good')).toMatchObject({ type: 'result', result: { done: 2, failures: [] } });
  });
});
