import type { StandardSchemaV1 } from '@standard-schema/spec';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
// Threads run compiled code, so these are tested as the build made them.
import { startThreadExecutor } from '../../dist/src/executor/thread-executor.js';
import type { ThreadExecutor } from '../../src/executor/thread-pool.js';
import { FatalError, TransientError } from '../../src/errors/operation-errors.js';
import { decodeError } from '../../src/errors/remote-error.js';
import { SlotWaits } from '../../src/executor/slot-waits.js';
import { setUpStage } from '../../src/executor/stage.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import { Registry } from '../../src/operation/registry.js';
import type { BatchResult } from '../../src/protocol/messages.js';
import type { Outcome } from '../../src/protocol/outcome.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { describeJob, elements, execution, lossOf, resultOf, summary, TestControl } from './execution.js';
import { only } from '../support/exactly.js';

const user = z.object({ user: z.object({ age: z.number() }) });
const user7 = { user: { age: 7 } };
const isNumber = 'Invalid input: expected number, received string';
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

/** A schema that answers as it is told. */
function schema<T>(validate: (value: unknown) => unknown): StandardSchemaV1<T, T> {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as StandardSchemaV1<T, T>['~standard']['validate'] } };
}

async function run(operation: Parameters<typeof execution>[0][0][1], values: readonly unknown[]): Promise<BatchResult> {
  return resultOf(await execution([['map', operation]]).run(elements(values), new TestControl()));
}

describe('an operation with a schema of its input', () => {
  it('gets what the schema makes of each element, at once where the schema answers at once', () => {
    const operation = defineOperation({
      name: 'f',
      input: z.object({ n: z.string().transform(Number) }),
      execute: ({ n }) => [n],
    });
    const end = execution([['map', operation]]).run(elements([{ n: '1', more: 0 }, { n: '2' }]), new TestControl());
    expect(end).not.toBeInstanceOf(Promise);
    expect(summary(resultOf(end as Awaited<typeof end>), 'map')).toEqual({ done: 2, values: [[1], [2]], failures: [] });
  });

  it('is not executed for an element that is refused, and the others go on', async () => {
    const execute = vi.fn((value: z.infer<typeof user>) => value.user.age);
    const operation = defineOperation({ name: 'f', input: user, execute });
    const result = await run(operation, [user7, { user: { age: 'x' } }, {}, user7]);
    expect(summary(result, 'map')).toEqual({
      done: 4,
      values: [7, 7],
      failures: [
        `1.0 INVALID_INPUT fatal: input.user.age: ${isNumber}`,
        '2.0 INVALID_INPUT fatal: input.user: Invalid input: expected object, received undefined',
      ],
    });
    expect(execute).toHaveBeenCalledTimes(2);
  });

  it('carries the issues as data', async () => {
    const operation = defineOperation({ name: 'f', input: z.object({ a: z.number(), b: z.string() }), execute: () => 0 });
    const [failure] = (await run(operation, [{ a: 'x', b: 1 }])).failures;
    expect(failure?.message).toBe(`input.a: ${isNumber}; input.b: Invalid input: expected string, received number`);
    expect(decodeError(failure?.error ?? new Uint8Array(0))).toMatchObject({
      name: 'SchemaError',
      message: failure?.message,
      subject: 'input',
      issueCount: 2,
      issues: [
        { path: ['a'], message: isNumber },
        { path: ['b'], message: 'Invalid input: expected string, received number' },
      ],
    });
  });

  it('waits for one that is asynchronous, element by element', async () => {
    const input = z.number().refine(async (n) => Promise.resolve(n !== 2), 'not two');
    const operation = defineOperation({ name: 'f', input, execute: async (n) => 10 * n });
    expect(summary(await run(operation, [1, 2, 3]), 'map')).toEqual({
      done: 3,
      values: [10, 30],
      failures: ['1.0 INVALID_INPUT fatal: input: not two'],
    });
  });

  it('takes it from the time that an element has', async () => {
    const operation = defineOperation({
      name: 'f',
      input: schema<number>(() => new Promise(() => undefined)),
      execute: (n: number) => n,
    });
    const end = await execution([['map', operation, { timeoutMs: 20 }]]).run(elements([1]), new TestControl());
    expect(summary(resultOf(end), 'map')).toMatchObject({ failures: ['0.0 TASK_TIMEOUT thrown: ran past its timeout of 20 ms'] });
  });

  it('is not executed once the job is cancelled while the schema was waited for', async () => {
    const execute = vi.fn((n: number) => n);
    let answer = (_: unknown): void => undefined;
    const asked = new Promise((resolve) => (answer = resolve));
    const operation = defineOperation({ name: 'f', input: schema<number>(() => asked), execute });
    const running = execution([['map', operation]]);
    const ending = running.run(elements([1]), new TestControl());
    running.abort();
    answer({ value: 1 });
    expect(lossOf(await ending).cause).toBe('cancelled');
    expect(execute).not.toHaveBeenCalled();
  });
});

describe('an operation with a schema of its output', () => {
  it('returns what the schema makes of it, sync or async', async () => {
    const output = z.number().transform((n) => [n]);
    const later = z.number().transform(async (n) => Promise.resolve([n]));
    for (const operation of [
      defineOperation({ name: 'f', output, execute: (n: number) => n }),
      defineOperation({ name: 'f', output, execute: async (n: number) => n }),
      defineOperation({ name: 'f', output: later, execute: (n: number) => n }),
      defineOperation({ name: 'f', output: later, execute: async (n: number) => n }),
    ]) {
      expect(summary(await run(operation, [1, 2]), 'map')).toEqual({ done: 2, values: [[1], [2]], failures: [] });
    }
  });

  it('is at fault where its output is refused', async () => {
    const broken = (n: number): { n: number } => (n === 2 ? ({ n: 'two' } as never) : { n });
    for (const execute of [broken, async (n: number) => broken(n)]) {
      const operation = defineOperation({ name: 'f', output: z.object({ n: z.number() }), execute });
      expect(summary(await run(operation, [1, 2]), 'map')).toEqual({
        done: 2,
        values: [{ n: 1 }],
        failures: [`1.0 OPERATION_FAILED fatal: output.n: ${isNumber}`],
      });
    }
  });

  it('fails as it says itself where it throws, and its schema is not asked', async () => {
    const validate = vi.fn();
    const operation = defineOperation({
      name: 'f',
      output: schema<number>(validate),
      execute: (): number => {
        throw new TransientError('busy');
      },
    });
    expect(summary(await run(operation, [1]), 'map')).toMatchObject({ failures: ['0.0 OPERATION_FAILED transient: busy'] });
    expect(validate).not.toHaveBeenCalled();
  });
});

describe('an operation with a schema of its arguments', () => {
  const times = defineOperation({
    name: 'times',
    args: z.tuple([z.coerce.number().max(9)]),
    create: (factor) => (x: number) => factor * x,
  });

  it('is created with what the schema makes of them, once a job', async () => {
    const validate = vi.fn((value: unknown) => ({ value: [Number(value)] }));
    for (const answer of [validate, async (value: unknown) => validate(value)]) {
      validate.mockClear();
      const create = vi.fn((factor: number) => (x: number) => factor * x);
      const operation = defineOperation({ name: 'f', args: schema<[number]>(answer), create })('3' as never);
      const running = execution([['map', operation]]);
      for (let batch = 0; batch < 2; batch++) {
        const end = await running.run(elements([1, 2]), new TestControl());
        expect(summary(resultOf(end), 'map')).toEqual({ done: 2, values: [3, 6], failures: [] });
      }
      expect(validate).toHaveBeenCalledExactlyOnceWith(['3']);
      expect(create).toHaveBeenCalledExactlyOnceWith(3);
    }
  });

  it('fails every element where they are refused', async () => {
    const failure = 'INVALID_INPUT fatal: args[0]: Too big: expected number to be <=9';
    expect(summary(await run(times('12'), [1, 2]), 'map')).toEqual({
      done: 2,
      values: [],
      failures: [`0.0 ${failure}`, `1.0 ${failure}`],
    });
  });

  it('fails every element where the schema makes no list of them', async () => {
    const odd = defineOperation({ name: 'odd', args: schema<[number]>(() => ({ value: 7 })), create: (n) => () => n });
    expect(summary(await run(odd(1), [1]), 'map')).toMatchObject({
      failures: [
        "0.0 OPERATION_FAILED thrown: operation 'odd' could not be set up: expected the schema of args to make a list, got number",
      ],
    });
  });
});

describe('a schema that is broken', () => {
  const noResult = 'OPERATION_FAILED thrown: the schema of input returned neither a value nor a list of issues';
  const boom = 'OPERATION_FAILED thrown: boom';
  const throwing = (): never => {
    throw new RangeError('boom');
  };

  it.each<[string, (value: unknown) => unknown, string]>([
    ['throws', throwing, boom],
    ['rejects', async () => throwing(), boom],
    ['returns nothing', () => undefined, noResult],
    ['returns null', () => null, noResult],
    ['returns the value itself', (value) => value, noResult],
    ['returns an empty object', () => ({}), noResult],
    ['returns issues that are no list', () => ({ issues: 'many' }), noResult],
    ['resolves to nothing', async () => undefined, noResult],
    ['has a result that cannot be read', () => Object.defineProperty({}, 'issues', { get: throwing }), boom],
    ['has an issue that cannot be read', () => ({ issues: [Object.defineProperty({}, 'message', { get: throwing })] }), boom],
    ['has no issue to show', () => ({ issues: [] }), 'INVALID_INPUT fatal: input: its schema does not say why not'],
    ['throws transiently', () => Promise.reject(new TransientError('busy')), 'OPERATION_FAILED transient: busy'],
    [
      'throws fatally',
      () => {
        throw new FatalError('never');
      },
      'OPERATION_FAILED fatal: never',
    ],
  ])('and %s fails the element that it was asked about', async (_, act, failure) => {
    const input = schema<number>((value) => (value === 2 ? act(value) : { value }));
    const operation = defineOperation({ name: 'f', input, execute: (n: number) => n });
    expect(summary(await run(operation, [1, 2, 3]), 'map')).toEqual({ done: 3, values: [1, 3], failures: [`1.0 ${failure}`] });
  });

  it('may return a value beside issues that say there are none', async () => {
    for (const issues of [undefined, null, false]) {
      const operation = defineOperation({
        name: 'f',
        input: schema<number>((value) => ({ issues, value })),
        execute: (n: number) => n,
      });
      expect(summary(await run(operation, [1]), 'map')).toEqual({ done: 1, values: [1], failures: [] });
    }
  });
});

describe('a schema that waits and is left by a promise that rejects', () => {
  const closed = async (): Promise<boolean> => Promise.reject(new RangeError('closed'));
  const closedLater = async (): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve));
    return closed();
  };

  it.each<[string, z.ZodType<number>]>([
    ['a refinement', z.number().refine((n) => n !== 2 || closed())],
    [
      'two refinements',
      z
        .number()
        .refine((n) => n !== 2 || closed())
        .refine((n) => n !== 2 || closed()),
    ],
    ['a refinement that rejects later', z.number().refine((n) => n !== 2 || closedLater())],
    ['a transformation', z.number().transform((n) => (n === 2 ? closed().then(Number) : n))],
  ])('in %s fails the element for that reason, and nothing else', async (_, input) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const operation = defineOperation({ name: 'f', input, execute: (n) => n });
    const result = await run(operation, [1, 2, 3]);
    // Node tells of a rejection that nobody handles before the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(summary(result, 'map')).toEqual({ done: 3, values: [1, 3], failures: ['1.0 OPERATION_FAILED thrown: closed'] });
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('a chain of which some have schemas', () => {
  const half = defineOperation({ name: 'half', execute: (n: number) => n / 2 });
  const whole = defineOperation({ name: 'whole', input: z.int(), output: z.number().max(2), execute: (n) => n });

  it('tells which stage refused', async () => {
    const chain = execution([
      ['map', half],
      ['map', whole],
      ['map', half],
    ]);
    expect(summary(resultOf(await chain.run(elements([2, 3, 8, 4]), new TestControl())), 'map')).toEqual({
      done: 4,
      values: [0.5, 1],
      failures: [
        '1.1 INVALID_INPUT fatal: input: Invalid input: expected int, received number',
        '2.1 OPERATION_FAILED fatal: output: Too big: expected number to be <=2',
      ],
    });
  });

  it('folds what was not refused', async () => {
    const chain = execution([
      ['map', whole],
      ['fold', sum],
    ]);
    expect(summary(resultOf(await chain.run(elements([1, 2, 0.5, 2]), new TestControl())), 'fold')).toEqual({
      done: 4,
      values: [3, 2],
      failures: ['2.0 INVALID_INPUT fatal: input: Invalid input: expected int, received number'],
    });
  });
});

describe('an operation without schemas', () => {
  it('is executed by its own function, with nothing around it', async () => {
    const execute = (n: number): number => n;
    const operation = defineOperation({ name: 'f', execute });
    const registry = new Registry();
    registry.add(operation, 'the test');
    const description = only(describeJob([['map', operation]]).stages);
    const waits = new SlotWaits(() => undefined);
    expect(await setUpStage(description, 0, msgpack, registry, waits)).toMatchObject({ kind: 'map', execute });
  });
});

describe('in threads', () => {
  let executor: ThreadExecutor | undefined;
  afterEach(() => executor?.close());

  it('schemas of a module are asked', async () => {
    const modules = [new URL('../fixtures/schema-operations.mjs', import.meta.url)];
    const on = (executor = await startThreadExecutor({ threads: 1, modules }));
    const runOn = async (operation: string, args: readonly unknown[], values: readonly unknown[]): Promise<unknown> => {
      const stage = { kind: 'map' as const, operation, version: 1, ...(args.length > 0 && { args: msgpack.encode(args) }) };
      const description = { serializer: 'msgpack', stages: [stage] };
      const outcome = await new Promise<Outcome>((resolve) => on.run(operation, description, elements(values), resolve));
      return outcome.type === 'result' ? summary(outcome.result, 'map') : outcome;
    };
    expect(await runOn('age-of', [], [user7, { user: { age: 'x' } }])).toEqual({
      done: 2,
      values: [7],
      failures: [`1.0 INVALID_INPUT fatal: input.user.age: ${isNumber}`],
    });
    expect(await runOn('text-of', [], ['abc', 4])).toEqual({
      done: 2,
      values: [3],
      failures: ['1.0 OPERATION_FAILED fatal: output: Invalid input: expected string, received number'],
    });
    expect(await runOn('times', ['3'], [2])).toEqual({ done: 1, values: [6], failures: [] });
    const closed = 'OPERATION_FAILED thrown: the register is closed';
    expect(await runOn('registered', [], [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }])).toEqual({
      done: 4,
      values: [1, 4],
      failures: [`1.0 ${closed}`, `2.0 ${closed}`],
    });
  });
});
