import { defaultLimits } from '../../server/limits.js';
import { Scheduler } from '../../server/core/scheduler.js';
import type { SchedulerEvent } from '../../server/core/scheduler-events.js';
import { Job } from '../../src/core/job/job.js';
import type { JobEffect, JobEvent, StagePolicy } from '../../src/core/job/job-events.js';
import { Drive } from '../../src/drive.js';
import { WorkerSession } from '../../src/core/worker-session.js';
import type { SessionEvent } from '../../src/core/worker-session-events.js';
import { defaultMaxBatchesPerLeader, defaultMaxBytesPerLeader, defaultMaxPayloadBytes, defaultWindow } from '../../src/limits.js';
import type { Batch, BatchResult, HubToWorker, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';
import { joinParts, splitParts } from '../../src/wire/parts.js';
import type { Serializer } from '../../src/serializer/serializer.js';
import { BalancedFold } from './balanced-fold.js';
import { VirtualTime } from './virtual-time.js';
import type { Workload } from './workload.js';

/** What a run of the machines came to. */
export interface MachineRun {
  readonly makespanMs: number;
  /** When each slot that executed anything was last busy. */
  readonly slotEndsMs: readonly number[];
  /** Batches that were executed. */
  readonly trips: number;
}

/** Slots of one worker. */
const slotsPerWorker = 8;

/**
 * Runs a map and a fold over the real machines, job, scheduler and worker sessions, joined by links in virtual time.
 *
 * @param check validates every machine after each event; slow
 */
export function runMachines(workload: Workload, check = false): MachineRun {
  return new Rig(workload, check).run();
}

class Rig {
  readonly #workload: Workload;
  readonly #check: boolean;
  readonly #time: VirtualTime;
  readonly #job: Job;
  readonly #drive: Drive<JobEvent, JobEffect>;
  readonly #hub = new Scheduler({ epoch: 'virtual', limits, ticketOf: () => 0 });
  readonly #workers = new Map<string, VirtualWorker>();
  #makespanMs: number | undefined;

  constructor(workload: Workload, check: boolean) {
    this.#workload = workload;
    this.#check = check;
    this.#time = new VirtualTime(workload.latencyMs);
    this.#job = new Job({
      stages: [stage('map'), stage('fold')],
      empty: () => undefined,
      ordered: true,
      batch: 'auto',
      window: defaultWindow,
      serializer: ranges,
      noWorkerTimeoutMs: Infinity,
      maxDeaths: 4,
      speculate: false,
      random: () => 0.5,
      limits: () => ({
        maxPayloadBytes: defaultMaxPayloadBytes,
        maxBatches: defaultMaxBatchesPerLeader,
        freeBatches: Infinity,
        freeBytes: Infinity,
      }),
    });
    this.#drive = new Drive<JobEvent, JobEffect>({
      machine: this.#job,
      perform: (effects) => this.#perform(effects),
      clock: (due) => this.#time.clock(due),
    });
  }

  /** The workers are there and the job is open when the source begins: that takes no time here. */
  run(): MachineRun {
    const { slots } = this.#workload;
    const size = Math.min(slotsPerWorker, Math.ceil(slots / 4));
    for (let taken = 0; taken < slots; taken += size) this.#join(`w${taken}`, Math.min(size, slots - taken));
    this.#tellHub({ type: 'leaderJoined', leaderId: 'l', name: '' });
    this.#leaderSent({ type: 'open', job: 1, secret: 's', description, priority: 0, labels: [], slots: 0 });
    this.#tellJob({ type: 'connected' });
    this.#tellJob({ type: 'capacity', slots, leased: 0, missing: '' });
    this.#feed(0);
    this.#time.run();
    if (this.#makespanMs === undefined) throw new Error('the job does not end');
    const workers = [...this.#workers.values()];
    return {
      makespanMs: this.#makespanMs,
      slotEndsMs: workers.flatMap((worker) => worker.slotEndsMs),
      trips: workers.reduce((sum, worker) => sum + worker.trips, 0),
    };
  }

  #feed(from: number): void {
    const { elements, arrivalMs } = this.#workload;
    const now = arrivalMs[from] ?? 0;
    let end = from;
    while (end < elements && (arrivalMs[end] ?? 0) <= now) end += 1;
    this.#tellJob({ type: 'elements', values: Array.from({ length: end - from }, (_, at) => from + at) });
    if (end === elements) {
      this.#tellJob({ type: 'sourceCompleted' });
      return;
    }
    this.#time.after((arrivalMs[end] ?? 0) - now, () => {
      this.#feed(end);
    });
  }

  #join(workerId: string, slots: number): void {
    const worker = new VirtualWorker(slots, this.#workload, this.#time, this.#check, (message) => {
      this.#time.deliver(() => {
        this.#tellHub({ type: 'workerSent', workerId, message });
      });
    });
    this.#workers.set(workerId, worker);
    this.#tellHub({ type: 'workerJoined', workerId, name: '' });
    this.#tellHub({ type: 'workerSent', workerId, message: { type: 'report', jobs: [], ending: [] } });
    this.#tellHub({ type: 'workerSent', workerId, message: { type: 'offer', slots, offers } });
  }

  #tellHub(event: SchedulerEvent): void {
    const effects = this.#hub.handle(event, this.#time.now);
    if (this.#check) this.#hub.validate();
    for (const effect of effects) {
      if (effect.type === 'expel') throw new Error(`expelled: ${effect.reason}`);
      const { message } = effect;
      if (effect.type === 'toWorker') {
        const worker = this.#workers.get(effect.workerId);
        this.#time.deliver(() => worker?.receive(effect.message));
      } else if (message.type === 'result' || message.type === 'lost') {
        this.#time.deliver(() => {
          this.#tellJob(message);
        });
      } else if (message.type === 'refused') throw new Error(`refused: ${message.message}`);
    }
  }

  #tellJob(event: JobEvent): void {
    this.#drive.handle(event);
  }

  #perform(effects: readonly JobEffect[]): void {
    if (this.#check) this.#job.validate();
    for (const effect of effects) {
      if (effect.type === 'send') {
        const { batch } = effect;
        this.#time.deliver(() => {
          this.#leaderSent({ type: 'batch', job: 1, batch });
        });
      } else if (effect.type === 'acknowledge') {
        const { seq, attempt } = effect;
        this.#time.deliver(() => {
          this.#leaderSent({ type: 'acknowledge', job: 1, seq, attempt });
        });
      } else if (effect.type === 'emit') this.#checkWhole(effect.values);
      else if (effect.type === 'completed') this.#makespanMs = this.#time.now;
      else if (effect.type === 'failed') throw effect.error;
    }
  }

  #leaderSent(message: LeaderToHub): void {
    this.#tellHub({ type: 'leaderSent', leaderId: 'l', message });
  }

  /** The fold is of neighbours only, so a whole range means that every element is in it once, and in order. */
  #checkWhole(values: readonly unknown[]): void {
    const [range] = values as readonly Range[];
    if (range?.first !== 0 || range.count !== this.#workload.elements) throw new Error(`folded ${JSON.stringify(values)}`);
  }
}

/** A worker: the real session, whose slots are busy in virtual time. */
class VirtualWorker {
  readonly slotEndsMs: number[];
  trips = 0;
  readonly #session = new WorkerSession();
  readonly #workload: Workload;
  readonly #time: VirtualTime;
  readonly #check: boolean;
  readonly #send: (message: WorkerToHub) => void;
  readonly #idleSlots: number[];

  constructor(slots: number, workload: Workload, time: VirtualTime, check: boolean, send: (message: WorkerToHub) => void) {
    this.#workload = workload;
    this.#time = time;
    this.#check = check;
    this.#send = send;
    this.slotEndsMs = Array.from({ length: slots }, () => 0);
    this.#idleSlots = Array.from({ length: slots }, (_, slot) => slot);
    this.#session.handle({ type: 'offers', slots, offers }, 0);
    this.#session.handle({ type: 'connected' }, 0);
  }

  receive(message: HubToWorker): void {
    this.#handle({ type: 'received', message });
  }

  #handle(event: SessionEvent): void {
    const effects = this.#session.handle(event, this.#time.now);
    if (this.#check) this.#session.validate();
    for (const effect of effects) {
      if (effect.type === 'send') this.#send(effect.message);
      else if (effect.type === 'run') this.#run(effect.run, effect.batch);
    }
  }

  #run(run: number, batch: Batch): void {
    const slot = this.#idleSlots.pop();
    if (slot === undefined) throw new Error('a batch begins where no slot is idle');
    const result = execute(batch, this.#workload);
    this.trips += 1;
    this.#time.after(result.elapsedMs, () => {
      this.#idleSlots.push(slot);
      this.slotEndsMs[slot] = this.#time.now;
      this.#handle({ type: 'settled', run, outcome: { type: 'result', result } });
    });
  }
}

/** What a worker makes of a batch: as the real one does, it looks at the clock before each unit, and does at least one. */
function execute({ seq, attempt, count, units, budgetMs, payload }: Batch, { elementMs, combineMs }: Workload): BatchResult {
  const fold = new BalancedFold(combineMs);
  const range = units === 'elements' ? readRange(payload) : undefined;
  const parts = range === undefined ? splitParts(payload).map(readRange) : [];
  const first = range?.first ?? parts[0]?.first ?? 0;
  let end = first;
  let elapsedMs = 0;
  let done = 0;
  const mostMs = budgetMs === 0 ? Infinity : budgetMs;
  for (; done < count && (done === 0 || elapsedMs < mostMs); done += 1) {
    const part = parts[done] ?? { first: end, count: 1 };
    if (part.first !== end) throw new Error(`${part.first} is combined with what ends at ${end}`);
    end += part.count;
    if (range !== undefined) elapsedMs += elementMs[part.first] ?? 0;
    elapsedMs += fold.push(part.count);
  }
  elapsedMs += fold.finish();
  return { seq, attempt, done, failures: [], elapsedMs, payload: joinParts([writePartial({ first, count: end - first })]) };
}

interface Range {
  readonly first: number;
  readonly count: number;
}

/**
 * Elements are their own indices, so a batch of them is a range, and so is a partial; a third number tells a partial, which is
 * one value.
 */
const ranges: Serializer = {
  name: 'ranges',
  encode: (values) => bytesOf(new Uint32Array([Number(values[0]), values.length])),
  decode: (bytes) => {
    const range = readRange(bytes);
    return bytes.byteLength === 12 ? [range] : Array.from({ length: range.count }, (_, at) => range.first + at);
  },
};

function writePartial({ first, count }: Range): Uint8Array {
  return bytesOf(new Uint32Array([first, count, 0]));
}

function readRange(bytes: Uint8Array): Range {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { first: view.getUint32(0, true), count: view.getUint32(4, true) };
}

function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer);
}

const limits = {
  ...defaultLimits,
  maxPayloadBytes: defaultMaxPayloadBytes,
  maxJobsPerLeader: 1,
  maxBatchesPerLeader: defaultMaxBatchesPerLeader,
  maxBytesPerLeader: defaultMaxBytesPerLeader,
};

const offers = { operations: ['f@1', 'plus@1'], serializers: ['ranges'], labels: [] };

const description = {
  stages: [
    { kind: 'map', operation: 'f', version: 1 },
    { kind: 'fold', operation: 'plus', version: 1 },
  ],
  serializer: 'ranges',
} as const;

function stage(kind: 'map' | 'fold'): StagePolicy {
  const operation = kind === 'map' ? 'f' : 'plus';
  return { kind, operation, timeoutMs: undefined, retry: undefined, onFatal: 'terminate' };
}
