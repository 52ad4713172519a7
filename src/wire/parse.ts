/**
 * The door: everything that comes from a peer is parsed here before any machine sees it. What passes has the types, ranges and
 * lengths of `messages.ts`, and no unknown fields. The machines decide whether the sender may say it.
 */
import {
  maxBatchUnits,
  maxCombineFanIn,
  maxFailureBytes,
  maxHeaderBytes,
  maxJobLabels,
  maxListed,
  maxNameLength,
  maxNames,
  maxPeerNameLength,
  maxPriority,
  maxReasonLength,
  maxSlots,
  maxSlotsTold,
  maxTalliedNameLength,
  maxStages,
} from '../limits.js';
import type { HubStatus, HubToObserver, ObserverToHub } from '../protocol/hub-status.js';
import type { HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../protocol/messages.js';
import { bytesOfDescribed } from './parts.js';
import { mostUnreachedBytes } from '../protocol/unreached.js';
import { bool, bytes, int, list, number, oneOf, optional, parseAs, record, text, variant, type Shape } from './shape.js';

const name = text(maxNameLength, 1);
const reason = text(maxReasonLength);
const names = list(name, maxNames);
/** Times on the wire, in milliseconds: up to 24 days, the longest that timers take. */
const ms = number(0, 2 ** 31);
const units = int(1, maxBatchUnits);
const index = int(0);
const headers = optional(bytes(maxHeaderBytes));

const retry = variant('strategy', {
  immediate: record({ maxRetries: index }),
  after: record({ maxRetries: index, delayMs: ms }),
  exponential: record({ maxRetries: index, minDelayMs: ms, maxDelayMs: ms }),
});

const errorCode = oneOf(
  'OPERATION_FAILED',
  'RETRIES_EXHAUSTED',
  'TASK_TIMEOUT',
  'POISON_TASK',
  'NOT_SERIALIZABLE',
  'PAYLOAD_TOO_LARGE',
  'NO_WORKER',
  'HUB_UNREACHABLE',
  'UNAUTHORIZED',
  'VERSION',
  'PROTOCOL',
  'LIMIT_EXCEEDED',
  'INVALID_INPUT',
  'CLOSED',
);

const outcome = record({ how: oneOf('completed', 'cancelled', 'failed'), code: optional(errorCode) });

const offers = record({ operations: names, serializers: names, labels: names });

const limits = record({
  maxPayloadBytes: index,
  maxJobsPerLeader: index,
  maxJobsOpenedPerSecond: index,
  maxBatchesPerLeader: index,
  maxBytesPerLeader: index,
  maxDescriptionBytesPerLeader: index,
});

const welcome = record({ id: name, epoch: name, limits });
const goodbye = record({ reason });

const failure = record({
  offset: index,
  stage: index,
  code: oneOf('OPERATION_FAILED', 'INVALID_INPUT', 'TASK_TIMEOUT', 'NOT_SERIALIZABLE', 'PAYLOAD_TOO_LARGE', 'PROTOCOL'),
  kind: oneOf('transient', 'fatal', 'thrown'),
  retry: optional(retry),
  onFatal: optional(oneOf('terminate', 'skip')),
  message: reason,
  error: bytes(maxFailureBytes),
});

const loss = record({
  seq: index,
  attempt: int(1),
  cause: oneOf('death', 'gone', 'timeout', 'cancelled', 'returned', 'wasted'),
  alone: optional(bool),
  offset: optional(index),
  stage: optional(index),
  reason,
  error: optional(bytes(maxFailureBytes)),
});

/** What a worker may say of a loss. It cannot say that a worker is gone: only the hub knows that. */
const lossAtWorker = record({
  seq: index,
  attempt: int(1),
  cause: oneOf('death', 'timeout', 'cancelled', 'returned', 'wasted'),
  offset: optional(index),
  stage: optional(index),
  reason,
  error: optional(bytes(maxFailureBytes)),
});

const attempt = { seq: index, attempt: int(1) };
const jobAttempt = record({ jobId: name, ...attempt });
const attempts = list(record({ ...attempt, ticket: index, waiting: optional(bool) }), maxListed);
const underWay = list(record({ ...attempt, bytes: index, worthMs: ms, suspect: bool, alone: optional(bool) }), maxListed);
/** Whether more of the same follows. */
const more = optional(bool);

function sized(maxPayloadBytes: number): {
  readonly description: Shape<Extract<HubToWorker, { type: 'job' }>['description']>;
  readonly batch: Shape<Extract<HubToWorker, { type: 'assign' }>['batch']>;
  readonly result: Shape<Extract<WorkerToHub, { type: 'result' }>['result']>;
} {
  const payload = bytes(maxPayloadBytes);
  const stage = record({
    kind: oneOf('map', 'fold'),
    operation: name,
    version: int(1),
    args: optional(payload),
    timeoutMs: optional(ms),
  });
  return {
    description: record({
      stages: list(stage, maxStages, 1),
      serializer: name,
      part: optional(record({ of: int(1), from: int(0) })),
      headers,
    }),
    batch: record({
      seq: index,
      attempt: int(1),
      first: index,
      count: units,
      units: oneOf('elements', 'partials'),
      suspect: bool,
      alone: bool,
      budgetMs: ms,
      beside: optional(bool),
      tried: optional(index),
      unreached: optional(bytes(mostUnreachedBytes(maxStages))),
      origin: optional(index),
      parts: optional(bytes(bytesOfDescribed(maxCombineFanIn))),
      headers,
      payload,
    }),
    result: record({
      seq: index,
      attempt: int(1),
      done: units,
      failures: list(failure, maxBatchUnits),
      elapsedMs: ms,
      payload,
    }),
  };
}

const count = int(0);
/** Times of jobs, which may go on for months. */
const anyMs = number(0, Number.MAX_SAFE_INTEGER);
const vitals = record({
  loopDelayMs: number(0, Number.MAX_SAFE_INTEGER),
  cores: number(0, 1_000_000),
  memoryBytes: index,
});

/** That of an operation, or of a chain. */
const maxToldName = maxTalliedNameLength + maxNameLength;

const nameIndex = int(-1, 2 * maxSlotsTold);

const doing = record({
  names: list(text(maxToldName), 2 * maxSlotsTold),
  slots: list(record({ operation: nameIndex, forMs: anyMs, most: nameIndex, busy: number(0, 1) }), maxSlotsTold),
  vitals: optional(vitals),
});

const progress = record({
  name: text(maxNameLength),
  state: oneOf('running', 'waiting', 'paused'),
  taken: count,
  done: count,
  emitted: count,
  failed: count,
  skipped: count,
  retried: count,
  inFlight: count,
  perSecond: number(0, Number.MAX_SAFE_INTEGER),
  elapsedMs: anyMs,
  total: optional(count),
  remainingMs: optional(record({ least: anyMs, most: anyMs })),
  waitsFor: optional(text(maxNameLength)),
});

/** Parses what a leader sent. Throws a `ShapeError`. */
export function leaderToHub(maxPayloadBytes: number): (message: unknown) => LeaderToHub {
  const { description, batch } = sized(maxPayloadBytes);
  const shape: Shape<LeaderToHub> = variant('type', {
    resume: record({ jobs: list(index, maxListed), more }),
    open: record({
      job: index,
      secret: text(200, 1),
      description,
      priority: int(-maxPriority, maxPriority),
      labels: list(name, maxJobLabels),
      slots: index,
      resumed: optional(underWay),
      more,
    }),
    underWay: record({ job: index, attempts: underWay, more }),
    batch: record({ job: index, batch }),
    acknowledge: record({ job: index, ...attempt }),
    cancel: record({ job: index, ...attempt }),
    ask: record({ job: index }),
    locate: record({ job: index, ...attempt }),
    progress: record({ jobs: list(record({ job: index, progress }), maxListed), left: count }),
    close: record({ job: index, outcome: optional(outcome) }),
  });
  return (message) => parseAs('message', shape, message);
}

/** Parses what a worker sent. Throws a `ShapeError`. */
export function workerToHub(maxPayloadBytes: number): (message: unknown) => WorkerToHub {
  const { result } = sized(maxPayloadBytes);
  const shape: Shape<WorkerToHub> = variant('type', {
    report: record({
      jobs: list(record({ jobId: name, running: attempts, held: attempts }), maxListed),
      ending: list(jobAttempt, maxListed),
      more,
    }),
    offer: record({ slots: int(1, maxSlots), offers }),
    result: record({ jobId: name, result }),
    lost: record({ jobId: name, loss: lossAtWorker }),
    waits: jobAttempt,
    goesOn: jobAttempt,
    doing,
    draining: record({ broken: optional(reason) }),
    leaving: record({}),
  });
  return (message) => parseAs('message', shape, message);
}

/** Parses what an observer sent. Throws a `ShapeError`. */
export function observerToHub(message: unknown): ObserverToHub {
  const shape: Shape<ObserverToHub> = variant('type', { status: record({}) });
  return parseAs('message', shape, message);
}

/** Parses what a hub sent to a leader. Throws a `ShapeError`. */
export function hubToLeader(message: unknown): HubToLeader {
  return parseAs('message', hubToLeaderShape, message);
}

/** Parses what a hub sent to a worker. Throws a `ShapeError`. */
export function hubToWorker(message: unknown): HubToWorker {
  return parseAs('message', hubToWorkerShape, message);
}

/** Parses what a hub sent to an observer. Throws a `ShapeError`. */
export function hubToObserver(message: unknown): HubToObserver {
  return parseAs('message', hubToObserverShape, message);
}

// The messages of a hub have passed its own door, with its own limits.
const trusted = sized(Number.MAX_SAFE_INTEGER);

const peerName = optional(text(maxPeerNameLength));

const hubToLeaderShape: Shape<HubToLeader> = variant('type', {
  welcome,
  capacity: record({
    job: index,
    slots: index,
    leased: index,
    missing: text(100_000),
    operation: optional(name),
    divideAt: optional(int(1)),
  }),
  result: record({ job: index, workerId: name, workerName: peerName, result: trusted.result }),
  lost: record({ job: index, workerId: text(maxNameLength), workerName: peerName, loss }),
  adopted: record({ job: index, workerId: name, ...attempt, inPlaceOf: list(int(1), maxListed) }),
  located: record({
    job: index,
    ...attempt,
    workerId: optional(name),
    workerName: optional(text(maxPeerNameLength)),
    forMs: anyMs,
    slots: index,
  }),
  queued: record({ job: index, slots: index, stillMs: number(0, Number.MAX_SAFE_INTEGER) }),
  watch: record({ everyMs: ms }),
  refused: record({ job: index, code: errorCode, message: reason }),
  goodbye,
});

const hubToWorkerShape: Shape<HubToWorker> = variant('type', {
  welcome,
  job: record({ jobId: name, description: trusted.description }),
  assign: record({ jobId: name, ticket: index, batch: trusted.batch }),
  acknowledge: jobAttempt,
  resend: jobAttempt,
  watch: record({ everyMs: ms, mostSlots: int(1) }),
  cancel: jobAttempt,
  close: record({ jobId: name }),
  goodbye,
});

const many = 1_000_000;
const counters: Shape<Readonly<Record<string, number>>> = (value) => {
  const entries = list(
    record({ name, count: index }),
    many,
  )(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).map(([key, count]: [string, unknown]) => ({
      name: key,
      count,
    })),
  );
  return Object.fromEntries(entries.map((entry) => [entry.name, entry.count]));
};

const status: Shape<HubStatus> = record({
  epoch: name,
  uptimeMs: number(0, Number.MAX_SAFE_INTEGER),
  verdict: record({ state: oneOf('idle', 'well', 'attention', 'trouble'), text: text(600) }),
  totals: record({ leaders: index, workers: index, slots: index, jobs: index }),
  leaders: list(record({ leaderId: name, name: text(300), jobs: index, away: bool }), many),
  workers: list(
    record({
      workerId: name,
      name: text(300),
      slots: index,
      leased: index,
      ending: index,
      draining: bool,
      away: bool,
      offers,
      oldest: list(record({ jobId: name, stages: names, forMs: anyMs }), many),
      executing: optional(list(record({ operation: text(maxToldName), forMs: anyMs }), many)),
      vitals: optional(vitals),
    }),
    many,
  ),
  jobs: list(
    record({
      jobId: name,
      stages: names,
      priority: int(-maxPriority),
      queued: index,
      leased: index,
      unacknowledged: index,
      slots: index,
      waitsFor: text(maxReasonLength),
      progress: optional(progress),
    }),
    many,
  ),
  operations: list(record({ name, elements: index, failures: index, retries: index }), many),
  counters,
});

const hubToObserverShape: Shape<HubToObserver> = variant('type', { status: record({ status }) });
