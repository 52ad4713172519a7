import { describe, expect, it } from 'vitest';
import { hubToLeader, hubToWorker, leaderToHub, workerToHub } from '../../src/wire/parse.js';
import { maxCombineFanIn, maxHeaderBytes, maxSlotsTold, maxStages } from '../../src/limits.js';
import type { Batch } from '../../src/protocol/messages.js';
import { bytesOfDescribed } from '../../src/wire/parts.js';
import { mostUnreachedBytes } from '../../src/protocol/unreached.js';
import { batchOf, limits, resultOf } from '../server/scheduler-harness.js';

const description = {
  stages: [{ kind: 'map', operation: 'f', version: 1, args: new Uint8Array(3), timeoutMs: 5 }],
  serializer: 's',
};
const failure = {
  offset: 0,
  stage: 0,
  code: 'OPERATION_FAILED',
  kind: 'transient',
  retry: { strategy: 'after', maxRetries: 1, delayMs: 2 },
  onFatal: 'skip',
  message: 'boom',
  error: new Uint8Array(1),
};

describe('the door', () => {
  const fromLeader = leaderToHub(10);
  const fromWorker = workerToHub(10);

  it('lets every proper message through as it is', () => {
    for (const [parse, message] of [
      [fromLeader, { type: 'open', job: 1, secret: 's', description, priority: -3, labels: ['gpu'], slots: 4 }],
      [fromLeader, { type: 'batch', job: 1, batch: batchOf(3) }],
      [fromLeader, { type: 'close', job: 1 }],
      [fromLeader, { type: 'close', job: 1, outcome: { how: 'completed' } }],
      [fromLeader, { type: 'close', job: 1, outcome: { how: 'failed', code: 'NO_WORKER' } }],
      [fromWorker, { type: 'offer', slots: 4, offers: { operations: ['f@1'], serializers: ['s'], labels: [] } }],
      [fromWorker, { type: 'result', jobId: 'l:1', result: { ...resultOf(1), failures: [failure] } }],
      [
        fromWorker,
        {
          type: 'result',
          jobId: 'l:1',
          result: { ...resultOf(1), failures: [{ ...failure, code: 'INVALID_INPUT', kind: 'fatal' }] },
        },
      ],
      [
        fromWorker,
        { type: 'lost', jobId: 'l:1', loss: { seq: 1, attempt: 2, cause: 'timeout', offset: 3, stage: 0, reason: 'r' } },
      ],
      [fromWorker, { type: 'draining' }],
      [fromWorker, { type: 'draining', broken: 'r' }],
      [hubToLeader, { type: 'welcome', id: 'l', epoch: 'e', limits }],
      [hubToLeader, { type: 'capacity', job: 1, slots: 0, leased: 0, missing: 'all' }],
      [hubToLeader, { type: 'result', job: 1, workerId: 'w', result: resultOf(1) }],
      [hubToLeader, { type: 'refused', job: 1, code: 'LIMIT_EXCEEDED', message: 'no' }],
      [hubToWorker, { type: 'job', jobId: 'l:1', description }],
      [hubToWorker, { type: 'assign', jobId: 'l:1', ticket: 7, batch: batchOf(1) }],
      [hubToWorker, { type: 'goodbye', reason: 'r' }],
    ] as const) {
      expect(parse(message)).toEqual(message);
    }
  });

  it('takes of tries before stages, and of partials, no more than there can be', () => {
    const send = (changes: Partial<Batch>): unknown => fromLeader({ type: 'batch', job: 1, batch: batchOf(1, changes) });
    for (const [name, most] of [
      ['unreached', mostUnreachedBytes(maxStages)],
      ['parts', bytesOfDescribed(maxCombineFanIn)],
      ['headers', maxHeaderBytes],
    ] as const) {
      expect(send({ [name]: new Uint8Array(most) })).toMatchObject({ batch: { [name]: new Uint8Array(most) } });
      expect(() => send({ [name]: new Uint8Array(most + 1) })).toThrow(`${most} bytes`);
      expect(() => send({ [name]: 'text' as never })).toThrow(name);
    }
  });

  it('takes no more headers of a job than it may carry', () => {
    const open = (headers: Uint8Array): unknown =>
      fromLeader({
        type: 'open',
        job: 1,
        secret: 's',
        description: { ...description, headers },
        priority: 0,
        labels: [],
        slots: 0,
      });
    expect(open(new Uint8Array(maxHeaderBytes))).toMatchObject({ description: { headers: new Uint8Array(maxHeaderBytes) } });
    expect(() => open(new Uint8Array(maxHeaderBytes + 1))).toThrow(`${maxHeaderBytes} bytes`);
  });

  it('lets no worker offer everything, which is for those of the same process', () => {
    const offers = { operations: [], serializers: [], labels: [], everything: true };
    expect(() => fromWorker({ type: 'offer', slots: 1, offers })).toThrow("expected no field 'everything'");
  });

  it.each([
    [null, 'message: expected an object, got null'],
    [
      { type: 'x' },
      "message.type: expected 'resume' or 'open' or 'underWay' or 'batch' or 'acknowledge' or 'cancel' or 'ask' or 'locate' or 'progress' or 'close', got \"x\"",
    ],
    [{ type: '__proto__' }, 'message.type: expected'],
    [{ type: 'close', job: 1.5 }, 'message.job: expected a whole number'],
    [{ type: 'close', job: -1 }, 'message.job: expected a whole number'],
    [{ type: 'close', job: 1, outcome: { how: 'failed', code: 'x' } }, 'message.outcome.code: expected'],
    [{ type: 'close', job: 1, more: 2 }, "message: expected no field 'more'"],
    [{ type: 'close' }, 'message.job: expected a value, got undefined'],
    [
      { type: 'batch', job: 1, batch: batchOf(0, { payload: new Uint8Array(11) }) },
      'message.batch.payload: expected at most 10 bytes, got 11 bytes',
    ],
    [
      { type: 'batch', job: 1, batch: { ...batchOf(0), payload: [1] } },
      'message.batch.payload: expected at most 10 bytes, got a list of 1',
    ],
    [{ type: 'batch', job: 1, batch: batchOf(0, { attempt: 0 }) }, 'message.batch.attempt'],
    [{ type: 'batch', job: 1, batch: batchOf(0, { count: 0 }) }, 'message.batch.count'],
    [
      { type: 'open', job: 1, secret: 's', description, priority: 11, labels: [], slots: 0 },
      'message.priority: expected a whole number from -10 to 10, got 11',
    ],
    [
      { type: 'open', job: 1, secret: 's', description: { ...description, stages: [] }, priority: 0, labels: [], slots: 0 },
      'message.description.stages',
    ],
    [{ type: 'open', job: 1, secret: 's', description, priority: 0, labels: [''], slots: 0 }, 'message.labels[0]'],
  ])('refuses %j', (message, expected) => {
    expect(() => fromLeader(message)).toThrow(expected);
  });

  const slot = { operation: 0, forMs: 12.5, most: -1, busy: 0.5 };
  const vitals = { loopDelayMs: 1, cores: 0.5, memoryBytes: 1_000 };

  it.each([
    { names: ['f', 'f → g'], slots: [slot, { ...slot, operation: -1, most: 1, busy: 1 }], vitals },
    { names: [], slots: [] },
  ])('takes what a worker says that it does: %j', (told) => {
    const message = { type: 'doing', ...told };
    expect(fromWorker(message)).toEqual(message);
  });

  it.each([
    [{ slots: Array.from({ length: maxSlotsTold + 1 }, () => slot) }, 'message.slots: expected'],
    [{ names: Array.from({ length: 2 * maxSlotsTold + 1 }, () => '') }, 'message.names: expected'],
    [{ names: ['x'.repeat(100_000)] }, 'message.names[0]: expected'],
    [{ slots: [{ ...slot, operation: -2 }] }, 'message.slots[0].operation: expected'],
    [{ slots: [{ ...slot, most: 0.5 }] }, 'message.slots[0].most: expected'],
    [{ slots: [{ ...slot, busy: 1.1 }] }, 'message.slots[0].busy: expected'],
    [{ slots: [{ ...slot, forMs: NaN }] }, 'message.slots[0].forMs: expected'],
    [{ vitals: { ...vitals, cores: -1 } }, 'message.vitals.cores: expected'],
    [{ vitals: { ...vitals, memoryBytes: '1' } }, 'message.vitals.memoryBytes: expected'],
  ])('refuses of a worker %#', (changes, expected) => {
    expect(() => fromWorker({ type: 'doing', names: [], slots: [], ...changes })).toThrow(expected);
  });
});
