import { createMsgpack, defineMonoid, defineOperation, FatalError, inMemory, TransientError } from 'paladin-rx';
import { execute, testContext } from 'paladin-rx/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

describe('execute', () => {
  it('gives the operation the context that it is told', async () => {
    const told = defineOperation({
      name: 'told',
      execute: (_: number, { index, attempt, jobId, key, signal }) => ({ index, attempt, jobId, key, aborted: signal.aborted }),
    });
    expect(await execute(told, 1)).toEqual({ index: 0, attempt: 1, jobId: 'test', key: 'test-0', aborted: false });
    const signal = AbortSignal.abort();
    const given = { index: 7, attempt: 3, jobId: 'nightly' };
    expect(await execute(told, 1, { ...given, signal })).toEqual({ ...given, key: 'nightly-7', aborted: true });
  });

  it('runs create with the arguments, asks the schemas, and combines pairs', async () => {
    const inBase = defineOperation({
      name: 'in-base',
      args: z.tuple([z.int().min(2)]),
      input: z.number().transform((n) => n + 1),
      output: z.string().transform((text) => text.toUpperCase()),
      create: (base) => async (n) => await Promise.resolve(n.toString(base)),
    });
    expect(await execute(inBase(16), 254)).toBe('FF');
    await expect(execute(inBase(1), 254)).rejects.toThrow('args');
    await expect(execute(inBase(16), '254' as never)).rejects.toThrow('input');
    const join = defineMonoid({ name: 'join', empty: () => '', combine: (a: string, b: string) => a + b });
    expect(await execute(join, ['a', 'b'])).toBe('ab');
  });

  it('rejects with the very error that the operation throws', async () => {
    const thrown = new TransientError('busy', { retry: { strategy: 'immediate', maxRetries: 7 } });
    const busy = defineOperation({
      name: 'busy',
      execute: (): number => {
        throw thrown;
      },
    });
    expect(await execute(busy, undefined as never).catch((error: unknown) => error)).toBe(thrown);
    const broken = defineOperation({
      name: 'broken',
      create: (): ((n: number) => number) => {
        throw new RangeError('no model');
      },
    });
    await expect(execute(broken(), 1)).rejects.toThrow('no model');
  });

  it('refuses what could not travel, and changes what travelling changes', async () => {
    const same = defineOperation({ name: 'same', execute: (value: unknown) => value });
    const made = defineOperation({
      name: 'made',
      execute:
        (_: number): unknown =>
        () =>
          1,
    });
    await expect(execute(same, { f: () => 1 })).rejects.toMatchObject({ code: 'NOT_SERIALIZABLE', operation: 'same' });
    await expect(execute(made, 1)).rejects.toThrow("the output of operation 'made' cannot be sent");
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
    }
    const encode = ({ x }: Point): number => x;
    const geometry = createMsgpack({
      name: 'geometry',
      classes: [{ name: 'Point', class: Point, encode, decode: (x: number) => new Point(x) }],
    });
    await expect(execute(same, new Point(1))).rejects.toMatchObject({ code: 'NOT_SERIALIZABLE' });
    expect(await execute(same, new Point(1), { serializer: geometry })).toEqual(new Point(1));
  });

  it('lets the operation run jobs of its own', async () => {
    await using runtime = inMemory();
    const half = defineOperation({ name: 'half', execute: (n: number) => n / 2 });
    const quarter = defineOperation({
      name: 'quarter',
      execute: (n: number, context) => context.run(async () => (await runtime.run(half, n)) / 2),
    });
    expect(await execute(quarter, 8)).toBe(2);
    await expect(execute(quarter, 8, { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over');
  });

  it('refuses wrong options', async () => {
    const same = defineOperation({ name: 'same', execute: (value: number) => value });
    await expect(execute(same, 1, { attempts: 2 } as never)).rejects.toThrow('attempt');
    await expect(execute(same, 1, { attempt: 0 })).rejects.toThrow(
      'execute: expected attempt to be a whole number from 1, got 0',
    );
  });
});

it.each([undefined, null, {}, 'same', defineOperation({ name: 'of', create: (n: number) => (m: number) => n * m })])(
  'execute refuses %j, which is no operation, or wants arguments',
  async (operation) => {
    const expected = 'execute: expected an operation made by defineOperation, or a monoid made by defineMonoid';
    const hint = typeof operation === 'function' ? '; it takes arguments: call it with them, got' : ', got';
    const message = expect.stringContaining(`${expected}${hint}`) as unknown;
    await expect(execute(operation as never, 1)).rejects.toMatchObject({ code: 'INVALID_INPUT', message });
  },
);

describe('testContext', () => {
  it('is that of a first try, but for what is said', async () => {
    const { run, signal, ...rest } = testContext({ key: 'k' });
    expect(rest).toEqual({ index: 0, attempt: 1, jobId: 'test', key: 'k' });
    expect(signal.aborted).toBe(false);
    expect(await run(() => 1)).toBe(1);
    const own = testContext({ run: () => Promise.reject(new FatalError('away')) });
    await expect(own.run(() => 1)).rejects.toThrow('away');
    expect(() => testContext({ index: -1 })).toThrow('testContext: expected index to be a whole number from 0, got -1');
  });

  it.each([
    [{ jobId: 7 }, 'jobId to be a string, got 7'],
    [{ key: 5 }, 'key to be a string, got 5'],
    [{ run: 5 }, 'run to be a function, got 5'],
    [{ signal: 5 }, 'signal to be an AbortSignal, got 5'],
    [{ signal: {} }, 'signal to be an AbortSignal, got {}'],
  ])('refuses %j', async (options, message) => {
    const refusal = (where: string): unknown =>
      expect.objectContaining({ code: 'INVALID_INPUT', message: `${where}: expected ${message}` });
    expect(() => testContext(options as never)).toThrow(refusal('testContext'));
    const same = defineOperation({ name: 'same', execute: (value: number) => value });
    await expect(execute(same, 1, options as never)).rejects.toEqual(refusal('execute'));
  });
});
