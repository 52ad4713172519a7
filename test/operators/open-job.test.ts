import { defineMonoid, defineOperation, inMemory, type JobObserver, type JobSpec, type Runtime } from 'paladin-rx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

/** An observer that keeps what it is told; `ended` resolves in the end. */
function recorder(): { observer: JobObserver; story: unknown[]; ended: Promise<void> } {
  const story: unknown[] = [];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const observer: JobObserver = {
    next: (value) => story.push(value),
    skipped: (error, stage) => story.push(['skipped', error.index, stage]),
    demand: (count) => story.push(['demand', count]),
    completed: () => {
      story.push('completed');
      end();
    },
    failed: (error) => {
      story.push(['failed', error]);
      end();
    },
  };
  return { observer, story, ended };
}

const withoutDemand = (story: readonly unknown[]): unknown[] =>
  story.filter((told) => !(Array.isArray(told) && told[0] === 'demand'));

describe('openJob', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  const maps: JobSpec = { stages: [{ kind: 'map', operation: double }] };

  it('takes elements in, and tells outputs and the end', async () => {
    const { observer, story, ended } = recorder();
    const job = runtime.openJob({ stages: [...maps.stages, { kind: 'fold', operation: sum }] }, observer);
    for (const x of [1, 2, 3]) job.push(x);
    job.complete();
    await ended;
    expect(withoutDemand(story)).toEqual([12, 'completed']);
  });

  it('asks for elements at first, and for more as results go out', async () => {
    const { observer, story, ended } = recorder();
    const job = runtime.openJob({ ...maps, window: 2, batch: 1 }, observer);
    const [first] = story;
    expect(first).toEqual(['demand', expect.any(Number)]);
    job.push(1);
    job.push(2);
    job.complete();
    await ended;
    expect(withoutDemand(story)).toEqual([2, 4, 'completed']);
    // Everything asked for, at most the window and what was emitted.
    const asked = story.reduce((total: number, told) => total + (Array.isArray(told) ? Number(told[1]) : 0), 0);
    expect(asked).toBeLessThanOrEqual(4);
  });

  it('fails with what its source failed with, after the results', async () => {
    const { observer, story, ended } = recorder();
    const job = runtime.openJob(maps, observer);
    job.push(1);
    job.fail('broken');
    job.push(2);
    job.complete();
    job.fail('again');
    await ended;
    expect(withoutDemand(story)).toEqual([2, ['failed', 'broken']]);
  });

  it('tells nothing after it is cancelled, whatever is still said to it', async () => {
    const { observer, story } = recorder();
    const job = runtime.openJob(maps, observer);
    job.push(1);
    job.cancel();
    job.push(2);
    job.complete();
    job.cancel();
    await runtime.run(double, 1);
    expect(withoutDemand(story)).toEqual([]);
  });

  it('tells what is left out, and by which stage', async () => {
    const odd = defineOperation({
      name: 'odd',
      execute: (x: number) => {
        if (x % 2 === 0) throw new Error('even');
        return x;
      },
    });
    const { observer, story, ended } = recorder();
    const job = runtime.openJob(
      { stages: [...maps.stages, { kind: 'map', operation: sumOne }, { kind: 'map', operation: odd, onFatal: 'skip' }] },
      observer,
    );
    job.push(1);
    job.push(1.5);
    job.complete();
    await ended;
    expect(withoutDemand(story)).toEqual([3, ['skipped', 1, 2], 'completed']);
  });

  it.each<[string, unknown, string]>([
    ['no stages', { stages: [] }, 'openJob: expected at least one stage, got none'],
    [
      'a fold before the end',
      {
        stages: [
          { kind: 'fold', operation: sum },
          { kind: 'map', operation: double },
        ],
      },
      'openJob: expected a fold only as the last stage, got one as stage 0',
    ],
    [
      'an operation to fold by',
      { stages: [{ kind: 'fold', operation: double }] },
      "openJob: expected a monoid, got operation 'double'",
    ],
    [
      'no operation',
      { stages: [{ kind: 'map', operation: null }] },
      'openJob: expected an operation made by defineOperation, got null',
    ],
    ['a wrong option', { ...maps, window: 0 }, 'openJob: expected window to be a whole number from 1, got 0'],
    [
      'no known kind',
      { stages: [{ kind: 'reduce', operation: sum }] },
      "openJob: expected kind to be 'map' or 'fold', got reduce",
    ],
  ])('refuses %s', (_, spec, message) => {
    expect(() => runtime.openJob(spec as JobSpec, recorder().observer)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message }),
    );
  });
});

const sumOne = defineOperation({ name: 'sum-one', execute: (x: number) => (x === 2 ? 3 : x + 1) });
