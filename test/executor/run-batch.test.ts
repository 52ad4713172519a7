import { describe, expect, it, vi } from 'vitest';
import { FatalError, TransientError } from '../../src/errors/operation-errors.js';
import { JobExecution } from '../../src/executor/run-batch.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation, type OperationContext } from '../../src/operation/operation.js';
import { Registry } from '../../src/operation/registry.js';
import { describeParts } from '../../src/protocol/parts.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { describeJob, elements, execution, lossOf, partials, resultOf, summary, TestControl } from './execution.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const later = defineOperation({ name: 'later', execute: async (x: number) => x + 1 });
const pick = defineOperation({
  name: 'pick',
  execute: (x: unknown) => {
    if (x === 'thrown') throw new RangeError('out of range');
    if (x === 'transient') throw new TransientError('busy', { retry: { strategy: 'immediate', maxRetries: 7 }, onFatal: 'skip' });
    if (x === 'fatal') throw new FatalError('never', { onFatal: 'skip' });
    // What is thrown need not be an error: this throws the reason itself.
    if (x === 'text') AbortSignal.abort('just text').throwIfAborted();
    return x;
  },
});
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
const concat = defineMonoid({ name: 'concat', empty: () => '', combine: (a: string, b: string) => a + b });
/** Fails on anything but text. */
const strict = defineMonoid({
  name: 'strict',
  empty: () => '',
  combine: (a: string, b: string) => {
    if (typeof a !== 'string' || typeof b !== 'string') throw new TypeError(`cannot join ${a} and ${b}`);
    return a + b;
  },
});

describe('a chain of maps', () => {
  it('sends each element through all stages, without a promise while operations are synchronous', () => {
    const end = execution([
      ['map', double],
      ['map', double],
    ]).run(elements([1, 2, 3]), new TestControl());
    expect(end).not.toBeInstanceOf(Promise);
    expect(summary(resultOf(end as Awaited<typeof end>), 'map')).toEqual({ done: 3, values: [4, 8, 12], failures: [] });
  });

  it('waits for asynchronous operations, in order', async () => {
    const result = resultOf(
      await execution([
        ['map', later],
        ['map', double],
        ['map', later],
      ]).run(elements([1, 2, 3]), new TestControl()),
    );
    expect(summary(result, 'map')).toEqual({ done: 3, values: [5, 7, 9], failures: [] });
  });

  it('tells the operation the index of its element, the attempt and the job', async () => {
    const tell = defineOperation({
      name: 'tell',
      execute: (_: number, { index, attempt, jobId }) => ({ index, attempt, jobId }),
    });
    const result = resultOf(
      await execution([['map', tell]]).run(elements([0, 0], { first: 40, attempt: 7, tried: 2 }), new TestControl()),
    );
    expect(msgpack.decode(result.payload)).toEqual([
      { index: 40, attempt: 3, jobId: 'job' },
      { index: 41, attempt: 3, jobId: 'job' },
    ]);
  });

  it('tells the operation a key that no other element, stage or round of the job has', async () => {
    const keys: string[] = [];
    const note = defineOperation({
      name: 'note',
      execute: (x: number, { key }) => {
        keys.push(key);
        return x;
      },
    });
    const chain = execution([
      ['map', note],
      ['map', note],
    ]);
    await chain.run(elements([0, 0], { first: 3 }), new TestControl());
    await chain.run(elements([0], { first: 0, origin: 5, attempt: 2, tried: 4 }), new TestControl());
    expect(keys).toEqual(['job-3', 'job-3.1', 'job-4', 'job-4.1', 'job-5', 'job-5.1']);
  });

  it('tells a combine a key of the elements whose fold it makes, however they are divided, and which try it is', async () => {
    const told = new Map<string, string[]>();
    const tell = defineMonoid({
      name: 'tell',
      empty: () => '',
      combine: (a: string, b: string, { key, attempt }) => {
        told.set(a + b, [...(told.get(a + b) ?? []), `${key} ${attempt}`]);
        return a + b;
      },
    });
    const fold = execution([['fold', tell]]);
    await fold.run(elements(['a', 'b', 'c', 'd', 'e'], { first: 10, tried: 1 }), new TestControl());
    expect(Object.fromEntries(told)).toEqual({
      ab: ['job-10-12 2'],
      cd: ['job-12-14 2'],
      abcd: ['job-10-14 2'],
      abcde: ['job-10-15 2'],
    });
    told.clear();
    const parts = describeParts([
      { width: 2, tried: 0 },
      { width: 2, tried: 3 },
      { width: 1, tried: 0 },
    ]);
    await fold.run(partials(['ab', 'cd', 'e'], { first: 10, parts }), new TestControl());
    expect(Object.fromEntries(told)).toEqual({ abcd: ['job-10-14 4'], abcde: ['job-10-15 1'] });
  });

  it('uses a monoid as the operation on pairs', async () => {
    const result = resultOf(
      await execution([['map', concat]]).run(
        elements([
          ['a', 'b'],
          ['c', 'd'],
        ]),
        new TestControl(),
      ),
    );
    expect(summary(result, 'map')).toEqual({ done: 2, values: ['ab', 'cd'], failures: [] });
  });

  it('reports each kind of failure by unit and goes on', async () => {
    const values = ['thrown', 1, 'transient', 2, 'fatal', 'text', 3];
    const result = resultOf(
      await execution([
        ['map', pick],
        ['map', double],
      ]).run(elements(values), new TestControl()),
    );
    expect(msgpack.decode(result.payload)).toEqual([2, 4, 6]);
    expect(result.failures).toMatchObject([
      { offset: 0, stage: 0, code: 'OPERATION_FAILED', kind: 'thrown' },
      { offset: 2, stage: 0, kind: 'transient', retry: { strategy: 'immediate', maxRetries: 7 }, onFatal: 'skip' },
      { offset: 4, stage: 0, kind: 'fatal', onFatal: 'skip' },
      { offset: 5, stage: 0, kind: 'thrown' },
    ]);
    expect(result.failures[0]?.message).toContain('out of range');
    expect(result.failures[0]?.error.byteLength).toBeGreaterThan(0);
  });

  it('reports the rejections of asynchronous operations like throws', async () => {
    const reject = defineOperation({
      name: 'reject',
      execute: async (x: number) => (x === 2 ? Promise.reject(new Error('two')) : x),
    });
    const result = resultOf(
      await execution([
        ['map', double],
        ['map', reject],
      ]).run(elements([0, 1, 2]), new TestControl()),
    );
    expect(result.failures).toMatchObject([{ offset: 1, stage: 1, kind: 'thrown' }]);
    expect(msgpack.decode(result.payload)).toEqual([0, 4]);
  });

  it('fails every unit when the input cannot be decoded or holds another number of values', async () => {
    const run = execution([['map', double]]);
    const broken = resultOf(await run.run(elements([1, 2], { payload: new Uint8Array([0xc1]) }), new TestControl()));
    expect(broken.failures).toMatchObject([
      { offset: 0, code: 'PROTOCOL', kind: 'fatal', error: new Uint8Array() },
      { offset: 1, code: 'PROTOCOL', kind: 'fatal', error: new Uint8Array() },
    ]);
    const many = resultOf(await run.run(elements([1], { count: 1_000_000 }), new TestControl()));
    expect(many).toMatchObject({ done: 128, failures: { length: 128 } });
    // Or whoever sends garbage would get more than a fair share.
    expect(broken.elapsedMs).toBeGreaterThan(0.01);
    const short = resultOf(await run.run(elements([1, 2], { count: 3 }), new TestControl()));
    expect(short.failures.map((failure) => failure.code)).toEqual(['PROTOCOL', 'PROTOCOL', 'PROTOCOL']);
    expect(short).toMatchObject({ done: 3 });
  });

  it('says which operation, version or serializer is not there', async () => {
    const registry = new Registry();
    registry.add(double, 'the test');
    const description = describeJob([['map', double]]);
    const run = (changed: Partial<typeof description>): string | undefined => {
      const end = new JobExecution('job', { ...description, ...changed }, registry, Infinity).run(
        elements([1]),
        new TestControl(),
      );
      return resultOf(end as Awaited<typeof end>).failures[0]?.message;
    };
    expect(run({ stages: [{ kind: 'map', operation: 'triple', version: 1 }] })).toContain("'triple@1'");
    expect(run({ stages: [{ kind: 'map', operation: 'double', version: 2 }] })).toContain('on offer: double@1');
    expect(run({ stages: [{ kind: 'fold', operation: 'double', version: 1 }] })).toContain('a fold needs a monoid');
    expect(run({ serializer: 'xml' })).toContain("'xml'");
  });
});

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

describe('a chain that ends in a fold', () => {
  const fold = (monoid: typeof strict, values: readonly unknown[]): Promise<unknown> =>
    Promise.resolve(
      execution([
        ['map', pick],
        ['fold', monoid],
      ]).run(elements(values), new TestControl()),
    ).then((end) => summary(resultOf(end), 'fold'));

  it('combines from left to right, and leaves a single element as it is', async () => {
    expect(await fold(concat, ['a', 'b', 'c'])).toEqual({ done: 3, values: ['abc'], failures: [] });
    expect(await fold(concat, ['a'])).toEqual({ done: 1, values: ['a'], failures: [] });
  });

  it.each([
    ['synchronous', (text: string): string => text],
    ['asynchronous', (text: string): Promise<string> => Promise.resolve(text)],
  ])('combines neighbours of equal width, so that what grows costs n log n; %s', async (_, settle) => {
    const combined: [string, string][] = [];
    const growing = defineMonoid({
      name: 'growing',
      empty: () => '',
      combine: (a: string, b: string) => {
        combined.push([a, b]);
        return settle(a + b);
      },
    });
    const count = 300;
    const letters = Array.from({ length: count }, (__, at) => String.fromCodePoint(97 + (at % 26)));
    expect(await fold(growing, letters)).toMatchObject({ done: count, values: [letters.join('')], failures: [] });
    expect(combined).toHaveLength(count - 1);
    const cost = combined.reduce((sum, [a, b]) => sum + a.length + b.length, 0);
    expect(cost).toBeLessThan(count * Math.ceil(Math.log2(count) + 1));
    for (const [a, b] of combined.slice(0, 255)) expect(a.length).toBe(b.length);
  });

  it('makes a partial for each run between failed units', async () => {
    expect(await fold(concat, ['fatal', 'a', 'b', 'thrown', 'text', 'c', 'transient'])).toMatchObject({
      done: 7,
      values: ['ab', 'c'],
      failures: [/^0\.0/u, /^3\.0/u, /^4\.0/u, /^6\.0/u].map((pattern) => expect.stringMatching(pattern) as unknown),
    });
  });

  it('blames the right unit that does not combine with what is combined already', async () => {
    expect(await fold(strict, ['a', 'b', 3, 'd'])).toMatchObject({
      values: ['ab', 'd'],
      failures: [expect.stringMatching(/^2\.1 .*ab and 3/u)],
    });
  });

  it('blames the left unit of two fresh ones when it does not combine with the identity either', async () => {
    expect(await fold(strict, [1, 'b', 'c'])).toMatchObject({
      values: ['bc'],
      failures: [expect.stringMatching(/^0\.1 .*1 and b/u)],
    });
    expect(await fold(strict, ['a', 2, 'c'])).toMatchObject({
      values: ['a', 'c'],
      failures: [expect.stringMatching(/^1\.1 .*a and 2/u)],
    });
  });

  it('blames the right unit when the identity combines with nothing', async () => {
    const broken = defineMonoid({
      name: 'broken',
      empty: () => undefined as unknown as string,
      combine: (a: string, b: string) => {
        if (typeof a !== 'string' || b === 'bad') throw new TypeError('no');
        return a + b;
      },
    });
    expect(await fold(broken, ['a', 'bad', 'c', 'd'])).toMatchObject({
      values: ['a', 'cd'],
      failures: [expect.stringMatching(/^1\.1/u)],
    });
  });

  it('does not probe after a transient error', async () => {
    const combine = vi.fn((): string => {
      throw new TransientError('busy');
    });
    const busy = defineMonoid({ name: 'busy', empty: () => '', combine });
    expect(await fold(busy, ['a', 'b'])).toMatchObject({
      values: ['a'],
      failures: [expect.stringMatching(/^1\.1 .* transient/u)],
    });
    expect(combine).toHaveBeenCalledTimes(1);
  });

  it('does the same with an asynchronous combine', async () => {
    const slow = defineMonoid({
      name: 'slow',
      empty: () => '',
      combine: async (a: string, b: string) => {
        await Promise.resolve();
        if (typeof a !== 'string' || typeof b !== 'string') throw new TypeError('no text');
        return a + b;
      },
    });
    expect(await fold(slow, [1, 'b', 'c', 'fatal', 'd', 5, 'f'])).toMatchObject({
      done: 7,
      values: ['bc', 'd', 'f'],
      failures: [/^0\.1/u, /^3\.0/u, /^5\.1/u].map((pattern) => expect.stringMatching(pattern) as unknown),
    });
  });

  it('combines partials by the fold alone, telling the index of the first', async () => {
    const seen: number[] = [];
    const watch = defineMonoid({
      name: 'watch',
      empty: () => 0,
      combine: (a: number, b: number, { index }: OperationContext) => {
        seen.push(index);
        return a + b;
      },
    });
    const run = execution([
      ['map', double],
      ['fold', watch],
    ]);
    expect(summary(resultOf(await run.run(partials([1, 2, 4], { first: 9 }), new TestControl())), 'fold')).toEqual({
      done: 3,
      values: [7],
      failures: [],
    });
    expect(seen).toEqual([9, 9]);
  });

  it('reports the stage of the fold in the whole chain for partials, too', async () => {
    const run = execution([
      ['map', double],
      ['fold', strict],
    ]);
    const result = resultOf(await run.run(partials(['a', 'b', 3]), new TestControl()));
    expect(result.failures).toMatchObject([{ offset: 2, stage: 1 }]);
  });

  it('gives empty() the arguments', async () => {
    const modulo = defineMonoid({
      name: 'modulo',
      empty: (modulus: number) => modulus,
      create: (modulus: number) => (a: number, b: number) => {
        if (b < 0 || (a !== modulus && a < 0)) throw new Error('negative');
        return (a + b) % modulus;
      },
    });
    const run = execution([['fold', modulo(7)]]);
    expect(summary(resultOf(await run.run(elements([-1, 5, 6]), new TestControl())), 'fold')).toMatchObject({
      values: [4],
      failures: [expect.stringMatching(/^0\.0/u)],
    });
  });
});

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
