import {
  defineMonoid,
  defineOperation,
  inMemory,
  type JobHandle,
  type JobObserver,
  type JobSpec,
  type Runtime,
} from 'paladin-rx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

const maps: JobSpec = { stages: [{ kind: 'map', operation: double }] };

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

  it.each([
    ['one of RxJS', { next: () => undefined, error: () => undefined, complete: () => undefined }, 'completed undefined'],
    ['nothing', undefined, 'undefined'],
  ])('refuses an observer that is none: %s', (_, observer, got) => {
    const message = `openJob: expected an observer with next, completed and failed, got ${got}`;
    expect(() => runtime.openJob(maps, observer as unknown as JobObserver)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message }),
    );
  });
});

describe('a job that its owner pauses', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  const triple = defineOperation({
    name: 'triple',
    execute: (x: number) => {
      if (x < 0) throw new RangeError('below 0');
      return 3 * x;
    },
  });
  const skipping: JobSpec = { stages: [{ kind: 'map', operation: triple, onFatal: 'skip' }], batch: 4 };

  interface Paused {
    readonly job: JobHandle;
    readonly ended: Promise<void>;
    readonly told: () => unknown[];
  }

  /** Opens a job, whose owner pauses it from within each output that it wants to pause at. */
  function pausing(spec: JobSpec, elements: readonly number[], pauseAt: (value: unknown) => boolean): Paused {
    const { observer, story, ended } = recorder();
    const job = runtime.openJob(spec, {
      ...observer,
      next: (value) => {
        observer.next(value);
        if (pauseAt(value)) job.pause();
      },
    });
    for (const x of elements) job.push(x);
    job.complete();
    return { job, ended, told: () => withoutDemand(story) };
  }

  /** Whatever was on its way is told by then, if it is told at all. */
  async function later(): Promise<void> {
    for (let trip = 0; trip < 20; trip += 1) await runtime.run(double, trip);
  }

  it('tells nothing more, from within an output, and the rest first when it is resumed', async () => {
    const { job, ended, told } = pausing(skipping, [1, 2, -3, 4, 5, 6, 7, 8], (value) => value === 3);
    await later();
    expect(told()).toEqual([3]);
    job.resume();
    await ended;
    expect(told()).toEqual([3, 6, ['skipped', 2, 0], 12, 15, 18, 21, 24, 'completed']);
  });

  it('tells one output at a time where it is paused at each, and the end behind them', async () => {
    const { job, ended, told } = pausing(skipping, [1, 2, 3, 4, 5], () => true);
    await later();
    for (const count of [1, 2, 3, 4, 5]) {
      expect(told()).toEqual([3, 6, 9, 12, 15].slice(0, count));
      job.resume();
      await later();
    }
    await ended;
    expect(told()).toEqual([3, 6, 9, 12, 15, 'completed']);
  });

  it('tells an error behind the outputs before it', async () => {
    const failing: JobSpec = { stages: [{ kind: 'map', operation: triple }], batch: 3 };
    const { job, told } = pausing(failing, [1, 2, -3], (value) => value === 3);
    await later();
    expect(told()).toEqual([3]);
    job.resume();
    expect(told()).toEqual([3, 6, ['failed', expect.objectContaining({ index: 2 })]]);
  });

  it('tells an error of the runtime when it is resumed', async () => {
    const own = inMemory();
    const { observer, story } = recorder();
    const job = own.openJob(maps, observer);
    job.pause();
    await own.close();
    expect(withoutDemand(story)).toEqual([]);
    job.resume();
    expect(withoutDemand(story)).toEqual([['failed', expect.objectContaining({ code: 'CLOSED' })]]);
  });

  it('goes on as if nothing had been where it is resumed at once', async () => {
    const { observer, story, ended } = recorder();
    const job = runtime.openJob(skipping, {
      ...observer,
      next: (value) => {
        job.pause();
        observer.next(value);
        job.resume();
      },
    });
    job.pause();
    job.resume();
    for (const x of [1, 2, 3]) job.push(x);
    job.complete();
    await ended;
    expect(withoutDemand(story)).toEqual([3, 6, 9, 'completed']);
  });

  it('tells the rest where it is resumed from within a demand', async () => {
    const { observer, story } = recorder();
    const job = runtime.openJob(skipping, {
      ...observer,
      next: (value) => {
        observer.next(value);
        if (value === 3) job.pause();
      },
      demand: () => {
        if (story.length !== 1) return;
        story.push('demanded');
        job.resume();
        story.push('resumed');
      },
    });
    for (const x of [1, 2, 3, 4]) job.push(x);
    await later();
    expect(story).toEqual([3, 'demanded', 'resumed', 6, 9, 12]);
    job.cancel();
  });

  it('tells nothing at all once it is cancelled', async () => {
    const { job, told } = pausing(skipping, [1, 2, 3, 4], (value) => value === 6);
    await later();
    job.cancel();
    job.resume();
    await later();
    job.pause();
    job.resume();
    expect(told()).toEqual([3, 6]);
  });

  it('may be cancelled from within what is told when it is resumed', async () => {
    let resumed = false;
    const { job, told } = pausing(skipping, [1, 2, 3, 4], (value) => {
      if (resumed) job.cancel();
      return value === 3;
    });
    await later();
    resumed = true;
    job.resume();
    await later();
    expect(told()).toEqual([3, 6]);
  });

  it('ends with what its owner throws when it is resumed', async () => {
    const error = new Error('the owner');
    const { job, told } = pausing(skipping, [1, 2, 3, 4], (value) => {
      if (value === 6) throw error;
      return value === 3;
    });
    await later();
    job.resume();
    expect(told()).toEqual([3, 6, ['failed', error]]);
    job.resume();
    await later();
    expect(told()).toHaveLength(3);
  });

  it('asks its source for no more than its window admits', async () => {
    const { observer, story } = recorder();
    const job = runtime.openJob({ ...maps, window: 6, batch: 1 }, observer);
    job.pause();
    let asked = 0;
    let pushed = 0;
    for (let round = 0; round < 10; round += 1) {
      asked = story.reduce((total: number, told) => total + (Array.isArray(told) ? Number(told[1]) : 0), 0);
      for (; pushed < asked; pushed += 1) job.push(pushed);
      await later();
    }
    expect(asked).toBe(6);
    job.cancel();
  });
});

const sumOne = defineOperation({ name: 'sum-one', execute: (x: number) => (x === 2 ? 3 : x + 1) });
