import { describe, expect, it } from 'vitest';
import { FatalError, TransientError } from '../../src/errors/operation-errors.js';
import { JobExecution } from '../../src/executor/run-batch.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import { Registry } from '../../src/operation/registry.js';
import { describeParts } from '../../src/wire/parts.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { describeJob, elements, execution, partials, resultOf, summary, TestControl } from './execution.js';

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
const concat = defineMonoid({ name: 'concat', empty: () => '', combine: (a: string, b: string) => a + b });

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
