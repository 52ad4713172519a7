import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  connect,
  defineMonoid,
  defineOperation,
  inMemory,
  remoteFold,
  remoteMap,
  type JobHandle,
  type Operation,
  type Runtime,
} from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { concat, from, lastValueFrom, NEVER, of, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ageOf, textOf, times } from '../fixtures/schema-operations.mjs';
import { failureOf, outcomeOf, rejectionOf } from '../support/outcome.js';
import { watched } from '../support/sources.js';

const person = (age: unknown): { user: { age: number } } => ({ user: { age: age as number } });
const isNumber = 'Invalid input: expected number, received string';
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
/** A schema of numbers that answers as it is told. */
const answering = (answer: (value: number) => unknown): StandardSchemaV1<number> => ({
  '~standard': { version: 1, vendor: 'test', validate: answer as StandardSchemaV1<number>['~standard']['validate'] },
});
const relay = defineOperation({ name: 'relay', execute: (value: { user: { age: number } }) => value });

/** What is in the hands of a worker that runs elsewhere; and how to let go of it. */
interface Cluster {
  readonly runtime: Runtime;
  close(): Promise<void>;
}
const clusters: Record<string, () => Promise<Cluster>> = {
  'in memory': async () => {
    const runtime = inMemory();
    return { runtime, close: () => runtime.close() };
  },
  'over a hub, with a worker of threads': async () => {
    const hub = await startHub({ port: 0 });
    const modules = [new URL('../fixtures/schema-operations.mjs', import.meta.url)];
    const [threads, inline] = await Promise.all([
      startWorker({ hub: hub.url, modules, threads: 1 }),
      startWorker({ hub: hub.url, operations: [ageOf, textOf, times, sum, relay] }),
    ]);
    const runtime = await connect(hub.url);
    const close = async (): Promise<void> => {
      await runtime.close();
      await Promise.all([threads.close(), inline.close()]);
      await hub.close();
    };
    return { runtime, close };
  },
};

describe.each(Object.entries(clusters))('schemas %s', (_, start) => {
  let cluster: Cluster;
  let runtime: Runtime;
  beforeAll(async () => {
    cluster = await start();
    runtime = cluster.runtime;
  });
  afterAll(() => cluster.close());

  it('refuse an element, after the results before it', async () => {
    const people = concat(from([1, 2, 3, 'four', 5].map(person)), NEVER);
    const { values, error } = await outcomeOf(people.pipe(remoteMap(ageOf, runtime)));
    expect(values).toEqual([1, 2, 3]);
    expect(error).toMatchObject({
      name: 'PaladinError',
      code: 'INVALID_INPUT',
      operation: 'age-of',
      index: 3,
      attempts: 1,
      workerId: expect.stringMatching(/.+/u),
      message: `operation 'age-of' failed at index 3: input.user.age: ${isNumber}`,
      cause: { name: 'SchemaError', subject: 'input', issueCount: 1, issues: [{ path: ['user', 'age'], message: isNumber }] },
    });
  });

  it('are not asked again by a retry strategy', async () => {
    const retry = { strategy: 'immediate', maxRetries: 3 } as const;
    expect(await failureOf(of(person('x')).pipe(remoteMap(ageOf, runtime, { retry })))).toMatchObject({
      code: 'INVALID_INPUT',
      attempts: 1,
    });
  });

  it('leave elements out where asked', async () => {
    const onSkip = vi.fn();
    const ages = from([1, 'x', 3, 'y'].map(person)).pipe(remoteMap(ageOf, runtime, { onFatal: 'skip', onSkip }), toArray());
    expect(await lastValueFrom(ages)).toEqual([1, 3]);
    expect(onSkip.mock.calls).toMatchObject([
      [{ code: 'INVALID_INPUT', index: 1 }, person('x')],
      [{ code: 'INVALID_INPUT', index: 3 }, person('y')],
    ]);
  });

  it('make the output, and say where it is the operation that is at fault', async () => {
    const texts = from(['abc', 4 as never]);
    expect(await outcomeOf(texts.pipe(remoteMap(textOf, runtime)))).toMatchObject({
      values: [3],
      error: {
        code: 'OPERATION_FAILED',
        index: 1,
        message: "operation 'text-of' failed at index 1: output: Invalid input: expected string, received number",
        cause: { subject: 'output' },
      },
    });
  });

  it('make the arguments, or refuse them', async () => {
    expect(await lastValueFrom(of(2).pipe(remoteMap(times('21'), runtime)))).toBe(42);
    expect(await failureOf(of(2).pipe(remoteMap(times('x'), runtime)))).toMatchObject({
      code: 'INVALID_INPUT',
      operation: 'times',
      index: 0,
      message: "operation 'times' failed at index 0: args[0]: Invalid input: expected number, received NaN",
      cause: { subject: 'args', issues: [{ path: [0] }] },
    });
  });

  it.each([true, false])('name the stage and the index in a chain, fused: %s', async (fuse) => {
    const people = from([1, 2, 'three'].map(person));
    const chain = people.pipe(
      remoteMap(relay, runtime, { fuse }),
      remoteMap(ageOf, runtime, { fuse }),
      remoteMap(times('2'), runtime, { fuse }),
    );
    expect(await outcomeOf(chain)).toMatchObject({
      values: [2, 4],
      error: { code: 'INVALID_INPUT', operation: 'age-of', index: 2, attempts: 1 },
    });
    expect(await failureOf(chain.pipe(remoteFold(sum, runtime, { fuse })))).toMatchObject({ operation: 'age-of', index: 2 });
    const rest = people.pipe(remoteMap(ageOf, runtime, { fuse, onFatal: 'skip' }), remoteFold(sum, runtime, { fuse }));
    expect(await lastValueFrom(rest)).toBe(3);
  });

  it('are asked by run', async () => {
    expect(await runtime.run(ageOf, person(7))).toBe(7);
    expect(await rejectionOf(runtime.run(ageOf, person('x')))).toMatchObject({ code: 'INVALID_INPUT', index: 0, attempts: 1 });
  });

  it('are asked before anything is sent with validate: true', async () => {
    const { values, error } = await outcomeOf(
      from([1, 2, 3, 'four', 5].map(person)).pipe(remoteMap(ageOf, runtime, { validate: true })),
    );
    expect(values).toEqual([1, 2, 3]);
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      operation: 'age-of',
      index: 3,
      // It has never left.
      attempts: 0,
      message: `operation 'age-of' failed at index 3: input.user.age: ${isNumber}`,
      cause: { name: 'SchemaError', subject: 'input', issueCount: 1, issues: [{ path: ['user', 'age'], message: isNumber }] },
    });
    expect(error).not.toHaveProperty('workerId');
  });
});

describe('with validate: true', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('what is sent is what was given, so that nothing is transformed twice', async () => {
    const shout = defineOperation({ name: 'shout', input: z.string().transform((text) => `${text}!`), execute: (text) => text });
    expect(await lastValueFrom(of('hey').pipe(remoteMap(shout, runtime, { validate: true })))).toBe('hey!');
    expect(await runtime.run(shout, 'you', { validate: true })).toBe('you!');
    const prefixed = defineOperation({
      name: 'prefixed',
      args: z.tuple([z.string().transform((text) => `<${text}`)]),
      create: (prefix) => (text: string) => prefix + text,
    });
    expect(await lastValueFrom(of('a').pipe(remoteMap(prefixed('p'), runtime, { validate: true })))).toBe('<pa');
  });

  it('elements are left out where asked', async () => {
    const onSkip = vi.fn();
    const ages = from([1, 'x', 3, 'y'].map(person)).pipe(
      remoteMap(ageOf, runtime, { validate: true, onFatal: 'skip', onSkip }),
      remoteFold(sum, runtime),
    );
    expect(await lastValueFrom(ages)).toBe(4);
    expect(onSkip.mock.calls.map(([error]: unknown[]) => [error])).toMatchObject([
      [{ code: 'INVALID_INPUT', index: 1, attempts: 0 }],
      [{ code: 'INVALID_INPUT', index: 3, attempts: 0 }],
    ]);
  });

  it('arguments of every stage are looked at before the source is subscribed to', async () => {
    const counted = watched(from([1]));
    const chain = counted.source.pipe(remoteMap(times('1'), runtime), remoteMap(times('x'), runtime, { validate: true }));
    const error = await failureOf(chain);
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      operation: 'times',
      message: "operation 'times': args[0]: Invalid input: expected number, received NaN",
      cause: { subject: 'args', issues: [{ path: [0] }] },
    });
    expect(error).not.toHaveProperty('index');
    expect(counted.subscriptions).toBe(0);
  });

  it('the input of a later stage is left to workers, which ask in any case', async () => {
    const people = from([1, 'x'].map(person));
    const chain = people.pipe(remoteMap(relay, runtime), remoteMap(ageOf, runtime, { validate: true }));
    expect(await failureOf(chain)).toMatchObject({ code: 'INVALID_INPUT', operation: 'age-of', index: 1, attempts: 1 });
  });

  it('run and openJob refuse as the operators do', async () => {
    expect(await rejectionOf(runtime.run(ageOf, person('x'), { validate: true }))).toMatchObject({
      code: 'INVALID_INPUT',
      index: 0,
      attempts: 0,
    });
    expect(await rejectionOf(runtime.run(times('x'), 1, { validate: true }))).toMatchObject({ code: 'INVALID_INPUT' });
    const open = (operation: Operation<never, unknown>): Promise<unknown> =>
      new Promise((resolve) => {
        const job: JobHandle = runtime.openJob(
          { stages: [{ kind: 'map', operation, validate: true }] },
          { next: resolve, completed: () => resolve('completed'), failed: resolve },
        );
        job.push(person('x'));
        job.complete();
      });
    expect(await open(ageOf)).toMatchObject({ code: 'INVALID_INPUT', index: 0, attempts: 0 });
    await expect(open(times('x'))).rejects.toMatchObject({ code: 'INVALID_INPUT', operation: 'times' });
  });

  it('a schema that is not there is not asked', async () => {
    expect(await lastValueFrom(of(person(1)).pipe(remoteMap(relay, runtime, { validate: true })))).toEqual(person(1));
    expect(await lastValueFrom(of(1, 2).pipe(remoteFold(sum, runtime, { validate: true })))).toBe(3);
    expect(await runtime.run(textOf, 'abc', { validate: true })).toBe(3);
  });

  it('an asynchronous schema is refused, whatever comes of it', async () => {
    const input = answering(async (n) => {
      await Promise.resolve();
      if (n === 2) throw new Error('unreachable');
      return { value: n };
    });
    const later = defineOperation({ name: 'later', input, execute: (n) => n });
    for (const value of [1, 2]) {
      expect(await failureOf(of(value).pipe(remoteMap(later, runtime, { validate: true })))).toMatchObject({
        code: 'INVALID_INPUT',
        message:
          "operation 'later' failed at index 0: input: its schema does not answer at once, and only workers wait for it; leave out 'validate'",
      });
    }
    expect(await lastValueFrom(of(1).pipe(remoteMap(later, runtime)))).toBe(1);
    const made = defineOperation({
      name: 'made',
      args: z.tuple([z.number().refine(async () => Promise.resolve(true))]),
      create: (n) => () => n,
    });
    expect(await failureOf(of(1).pipe(remoteMap(made(1), runtime, { validate: true })))).toMatchObject({
      code: 'INVALID_INPUT',
      message: "operation 'made': args: its schema does not answer at once, and only workers wait for it; leave out 'validate'",
    });
  });

  it('a schema that throws fails its element alone', async () => {
    const boom = Object.assign(Object.create(null) as object, { toString: undefined });
    const input = answering((n) => {
      if (n === 2) throw new RangeError('boom');
      if (n === 3) throw boom;
      return n === 4 ? {} : { value: n };
    });
    const onSkip = vi.fn();
    const touchy = defineOperation({ name: 'touchy', input, execute: (n) => n });
    const touched = of(1, 2, 3, 4, 5).pipe(remoteMap(touchy, runtime, { validate: true, onFatal: 'skip', onSkip }), toArray());
    expect(await lastValueFrom(touched)).toEqual([1, 5]);
    expect(onSkip.mock.calls.map(([error]: unknown[]) => [error])).toMatchObject([
      [
        {
          code: 'OPERATION_FAILED',
          index: 1,
          message: "operation 'touchy' failed at index 1: boom",
          cause: { name: 'RangeError' },
        },
      ],
      [{ code: 'OPERATION_FAILED', index: 2 }],
      [{ code: 'OPERATION_FAILED', index: 3, message: expect.stringContaining('neither a value nor a list of issues') }],
    ]);
  });
});
