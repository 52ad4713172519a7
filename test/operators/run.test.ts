import { defineOperation, inMemory, TransientError, FatalError, type Runtime } from 'paladin-rx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aborted, gate } from '../support/gate.js';
import { rejectionOf } from '../support/outcome.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

describe('run', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('resolves to the output, whatever it is', async () => {
    const echo = defineOperation({ name: 'echo', execute: async (value: unknown) => value });
    expect(await runtime.run(double, 21)).toBe(42);
    expect(await runtime.run(echo, undefined)).toBeUndefined();
    expect(await Promise.all(Array.from({ length: 50 }, (_, x) => runtime.run(double, x)))).toEqual(
      Array.from({ length: 50 }, (_, x) => 2 * x),
    );
  });

  it('rejects with what the operation failed of', async () => {
    const fail = defineOperation({
      name: 'fail',
      execute: (_: number) => {
        throw new RangeError('no');
      },
    });
    expect(await rejectionOf(runtime.run(fail, 1))).toMatchObject({
      code: 'OPERATION_FAILED',
      operation: 'fail',
      index: 0,
      attempts: 1,
      cause: { name: 'RangeError', message: 'no' },
    });
  });

  it('tries again as told', async () => {
    let tries = 0;
    const flaky = defineOperation({
      name: 'flaky',
      execute: (x: number) => {
        tries += 1;
        if (tries < 3) throw new TransientError('busy');
        return x;
      },
    });
    expect(await runtime.run(flaky, 5)).toBe(5);
    tries = -2;
    expect(await rejectionOf(runtime.run(flaky, 5, { retry: { strategy: 'immediate', maxRetries: 1 } }))).toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      attempts: 2,
    });
  });

  it('rejects where the operation leaves its only element out', async () => {
    const skip = defineOperation({
      name: 'skip',
      execute: (_: number) => {
        throw new FatalError('not this one', { onFatal: 'skip' });
      },
    });
    expect(await rejectionOf(runtime.run(skip, 1))).toMatchObject({ code: 'OPERATION_FAILED' });
  });

  it("rejects with the signal's reason where that is aborted, and the operation is told", async () => {
    const [begun, told] = [gate(), gate()];
    const waiting = defineOperation({
      name: 'waiting',
      execute: async (_: number, { signal }) => {
        begun.open();
        await aborted(signal);
        told.open();
      },
    });
    const controller = new AbortController();
    const running = runtime.run(waiting, 1, { signal: controller.signal });
    await begun.opened;
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await told.opened;
  });

  it('does not begin where the signal is aborted already', async () => {
    const reason = new Error('too late');
    await expect(runtime.run(double, 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(runtime.run(double, 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it("rejects with the signal's reason also where that is no error", async () => {
    await expect(runtime.run(double, 1, { signal: AbortSignal.abort('a text') })).rejects.toBe('a text');
    const never = defineOperation({ name: 'never', execute: async (_: number, { signal }) => await aborted(signal) });
    const controller = new AbortController();
    const running = runtime.run(never, 1, { signal: controller.signal });
    controller.abort('a text');
    await expect(running).rejects.toBe('a text');
  });

  it('is not disturbed by a signal that is aborted afterwards', async () => {
    const controller = new AbortController();
    expect(await runtime.run(double, 1, { signal: controller.signal })).toBe(2);
    controller.abort();
    expect(await runtime.run(double, 2)).toBe(4);
  });

  it('rejects what it cannot run', async () => {
    expect(await rejectionOf(runtime.run({} as never, 1))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rejectionOf(runtime.run(double, (() => 1) as never))).toMatchObject({ code: 'NOT_SERIALIZABLE', index: 0 });
  });
});
