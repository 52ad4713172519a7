import {
  defineMonoid,
  defineOperation,
  FatalError,
  inMemory,
  remoteFold,
  remoteMap,
  TransientError,
  type PaladinError,
  type RetryStrategy,
  type Runtime,
} from 'paladin-rx';
import { lastValueFrom, of, range, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { retryDelayMs } from '../../src/errors/retry.js';
import { failureOf, outcomeOf } from '../support/outcome.js';

/** An operation that for element 1 acts as the how-manieth try tells it. */
function trying(name: string, act: (tries: number) => void) {
  const attempts: number[] = [];
  const operation = defineOperation({
    name,
    execute: (x: number, { attempt }) => {
      if (x !== 1) return x;
      attempts.push(attempt);
      act(attempts.length);
      return x;
    },
  });
  return { operation, attempts };
}

const immediate = (maxRetries: number): RetryStrategy => ({ strategy: 'immediate', maxRetries });

describe('retries', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('of a transient error are three, at once', async () => {
    const { operation, attempts } = trying('default', () => {
      throw new TransientError('busy');
    });
    const { values, error } = await outcomeOf(range(0, 3).pipe(remoteMap(operation, runtime)));
    expect(values).toEqual([0]);
    expect(error).toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      operation: 'default',
      index: 1,
      attempts: 4,
      message: "operation 'default' failed at index 1 after 4 attempts: busy",
      cause: { name: 'TransientError', message: 'busy' },
    });
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it('end with the first success, and the element is emitted in its place', async () => {
    const { operation, attempts } = trying('passes', (tries) => {
      if (tries < 4) throw new TransientError('busy');
    });
    expect(await lastValueFrom(range(0, 5).pipe(remoteMap(operation, runtime, { batch: 5 }), toArray()))).toEqual([
      0, 1, 2, 3, 4,
    ]);
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it('leave the other elements of the batch alone', async () => {
    const execute = vi.fn((x: number) => {
      if (x === 1 && execute.mock.calls.filter(([tried]) => tried === 1).length < 3) throw new TransientError('busy');
      return x;
    });
    const operation = defineOperation({ name: 'alone', execute });
    await lastValueFrom(range(0, 5).pipe(remoteMap(operation, runtime, { batch: 5 })));
    expect(execute).toHaveBeenCalledTimes(7);
  });

  it.each([
    ['a strategy of its own', new TransientError('busy', { retry: immediate(5) }), undefined, 6],
    ['a strategy of its own, whatever the operator says', new TransientError('busy', { retry: immediate(1) }), immediate(7), 2],
    ["the operator's strategy", new TransientError('busy'), immediate(2), 3],
    ["the operator's strategy, also for other errors", new Error('other'), immediate(2), 3],
    ['none at all', new TransientError('busy', { retry: immediate(0) }), immediate(2), 1],
    ['a short delay', new TransientError('busy', { retry: { strategy: 'after', maxRetries: 2, delayMs: 1 } }), undefined, 3],
    [
      'growing delays',
      new TransientError('busy', { retry: { strategy: 'exponential', maxRetries: 4, minDelayMs: 0, maxDelayMs: 2 } }),
      undefined,
      5,
    ],
    [
      "the operator's growing delays",
      new Error('busy'),
      { strategy: 'exponential', maxRetries: 3, minDelayMs: 1, maxDelayMs: 2 },
      4,
    ],
  ] as const)('follow %s', async (which, error, retry, tries) => {
    const { operation, attempts } = trying(which.replaceAll(' ', '-'), () => {
      throw error;
    });
    const failure = await failureOf(of(1).pipe(remoteMap(operation, runtime, retry === undefined ? {} : { retry })));
    expect(attempts).toEqual(Array.from({ length: tries }, (_, at) => at + 1));
    expect(failure).toMatchObject({ code: 'RETRIES_EXHAUSTED', attempts: tries });
  });

  it('may be without end', async () => {
    const { operation, attempts } = trying('without-end', (tries) => {
      if (tries < 50) throw new TransientError('busy', { retry: immediate(Infinity) });
    });
    expect(await runtime.run(operation, 1)).toBe(1);
    expect(attempts).toHaveLength(50);
  });

  it('are not made of fatal errors, nor of others where the operator has no strategy', async () => {
    for (const [name, error, retry] of [
      ['fatal', new FatalError('no'), { retry: immediate(5) }],
      ['other', new Error('no'), {}],
    ] as const) {
      const { operation, attempts } = trying(name, () => {
        throw error;
      });
      expect(await failureOf(of(1).pipe(remoteMap(operation, runtime, retry)))).toMatchObject({
        code: 'OPERATION_FAILED',
        attempts: 1,
      });
      expect(attempts).toEqual([1]);
    }
  });

  it('end at once with a fatal error after transient ones', async () => {
    const { operation, attempts } = trying('then-fatal', (tries) => {
      if (tries < 3) throw new TransientError('busy', { retry: immediate(100) });
      throw new FatalError('no');
    });
    expect(await failureOf(of(1).pipe(remoteMap(operation, runtime)))).toMatchObject({
      code: 'OPERATION_FAILED',
      attempts: 3,
      message: "operation 'then-fatal' failed at index 0 after 3 attempts: no",
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('are counted for each stage and element by itself', async () => {
    const failsTwice = (name: string) => {
      const tries = new Map<number, number>();
      return defineOperation({
        name,
        execute: (x: number) => {
          const tried = (tries.get(x) ?? 0) + 1;
          tries.set(x, tried);
          if (tried <= 2) throw new TransientError('busy', { retry: immediate(2) });
          return x;
        },
      });
    };
    const chain = range(0, 20).pipe(
      remoteMap(failsTwice('twice-a'), runtime),
      remoteMap(failsTwice('twice-b'), runtime),
      toArray(),
    );
    expect(await lastValueFrom(chain)).toEqual(Array.from({ length: 20 }, (_, x) => x));
  });

  it('are made of combines too, and tell them which dispatch they are', async () => {
    const attempts: number[] = [];
    const flaky = defineMonoid({
      name: 'flaky-sum',
      empty: () => 0,
      combine: (a: number, b: number, { attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw new TransientError('busy');
        return a + b;
      },
    });
    expect(await lastValueFrom(of(1, 2).pipe(remoteFold(flaky, runtime)))).toBe(3);
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('of combines are counted in the error', async () => {
    const busy = defineMonoid({
      name: 'busy-sum',
      empty: () => 0,
      combine: (): number => {
        throw new TransientError('busy', { retry: immediate(2) });
      },
    });
    expect(await failureOf(of(1, 2).pipe(remoteFold(busy, runtime)))).toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      operation: 'busy-sum',
      index: 1,
      attempts: 3,
    });
  });

  it('wait longer each time, within bounds, each a little different', () => {
    const strategy: RetryStrategy = { strategy: 'exponential', maxRetries: 20, minDelayMs: 100, maxDelayMs: 1_000 };
    const delays = (random: number): number[] =>
      Array.from({ length: 6 }, (_, retries) => retryDelayMs(strategy, retries, random));
    expect(delays(0)).toEqual([50, 100, 200, 400, 500, 500]);
    const longest = delays(1 - Number.EPSILON);
    for (const [at, least] of delays(0).entries()) {
      expect(longest[at]).toBeGreaterThan(least);
      expect(longest[at]).toBeLessThanOrEqual(1_000);
    }
    expect(retryDelayMs(strategy, 2_000, 0.5)).toBeLessThanOrEqual(1_000);
  });
});

describe('an element that fails for good', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  const evenOnly = defineOperation({
    name: 'even-only',
    execute: (x: number) => {
      if (x % 2 === 1) throw new RangeError(`${x} is odd`);
      return x;
    },
  });

  it('is left out where asked, and reported in source order between the results', async () => {
    const story: unknown[] = [];
    await range(0, 8)
      .pipe(
        remoteMap(evenOnly, runtime, {
          batch: 3,
          onFatal: 'skip',
          onSkip: (error) => story.push([error.code, error.index, error.attempts, error.message]),
        }),
      )
      .forEach((x) => story.push(x));
    const skipped = (at: number) => ['OPERATION_FAILED', at, 1, `operation 'even-only' failed at index ${at}: ${at} is odd`];
    expect(story).toEqual([0, skipped(1), 2, skipped(3), 4, skipped(5), 6, skipped(7)]);
  });

  it('is left out where its error says so, whatever the operator says', async () => {
    const choosy = defineOperation({
      name: 'choosy',
      execute: (x: number) => {
        if (x === 1) throw new FatalError('skip me', { onFatal: 'skip' });
        if (x === 3) throw new FatalError('end all', { onFatal: 'terminate' });
        return x;
      },
    });
    const byError = await outcomeOf(range(0, 3).pipe(remoteMap(choosy, runtime)));
    expect(byError).toEqual({ values: [0, 2] });
    const ended = await outcomeOf(range(0, 5).pipe(remoteMap(choosy, runtime, { onFatal: 'skip' })));
    expect(ended).toMatchObject({ values: [0, 2], error: { index: 3 } });
  });

  it('is left out of a fold as the identity', async () => {
    const product = defineMonoid({
      name: 'product',
      empty: () => 1,
      combine: (a: number, b: number) => {
        if (a === 0 || b === 0) throw new FatalError('zero');
        return a * b;
      },
    });
    const onSkip = vi.fn<(error: PaladinError) => void>();
    const folded = of(2, 0, 3, 0, 0, 7).pipe(remoteFold(product, runtime, { onFatal: 'skip', onSkip }));
    expect(await lastValueFrom(folded)).toBe(42);
    expect(onSkip.mock.calls.map(([error]) => error.index).toSorted()).toEqual([1, 3, 4]);
  });

  it('leaves nothing where it is the only one', async () => {
    expect(await outcomeOf(of(1).pipe(remoteMap(evenOnly, runtime, { onFatal: 'skip' })))).toEqual({ values: [] });
    const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
    const folded = of(1, 3, 5).pipe(remoteMap(evenOnly, runtime, { onFatal: 'skip' }), remoteFold(sum, runtime));
    expect(await lastValueFrom(folded)).toBe(0);
  });

  it('may have used up its retries before', async () => {
    const { operation, attempts } = trying('exhausted', () => {
      throw new TransientError('busy', { retry: immediate(2), onFatal: 'skip' });
    });
    const onSkip = vi.fn();
    expect(await outcomeOf(range(0, 3).pipe(remoteMap(operation, runtime, { onSkip })))).toEqual({ values: [0, 2] });
    expect(attempts).toEqual([1, 2, 3]);
    expect(onSkip).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'RETRIES_EXHAUSTED', attempts: 3, index: 1 }),
      1,
    );
  });

  it('does not hang the job where its onSkip throws', async () => {
    const onSkip = (): void => {
      throw new Error('onSkip is broken');
    };
    const skipping = range(0, 6).pipe(remoteMap(evenOnly, runtime, { batch: 2, onFatal: 'skip', onSkip }));
    const outcome = await outcomeOf(skipping);
    expect(outcome.error).toEqual(new Error('onSkip is broken'));
  });
});
