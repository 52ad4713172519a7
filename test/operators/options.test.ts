import { defineMonoid, defineOperation, inMemory, remoteFold, remoteMap, type RemoteOptions, type Runtime } from 'paladin-rx';
import { lastValueFrom, of } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const multiplyBy = defineOperation({ name: 'multiply-by', create: (factor: number) => (x: number) => factor * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
const sumModulo = defineMonoid({
  name: 'sum-modulo',
  empty: () => 0,
  create: (m: number) => (a: number, b: number) => (a + b) % m,
});

const invalid = (message: string): unknown => expect.objectContaining({ name: 'PaladinError', code: 'INVALID_INPUT', message });

describe('speculation', () => {
  const again = defineOperation({ name: 'again', idempotent: true, execute: (x: number) => x });

  it('is only for operations that are declared idempotent', async () => {
    await using runtime = inMemory();
    const expected = (where: string, name: string): unknown =>
      invalid(`${where}: expected speculate for operations that are declared idempotent: true, got operation '${name}'`);
    expect(() => remoteMap(double, runtime, { speculate: true })).toThrow(expected('remoteMap', 'double'));
    expect(() => remoteFold(sum, runtime, { speculate: true })).toThrow(expected('remoteFold', 'sum'));
    await expect(lastValueFrom(of(1).pipe(remoteMap(again, runtime, { speculate: true })))).resolves.toBe(1);
  });

  it('is not had by an operator in the same trip that may not be executed twice', async () => {
    await using runtime = inMemory();
    const both = of(1, 2).pipe(remoteMap(again, runtime, { speculate: true }), remoteMap(double, runtime));
    await expect(lastValueFrom(both)).resolves.toBe(4);
    expect(both).toMatchObject({ '~paladinChain': { stages: [{ operation: { name: 'double' } }], options: {} } });
  });

  it('is declared by true or false', () => {
    expect(() => defineOperation({ name: 'odd', idempotent: 1 as never, execute: (x: number) => x })).toThrow(
      "operation 'odd': expected idempotent to be true or false, got 1",
    );
  });
});

describe('options that are not what they must be', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it.each<[object, string]>([
    [{ ordered: 'yes' }, 'ordered to be true or false, got "yes"'],
    [{ batch: 0 }, "batch to be 'auto' or a whole number from 1 to 1048576, got 0"],
    [{ batch: 1.5 }, "batch to be 'auto' or a whole number from 1 to 1048576, got 1.5"],
    [{ batch: 'large' }, "batch to be 'auto' or a whole number from 1 to 1048576, got large"],
    [{ window: 0 }, 'window to be a whole number from 1, got 0'],
    [{ window: -1 }, 'window to be a whole number from 1, got -1'],
    [{ window: '10' }, 'window to be a whole number from 1, got 10'],
    [{ timeout: 0 }, 'timeout to be milliseconds from 1 to 2147483647, or Infinity, got 0'],
    [{ timeout: -5 }, 'timeout to be milliseconds from 1 to 2147483647, or Infinity, got -5'],
    [{ timeout: '1s' }, 'timeout to be milliseconds from 1 to 2147483647, or Infinity, got "1s"'],
    [{ retry: 3 }, "a retry strategy, as in { strategy: 'immediate', maxRetries: 3 }, got 3"],
    [{ retry: { strategy: 'often' } }, "retry.strategy to be 'immediate', 'after' or 'exponential', got \"often\""],
    [{ retry: { strategy: 'immediate', maxRetries: -1 } }, 'retry.maxRetries to be a whole number from 0 up, got -1'],
    [{ retry: { strategy: 'after', maxRetries: 1 } }, 'retry.delayMs to be milliseconds from 0 to 2147483647, got undefined'],
    [
      { retry: { strategy: 'exponential', maxRetries: 1, minDelayMs: 10, maxDelayMs: 5 } },
      'retry.maxDelayMs to be at least minDelayMs (10), got 5',
    ],
    [{ onFatal: 'ignore' }, "onFatal to be 'terminate' or 'skip', got ignore"],
    [{ onSkip: true }, 'onSkip to be a function, got true'],
    [{ validate: 'yes' }, 'validate to be true or false, got "yes"'],
    [{ priority: 11 }, 'priority to be a whole number from -10 to 10, got 11'],
    [{ priority: 0.5 }, 'priority to be a whole number from -10 to 10, got 0.5'],
    [{ labels: 'gpu' }, 'labels to be a list of at most 64 names, of at most 300 characters each, got gpu'],
    [
      { labels: Array<string>(65).fill('l') },
      `labels to be a list of at most 64 names, of at most 300 characters each, got ["l", "l", "l", "l", "l", … 60 more]`,
    ],
    [{ labels: [''] }, 'labels to be a list of at most 64 names, of at most 300 characters each, got [""]'],
    [{ serializer: { name: 'mine' } }, `serializer to be a serializer, 'msgpack' or 'flatted', got { name: "mine" }`],
    [{ serializer: 'msgpac' }, "serializer to be a serializer, 'msgpack' or 'flatted', got msgpac"],
    [{ fuse: 'no' }, 'fuse to be true or false, got "no"'],
    [{ speculate: 1 }, 'speculate to be true or false, got 1'],
    [{ name: '' }, 'name to have 1 to 200 characters, got '],
    [{ name: 7 }, 'name to have 1 to 200 characters, got 7'],
    [{ total: -1 }, 'total to be a whole number from 0, got -1'],
    [{ total: 1.5 }, 'total to be a whole number from 0, got 1.5'],
    [{ onProgress: 'bar' }, 'onProgress to be a function, got bar'],
  ])('%j are refused by remoteMap and remoteFold: expected %s', (options, expected) => {
    expect(() => remoteMap(double, runtime, options as RemoteOptions)).toThrow(invalid(`remoteMap: expected ${expected}`));
    expect(() => remoteFold(sum, runtime, options as RemoteOptions)).toThrow(invalid(`remoteFold: expected ${expected}`));
  });

  it.each<[string, () => unknown, string]>([
    [
      'a function',
      () => remoteMap(((x: number) => x) as never, runtime),
      'remoteMap: expected an operation made by defineOperation, got a function',
    ],
    [
      'nothing',
      () => remoteMap(undefined as never, runtime),
      'remoteMap: expected an operation made by defineOperation, got undefined',
    ],
    [
      'an operation without its arguments',
      () => remoteMap(multiplyBy as never, runtime),
      'remoteMap: expected an operation made by defineOperation; it takes arguments: call it with them, got a function',
    ],
    [
      'a monoid without its arguments',
      () => remoteFold(sumModulo as never, runtime),
      'remoteFold: expected a monoid made by defineMonoid; it takes arguments: call it with them, got a function',
    ],
    [
      'an operation to fold by',
      () => remoteFold(double as never, runtime),
      "remoteFold: expected a monoid, got operation 'double'",
    ],
  ])('%s in place of an operation is refused', (_, build, message) => {
    expect(build).toThrow(invalid(message));
  });

  it.each([undefined, null, {}, 'http://127.0.0.1:7400'])('%o in place of a runtime is refused', (notRuntime) => {
    expect(() => remoteMap(double, notRuntime as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(/^remoteMap: expected a runtime/u) }),
    );
  });

  it('are refused by inMemory', () => {
    const workers = 'inMemory: expected workers to be a whole number from 1 to 65536, got';
    expect(() => inMemory({ workers: 0 })).toThrow(invalid(`${workers} 0`));
    expect(() => inMemory({ workers: 1.5 })).toThrow(invalid(`${workers} 1.5`));
    expect(() => inMemory({ workers: 65_537 })).toThrow(invalid(`${workers} 65537`));
    expect(() => inMemory({ workers: 1_025, modules: ['./operations.js'] })).toThrow(
      invalid('inMemory: expected workers to be a whole number from 1 to 1024, got 1025'),
    );
    expect(() => inMemory({ operations: [double, 7] })).toThrow(
      invalid('inMemory: expected item 1 of operations to be an operation, a monoid or a serializer'),
    );
    expect(() => inMemory({ modules: ['./operations.js'], operations: [double] })).toThrow(
      invalid('inMemory: expected modules or operations, got both: operations given as values cannot be sent to threads'),
    );
  });

  it('may be undefined, which is as if they were not there', () => {
    const nothing = { batch: undefined, window: undefined, retry: undefined, ordered: undefined, fuse: undefined };
    // A program in JavaScript may hand these in.
    expect(() => remoteMap(double, runtime, nothing as object)).not.toThrow();
  });
});
