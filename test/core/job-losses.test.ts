import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/protocol/messages.js';
import { failure, JobUnderTest, json, ranges, stage } from './job-harness.js';
import { exactly, only } from '../support/exactly.js';

/** A job with one batch of so many elements out. */
function withBatch(
  count: number,
  changes: ConstructorParameters<typeof JobUnderTest>[0] = {},
  slots = 1,
): { test: JobUnderTest; batch: Batch } {
  const test = JobUnderTest.with(slots, { batch: count, ...changes });
  const values = Array.from({ length: count }, (_, at) => at);
  return { test, batch: only(test.handle({ type: 'elements', values })) };
}

function adopt(test: JobUnderTest, attempt: number, workerId: string, inPlaceOf: readonly number[] = []): void {
  test.handle({ type: 'adopted', workerId, seq: 0, attempt, inPlaceOf });
}

describe('what is given back of a batch', () => {
  it('remembers tries of the whole batch, behind what was done', () => {
    const { test, batch } = withBatch(4);
    const again = only(test.lose(batch, 'wasted'));
    const rest = only(test.result(again, { done: 2, payload: json.encode([0, 1]) }));
    expect(rest).toMatchObject({ first: 2, count: 2, tried: 1 });
    test.complete();
    test.succeed(rest);
    expect(test.emitted).toEqual([0, 1, 2, 3]);
  });

  it('remembers tries of the whole batch, on both sides of a culprit', () => {
    const { test, batch } = withBatch(4, {}, 4);
    const sent = test.lose(only(test.lose(batch, 'wasted')), 'death', 1);
    expect(ranges(sent)).toEqual(['0+1', '1+1', '2+1', '3+1']);
    expect(sent.map(({ tried }) => tried)).toEqual([2, 2, 1, 1]);
  });

  it('remembers a try of those that were begun when their thread had an accident, and of no others', () => {
    const { test, batch } = withBatch(4, {}, 4);
    const sent = test.lose(only(test.lose(batch, 'gone')), 'wasted', 1);
    expect(ranges(sent)).toEqual(['0+1', '1+1', '2+1', '3+1']);
    expect(sent.map(({ tried }) => tried)).toEqual([2, 2, 1, 1]);
    expect(sent.every(({ suspect }) => suspect)).toBe(true);
  });

  it('goes again whole where all were begun when their thread had an accident', () => {
    const { test, batch } = withBatch(2);
    expect(test.lose(batch, 'wasted', 1)).toMatchObject([{ seq: batch.seq, attempt: 2, count: 2, tried: 1 }]);
  });

  it.each([4, 7])('is halved where the culprit is said to be at %d of 4', (offset) => {
    const { test, batch } = withBatch(4);
    const half = only(test.lose(batch, 'death', offset));
    expect(half).toMatchObject({ first: 0, count: 2, suspect: false });
    expect(test.succeed(half)).toMatchObject([{ first: 2, count: 2, suspect: false }]);
  });

  it('is all of it where nobody says which unit ran past its timeout', () => {
    const { test, batch } = withBatch(2, { stages: [stage('map', { timeoutMs: 50 })] });
    expect(test.lose(batch, 'timeout')).toMatchObject([{ seq: batch.seq, attempt: 2, count: 2, tried: 1 }]);
  });

  it('is nothing once the job has ended', () => {
    let encoded = 0;
    const counting = {
      ...json,
      encode: (values: readonly unknown[]) => {
        encoded += 1;
        return json.encode(values);
      },
    };
    const { test, batch } = withBatch(4, { serializer: counting });
    encoded = 0;
    test.result(batch, { done: 2, failures: [failure(0), failure(1)], payload: json.encode([]) });
    expect(test.others).toMatchObject([{ type: 'failed', error: { index: 0 } }]);
    expect(encoded).toBe(0);
  });
});

describe('the stage that is to blame', () => {
  const stages = [stage('map', { timeoutMs: 10 }), stage('map', { operation: 'g', timeoutMs: 20 })];

  it.each([
    [{}, 'f', 10],
    [{ stage: 1 }, 'g', 20],
  ])('of a timeout is what the worker says, else the first: %j', (known, operation, timeoutMs) => {
    const { test, batch } = withBatch(1, { stages });
    const loss = { seq: batch.seq, attempt: 1, cause: 'timeout', offset: 0, reason: 'late', ...known } as const;
    test.handle({ type: 'lost', workerId: 'w1', loss });
    const message = `operation '${operation}' failed at index 0: ran past its timeout of ${timeoutMs} ms`;
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'TASK_TIMEOUT', workerId: 'w1', message } }]);
  });

  it('of a death is the first where the worker does not say', () => {
    const { test, batch } = withBatch(1, { stages, maxDeaths: 1 });
    test.lose(batch, 'death', 0, 'w7');
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'POISON_TASK', operation: 'f', workerId: 'w7' } }]);
  });
});

describe('deaths and suspicion', () => {
  it('are not added up for several elements, of which each attempt may have lost another', () => {
    const { test, batch } = withBatch(2, { maxDeaths: 2 }, 2);
    const second = only(test.lose(batch, 'gone'));
    adopt(test, 1, 'w1');
    expect(test.lose(batch, 'death', 0)).toEqual([]);
    expect(ranges(test.lose(second, 'death', 1, 'w2'))).toEqual(['0+1', '1+1']);
    expect(test.others).toEqual([]);
  });

  it('do not have an element executed alone that was lost with a thread', () => {
    const { test, batch } = withBatch(1);
    const second = only(test.lose(batch, 'gone', undefined, 'w1', false));
    const third = only(test.lose(second, 'gone', undefined, 'w2', false));
    expect(third).toMatchObject({ suspect: true, alone: true });
    expect(test.lose(third, 'death', 0)).toMatchObject([{ suspect: false, alone: false }]);
  });

  it('go with the worker that is back, unless others have died', () => {
    const back = (alone: boolean): readonly Batch[] => {
      const { test, batch } = withBatch(1, { maxDeaths: 9 });
      const second = only(test.lose(batch, 'gone', undefined, 'w1', alone));
      test.lose(second, 'gone', undefined, 'w2', alone);
      adopt(test, 2, 'w2', [3]);
      return test.lose(second, 'returned');
    };
    expect(back(true)).toMatchObject([{ attempt: 4, suspect: true, alone: true }]);
    expect(back(false)).toMatchObject([{ attempt: 4, suspect: false, alone: false }]);
  });

  it('are not of those who only wasted what was to be executed alone', () => {
    const { test, batch } = withBatch(1, { maxDeaths: 3 });
    const second = only(test.lose(batch, 'gone', undefined, 'w1'));
    const third = only(test.lose(second, 'gone', undefined, 'w2'));
    adopt(test, 1, 'w1');
    expect(test.lose(third, 'wasted', undefined, 'w3')).toEqual([]);
    expect(test.lose(batch, 'gone', undefined, 'w1')).toMatchObject([{ attempt: 4 }]);
    expect(test.others).toEqual([]);
  });

  it('are not told of with the error for want of workers, where none is gone', () => {
    for (const cause of ['gone', 'returned'] as const) {
      const { test, batch } = withBatch(1, { noWorkerTimeoutMs: 100 });
      test.lose(batch, cause);
      test.lose(only(test.sent.slice(-1)), cause, undefined, 'w2');
      test.handle({ type: 'disconnected' });
      test.handle({ type: 'connected' });
      test.handle({ type: 'capacity', slots: 0, leased: 0, missing: 'no worker is connected' });
      test.lose(only(test.sent.slice(-1)), 'returned');
      test.tick(100);
      const gone = '; workers lost while executing: 2, the last one at index 0 or soon after it (by gone)';
      const message = `no worker took operation 'f' within 100 ms: no worker is connected${cause === 'gone' ? gone : ''}`;
      expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'NO_WORKER', message } }]);
    }
  });
});

describe('an attempt that is found', () => {
  it('has not been tried in vain, though others of its batch have', () => {
    const { test, batch } = withBatch(1);
    const second = only(test.lose(batch, 'gone'));
    expect(only(test.lose(second, 'wasted')).tried).toBe(2);
    adopt(test, 1, 'w1', [3]);
    expect(only(test.lose(batch, 'wasted')).tried).toBe(2);
  });

  it('is cancelled where it was never sent', () => {
    const { test } = withBatch(1);
    adopt(test, 2, 'w1');
    expect(test.others).toEqual([{ type: 'cancel', seq: 0, attempt: 2 }]);
    expect(test.job.underWay).toMatchObject([{ attempt: 1 }]);
  });
});

describe('the outputs of a batch', () => {
  it('stay bytes as long as they wait for an element before them', () => {
    const decoded: unknown[] = [];
    const noting = {
      ...json,
      decode: (bytes: Uint8Array) => {
        const values = json.decode(bytes);
        decoded.push(...values);
        return values;
      },
    };
    const test = JobUnderTest.with(2, { batch: 1, serializer: noting });
    const [a, b] = exactly(2, test.elements('a', 'b'));
    test.succeed(b, ['B']);
    expect(decoded).toEqual([]);
    test.succeed(a, ['A']);
    expect(decoded).toEqual(['A', 'B']);
  });

  it('are not looked at where there are none, since all have failed', () => {
    const { test, batch } = withBatch(1, { stages: [stage('map', { onFatal: 'skip' })] });
    test.result(batch, { failures: [failure(0)], payload: new Uint8Array(0) });
    expect(test.others).toMatchObject([{ type: 'skipped' }]);
  });
});
