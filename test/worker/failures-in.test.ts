import { describe, expect, it } from 'vitest';
import { failuresIn } from '../../src/worker/worker-event.js';
import type { JobDescription, UnitFailure } from '../../src/protocol/messages.js';
import { batchOf, resultOf } from '../server/scheduler-harness.js';

const description: JobDescription = {
  stages: [
    { kind: 'map', operation: 'f', version: 2 },
    { kind: 'map', operation: 'g', version: 1 },
  ],
  serializer: 'json',
};
const failure = (changes: Partial<UnitFailure>): UnitFailure => ({
  offset: 0,
  stage: 0,
  code: 'OPERATION_FAILED',
  kind: 'thrown',
  message: 'no',
  error: new Uint8Array(),
  ...changes,
});
const batch = { ...batchOf(0), first: 100, count: 10 };
const failing = (...failures: UnitFailure[]): Parameters<typeof failuresIn>[3] => ({
  type: 'result',
  result: { ...resultOf(0), done: 10, failures },
});

describe('what failed in a batch', () => {
  it('is each operation once, with its first element and how many there were', () => {
    const outcome = failing(
      failure({ offset: 2, stage: 1, message: 'g' }),
      failure({ offset: 4 }),
      failure({ offset: 5, stage: 1 }),
    );
    expect(failuresIn('j', description, batch, outcome)).toMatchObject([
      { operation: 'f@2', index: 104, failures: 1 },
      { operation: 'g@1', index: 102, failures: 2, message: 'g' },
    ]);
  });

  it('has the message, which is not too long and does not move the cursor', () => {
    const [told] = failuresIn('j', description, batch, failing(failure({ message: `a\u001B[2J${'b'.repeat(1_000)}` })));
    expect(told).toMatchObject({ message: expect.stringMatching(/^a[^\u001B]\[2Jb+…$/u) as unknown });
    expect(told?.type === 'operationFailed' && told.message.length).toBe(300);
  });

  it('has no index where partials were combined', () => {
    const partials = { ...batch, units: 'partials' as const };
    expect(failuresIn('j', description, partials, failing(failure({ stage: 1 })))).toMatchObject([{ index: undefined }]);
  });

  it('is nothing where all went well, or the batch came to nothing', () => {
    expect(failuresIn('j', description, batch, failing())).toEqual([]);
    const loss = { seq: 0, attempt: 1, cause: 'death', reason: '' } as const;
    expect(failuresIn('j', description, batch, { type: 'lost', loss })).toEqual([]);
  });
});
