import type { ObserverToHub } from '../../src/protocol/hub-status.js';
import type { Batch, BatchLoss, BatchResult, LeaderToHub, UnitFailure, WorkerToHub } from '../../src/protocol/messages.js';
import { encodeError } from '../../src/errors/remote-error.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import type { Random } from '../simulation/random.js';
import { mutateBytes, randomBytes } from './mutate-bytes.js';
import type { Role } from './wire/handshake.js';

/** What only hostile workers offer, so that no healthy job is given to them. */
export const hostileOperation = 'ambush';

/** What healthy workers offer; whoever leads may send batches of it. */
export const healthyOperation = 'mirror';

/** Ids that a hostile peer has got hold of: of its own jobs and of others'. */
export interface Knowledge {
  jobIds(): readonly string[];
}

/** A message that is well-formed, whether the sender may say it or not. */
export function wellFormedMessage(role: Role, knowledge: Knowledge, random: Random): LeaderToHub | WorkerToHub | ObserverToHub {
  switch (role) {
    case 'leader':
      return leaderMessage(random);
    case 'worker':
      return workerMessage(knowledge, random);
    case 'observer':
      return { type: 'status' };
  }
}

/** Opens a job; one that healthy workers can execute, or one that only hostile workers do. */
export function openMessage(job: number, operation: string, random: Random): LeaderToHub {
  const map = (args: Uint8Array | undefined) => ({
    kind: 'map' as const,
    operation,
    version: 1,
    ...(args === undefined ? {} : { args }),
  });
  const args = random.chance(0.2) ? mutateBytes(msgpack.encode([1]), random) : undefined;
  return {
    type: 'open',
    job,
    secret: 'of a hostile leader',
    description: {
      stages: random.chance(0.8) ? [map(args)] : [map(args), { kind: 'fold', operation: 'sum', version: 1 }],
      serializer: random.pick(['msgpack', 'msgpack', 'flatted', 'none']),
      ...(random.chance(0.1) ? { headers: randomBytes(random, 40) } : {}),
    },
    priority: random.int(-10, 10),
    labels: random.chance(0.1) ? ['nowhere'] : [],
    slots: random.pick([0, 1, 1_000]),
    ...(random.chance(0.1) ? { resumed: [{ seq: 0, attempt: 1, bytes: 10, worthMs: 5, suspect: false }] } : {}),
  };
}

export function batchOf(seq: number, random: Random): Batch {
  const count = random.int(1, 20);
  const payload = msgpack.encode(Array.from({ length: count }, (_, at) => ({ n: at, text: 'hostile' })));
  return {
    seq,
    attempt: 1,
    first: random.int(0, 1_000),
    count: random.chance(0.8) ? count : random.int(1, 1_000),
    units: random.chance(0.8) ? 'elements' : 'partials',
    suspect: random.chance(0.1),
    alone: random.chance(0.02),
    budgetMs: random.pick([0, 1, 100]),
    payload: random.chance(0.4) ? payload : random.chance(0.7) ? mutateBytes(payload, random) : randomBytes(random, 50),
  };
}

/** One that tells, now and then, of tries before stages, whatever its job has. For that its leader is disconnected at times. */
export function tellingBatchOf(seq: number, random: Random): Batch {
  const batch = batchOf(seq, random);
  if (!random.chance(0.1)) return batch;
  if (random.chance(0.3)) return { ...batch, headers: randomBytes(random, random.int(0, 50)) };
  return { ...batch, tried: random.int(0, 3), unreached: randomBytes(random, random.int(0, 12)) };
}

export function resultOf(seq: number, attempt: number, done: number, random: Random): BatchResult {
  const failures = Array.from({ length: random.chance(0.5) ? 0 : random.int(1, 3) }, () => failureOf(done, random));
  return {
    seq,
    attempt,
    done,
    failures,
    elapsedMs: random.pick([0, 1, 2 ** 31]),
    payload: randomBytes(random, random.int(0, 60)),
  };
}

export function offerMessage(random: Random): WorkerToHub {
  return {
    type: 'offer',
    slots: random.pick([1, 2, 65_536]),
    offers: { operations: [`${hostileOperation}@1`], serializers: ['msgpack', 'flatted'], labels: [] },
  };
}

function leaderMessage(random: Random): LeaderToHub {
  const job = random.int(0, 3);
  const attempt = { seq: random.int(0, 5), attempt: random.int(1, 3) };
  const more = random.chance(0.3);
  switch (random.int(0, 7)) {
    case 0:
      return { type: 'resume', jobs: Array.from({ length: random.int(0, 3) }, () => random.int(0, 5)), more };
    case 7:
      return {
        type: 'underWay',
        job,
        attempts: [{ ...attempt, bytes: 1, worthMs: 1, suspect: false, alone: random.chance(0.3) }],
        more,
      };
    case 1:
    case 2:
      return openMessage(job, random.pick([hostileOperation, healthyOperation, 'unknown']), random);
    case 3:
      return { type: 'batch', job, batch: tellingBatchOf(attempt.seq, random) };
    case 4:
      return { type: 'acknowledge', job, ...attempt };
    case 5:
      return { type: 'cancel', job, ...attempt };
    default:
      return { type: 'close', job, ...(random.chance(0.5) && { outcome: { how: 'failed', code: 'CLOSED' } }) };
  }
}

function workerMessage(knowledge: Knowledge, random: Random): WorkerToHub {
  const jobId = random.pick(['nobody:0', ...knowledge.jobIds()]);
  const attempt = { seq: random.int(0, 2_000), attempt: random.int(1, 3) };
  switch (random.int(0, 6)) {
    case 0: {
      const lie = { ...attempt, ticket: random.int(0, 2 ** 48) };
      const jobs = [{ jobId, running: [lie], held: [lie] }];
      return { type: 'report', jobs, ending: [{ jobId, ...attempt }], more: random.chance(0.3) };
    }
    case 1:
      return offerMessage(random);
    case 2:
    case 3:
      return { type: 'result', jobId, result: resultOf(attempt.seq, attempt.attempt, random.int(1, 20), random) };
    case 4:
      return { type: 'lost', jobId, loss: lossOf(attempt.seq, attempt.attempt, random) };
    case 5:
      return { type: 'draining', ...(random.chance(0.5) && { broken: 'it \u009Bbroke' }) };
    default:
      return { type: 'leaving' };
  }
}

function lossOf(seq: number, attempt: number, random: Random): BatchLoss {
  return {
    seq,
    attempt,
    cause: random.pick(['death', 'gone', 'timeout', 'cancelled', 'returned']),
    ...(random.chance(0.5) ? { offset: random.int(0, 30) } : {}),
    ...(random.chance(0.5) ? { stage: random.int(0, 3) } : {}),
    reason: 'made up',
  };
}

function failureOf(done: number, random: Random): UnitFailure {
  const { message, bytes } = encodeError(new Error('made up'));
  return {
    offset: random.int(0, done),
    stage: random.int(0, 2),
    code: random.pick(['OPERATION_FAILED', 'TASK_TIMEOUT', 'NOT_SERIALIZABLE', 'PAYLOAD_TOO_LARGE', 'PROTOCOL']),
    kind: random.pick(['transient', 'fatal', 'thrown']),
    ...(random.chance(0.3) ? { retry: { strategy: 'immediate', maxRetries: Number.MAX_SAFE_INTEGER } } : {}),
    message,
    error: random.chance(0.5) ? bytes : mutateBytes(bytes, random),
  };
}
