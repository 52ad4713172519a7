import {
  defineMonoid,
  defineOperation,
  FatalError,
  inMemory,
  PaladinError,
  remoteFold,
  remoteMap,
  TransientError,
  type Runtime,
} from 'paladin-rx';
import { concat, lastValueFrom, NEVER, of, range, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { failureOf, outcomeOf } from '../support/outcome.js';
import { watched } from '../support/sources.js';

const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
const relay = defineOperation({ name: 'relay', execute: (value: unknown) => value });

/** An operation that does for 3 as it is told, and returns any other element. */
const atThree = (name: string, act: () => unknown) => defineOperation({ name, execute: (x: number) => (x === 3 ? act() : x) });

describe('an operation that fails', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('three');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('three'))],
    [
      'throws fatally',
      () => {
        throw new FatalError('three');
      },
    ],
  ])('ends the job where it %s, after the results before', async (how, act) => {
    const counted = watched(concat(range(0, 10), NEVER));
    const operation = atThree(how.replace(' ', '-'), act);
    const { values, error } = await outcomeOf(counted.source.pipe(remoteMap(operation, runtime)));
    expect(values).toEqual([0, 1, 2]);
    expect(error).toBeInstanceOf(PaladinError);
    expect(error).toMatchObject({
      code: 'OPERATION_FAILED',
      operation: operation.name,
      index: 3,
      attempts: 1,
      workerId: expect.stringMatching(/.+/u),
      message: `operation '${operation.name}' failed at index 3: three`,
    });
    expect(counted.ended).toBe(1);
  });

  it('does so also where others have failed at higher indices before', async () => {
    let failed = 0;
    const allAfter = defineOperation({
      name: 'all-after',
      execute: async (x: number) => {
        // The later ones fail first.
        if (x === 2) await vi.waitFor(() => expect(failed).toBeGreaterThan(0));
        failed += 1;
        throw new Error(`number ${x}`);
      },
    });
    const error = await failureOf(of(2, 3, 4).pipe(remoteMap(allAfter, runtime, { batch: 1 })));
    expect(error).toMatchObject({ index: 0, message: "operation 'all-after' failed at index 0: number 2" });
  });

  it('leaves other jobs alone', async () => {
    const failing = atThree('alone', () => Promise.reject(new Error('three')));
    const [one, other] = await Promise.all([
      outcomeOf(range(0, 100).pipe(remoteMap(failing, runtime))),
      lastValueFrom(range(0, 1_000).pipe(remoteMap(relay, runtime), toArray())),
    ]);
    expect(one.error).toMatchObject({ index: 3 });
    expect(other).toHaveLength(1_000);
  });

  it('fails a fold at the element that does not combine', async () => {
    const picky = defineMonoid({
      name: 'picky',
      empty: () => 0,
      combine: (a: number, b: number) => {
        if (a === 30 || b === 30) throw new RangeError('thirty');
        return a + b;
      },
    });
    const failure = { code: 'OPERATION_FAILED', operation: 'picky', index: 3, attempts: 1 };
    expect(await failureOf(of(0, 10, 20, 30, 40).pipe(remoteFold(picky, runtime)))).toMatchObject(failure);
    expect(await failureOf(concat(of(0, 10, 20, 30, 40), NEVER).pipe(remoteFold(picky, runtime)))).toMatchObject(failure);
  });

  it('fails a fold at an element that the map before it does not map', async () => {
    const failing = defineOperation({
      name: 'unmapped',
      execute: (x: number) => {
        if (x === 3) throw new Error('three');
        return x;
      },
    });
    expect(await failureOf(range(0, 100).pipe(remoteMap(failing, runtime), remoteFold(sum, runtime)))).toMatchObject({
      code: 'OPERATION_FAILED',
      operation: 'unmapped',
      index: 3,
    });
  });

  describe('shows its error as the cause', () => {
    const causeOf = async (name: string, act: () => unknown): Promise<unknown> =>
      (await failureOf(of(3).pipe(remoteMap(atThree(name, act), runtime)))).cause;

    it('with name, message, stack and own properties', async () => {
      const cause = await causeOf('own', () => {
        throw Object.assign(new RangeError('out of range'), { limit: 7, tags: new Set(['a']), at: new Date(0), big: 1n });
      });
      expect(cause).toBeInstanceOf(RangeError);
      expect(cause).toMatchObject({
        name: 'RangeError',
        message: 'out of range',
        limit: 7,
        tags: new Set(['a']),
        at: new Date(0),
        big: 1n,
      });
      expect((cause as Error).stack).toContain('errors.test.ts');
    });

    it('with the name of a class of its own', async () => {
      class QuotaError extends Error {
        override readonly name = 'QuotaError';
        readonly used = 11;
      }
      const cause = await causeOf('class', () => {
        throw new QuotaError('used up');
      });
      expect(cause).toBeInstanceOf(Error);
      expect(cause).toMatchObject({ name: 'QuotaError', message: 'used up', used: 11 });
    });

    it('with its own cause, and that of that', async () => {
      const cause = await causeOf('chain', () => {
        throw new Error('outer', { cause: new TypeError('middle', { cause: { code: 'INNER' } }) });
      });
      expect(cause).toMatchObject({
        message: 'outer',
        cause: { name: 'TypeError', message: 'middle', cause: { code: 'INNER' } },
      });
    });

    it('with circular details', async () => {
      const cause = await causeOf('circular', () => {
        const request: Record<string, unknown> = { url: 'http://example.org' };
        request['response'] = { request };
        const error = Object.assign(new Error('bad gateway'), { request });
        throw Object.assign(error, { self: error });
      });
      const { request, self } = cause as Error & { request: { response: { request: unknown }; url: string }; self: unknown };
      expect(request.url).toBe('http://example.org');
      expect(request.response.request).toBe(request);
      expect(self).toBe(cause);
    });

    it('without what cannot travel, rather than not at all', async () => {
      const cause = await causeOf('functions', () => {
        throw Object.assign(new Error('with a function'), { retry: () => 1, code: 'E_CODE' });
      });
      expect(cause).toMatchObject({ message: 'with a function', code: 'E_CODE' });
    });

    it.each([['a text'], [42], [{ reason: 'an object' }], [null]])(
      'also where %o is thrown, which is no error',
      async (thrown) => {
        const cause = await causeOf(`thrown-${typeof thrown}-${String(thrown === null)}`, () => {
          throw thrown;
        });
        expect(cause).toEqual(thrown);
      },
    );

    it('as a FatalError or TransientError, by name', async () => {
      const fatal = await causeOf('fatal', () => {
        throw new FatalError('no', { cause: new Error('why') });
      });
      expect(fatal).toMatchObject({ name: 'FatalError', message: 'no', cause: { message: 'why' } });
      const transient = await causeOf('transient', () => {
        throw new TransientError('busy', { retry: { strategy: 'immediate', maxRetries: 0 } });
      });
      expect(transient).toMatchObject({ name: 'TransientError', message: 'busy' });
    });
  });

  it('fails every element whose set-up throws', async () => {
    const broken = defineOperation({
      name: 'broken-set-up',
      create: (): ((x: number) => number) => {
        throw new Error('no database');
      },
    });
    expect(await failureOf(of(1, 2).pipe(remoteMap(broken(), runtime)))).toMatchObject({
      code: 'OPERATION_FAILED',
      operation: 'broken-set-up',
      index: 0,
      message: "operation 'broken-set-up' failed at index 0: operation 'broken-set-up' could not be set up: no database",
      cause: { message: 'no database' },
    });
  });
});
