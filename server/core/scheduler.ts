/**
 * The hub's part: which batch goes to which worker, and whose result it is.
 *
 * Theory of operation. Jobs with the same needs form a need class, workers with the same offers an offer class; which classes fit is
 * worked out once, so that placing a batch costs the same with one worker as with a thousand. Each job has a queue, lowest index
 * first. Jobs of all leaders take fair turns: each carries a virtual time that advances by the execution time it is given, divided by
 * its weight, and the job whose virtual time is least goes next (start-time fair queueing, Goyal, Vin and Cheng 1996). An
 * assignment is remembered as a lease until its result comes. A worker that goes away gives its leases back to their leaders as lost.
 *
 * Rules.
 * 1. A worker has at most as many leases as slots, and only of cheap jobs up to as many again, so that no slot waits for the wire and
 *    nothing waits long behind a slow element while another worker is idle.
 * 2. A result counts only from the worker that holds the lease, for that attempt; any other is dropped and counted.
 * 3. What is queued or leased is bounded per leader; a leader that goes beyond has the job refused with `LIMIT_EXCEEDED`.
 * 4. The hub is soft state: everything here can be lost, and the leaders send it again.
 * 5. Batches pass through unread.
 */
import { Heap } from '../../src/collections/heap.js';
import type { Machine } from '../../src/core/machine.js';
import type { ErrorCode } from '../../src/errors/paladin-error.js';
import { prefetchBelowMs } from '../../src/limits.js';
import type {
  Batch,
  BatchLoss,
  BatchResult,
  HubStatus,
  JobDescription,
  LeaderToHub,
  Offers,
  WorkerToHub,
} from '../../src/protocol/messages.js';
import { BatchQueue } from './batch-queue.js';
import { explainMissing, matchingKey, needsOf, satisfies, type Needs } from './matching.js';
import type { SchedulerConfig, SchedulerEffect, SchedulerEvent } from './scheduler-events.js';

interface Leader {
  readonly id: string;
  readonly name: string;
  readonly jobs: Map<number, Job>;
  /** Batches and payload bytes, queued and leased. */
  batches: number;
  bytes: number;
}

interface Job {
  readonly id: string;
  readonly number: number;
  readonly leader: Leader;
  readonly description: JobDescription;
  readonly priority: number;
  readonly weight: number;
  readonly needClass: NeedClass;
  readonly queue: BatchQueue;
  readonly leases: Map<number, Lease>;
  /** Workers that know its description. */
  readonly workers: Set<Worker>;
  /** Execution time given so far, by weight, in milliseconds. */
  virtualTime: number;
  /** Whether it stands in its class's turn order. */
  inTurn: boolean;
  /** Estimated execution time of a batch; undefined before the first result. */
  batchMs: number | undefined;
}

interface Lease {
  readonly job: Job;
  readonly worker: Worker;
  readonly batch: Batch;
  /** What its job's virtual time was charged for it. */
  readonly chargedMs: number;
  /** Whether it was given for a slot, or ahead to wait for one. */
  readonly cheap: boolean;
}

interface Worker {
  readonly id: string;
  readonly name: string;
  readonly leases: Set<Lease>;
  readonly jobs: Set<Job>;
  offerClass: OfferClass | undefined;
  offers: Offers;
  slots: number;
  /** Leases that were not cheap when given. */
  dear: number;
  draining: boolean;
}

/** Jobs with the same needs. */
interface NeedClass {
  readonly needs: Needs;
  readonly jobs: Set<Job>;
  /** Jobs with queued batches, by the virtual time at which they were put in. */
  readonly turns: Heap<{ readonly job: Job; readonly at: number }>;
  readonly offerClasses: Set<OfferClass>;
}

/** Workers with the same offers. */
interface OfferClass {
  readonly offers: Offers;
  readonly workers: Set<Worker>;
  /** Of all its workers. */
  slots: number;
  /** Workers with a free slot, the one that was given something longest ago first. */
  readonly free: Set<Worker>;
  /** Workers without a free slot that may be sent cheap batches ahead. */
  readonly spare: Set<Worker>;
  readonly needClasses: Set<NeedClass>;
}

export class Scheduler implements Machine<SchedulerEvent, SchedulerEffect> {
  readonly #config: SchedulerConfig;
  readonly #leaders = new Map<string, Leader>();
  readonly #workers = new Map<string, Worker>();
  readonly #jobs = new Map<string, Job>();
  readonly #needClasses = new Map<string, NeedClass>();
  readonly #offerClasses = new Map<string, OfferClass>();
  readonly #counters = { batches: 0, results: 0, lost: 0, staleResults: 0, strayMessages: 0, refused: 0, expelled: 0 };
  /** The virtual time of the last turn: a job that comes back from idleness starts here, without credit for its absence. */
  #virtualTime = 0;
  #closing = false;
  #startedAt: number | undefined;
  #effects: SchedulerEffect[] = [];

  constructor(config: SchedulerConfig) {
    this.#config = config;
  }

  handle(event: SchedulerEvent, now: number): SchedulerEffect[] {
    this.#effects = [];
    this.#startedAt ??= now;
    switch (event.type) {
      case 'leaderJoined':
        this.#leaderJoined(event.leaderId, event.name);
        break;
      case 'leaderLeft':
        this.#leaderLeft(event.leaderId);
        break;
      case 'leaderSent':
        this.#leaderSent(this.#expect(this.#leaders, event.leaderId, 'leader'), event.message);
        break;
      case 'workerJoined':
        this.#workerJoined(event.workerId, event.name);
        break;
      case 'workerLeft':
        this.#workerLeft(this.#expect(this.#workers, event.workerId, 'worker'), event.reason);
        break;
      case 'workerSent':
        this.#workerSent(this.#expect(this.#workers, event.workerId, 'worker'), event.message);
        break;
      case 'closing':
        this.#close(event.reason);
        break;
    }
    return this.#effects;
  }

  /** Never: whether peers are alive is for the links to find out. */
  nextDeadline(): undefined {
    return undefined;
  }

  /** What the hub holds and has done. */
  status(now: number): HubStatus {
    return {
      epoch: this.#config.epoch,
      uptimeMs: this.#startedAt === undefined ? 0 : now - this.#startedAt,
      leaders: [...this.#leaders.values()].map(({ id, name, jobs }) => ({ leaderId: id, name, jobs: jobs.size })),
      workers: [...this.#workers.values()].map(({ id, name, slots, leases, draining, offers }) => ({
        workerId: id,
        name,
        slots,
        leased: leases.size,
        draining,
        offers,
      })),
      jobs: [...this.#jobs.values()].map(({ id, description, priority, queue, leases, needClass }) => ({
        jobId: id,
        stages: description.stages.map((stage) => stage.operation),
        priority,
        queued: queue.size,
        leased: leases.size,
        slots: slotsFor(needClass),
      })),
      counters: { ...this.#counters },
    };
  }

  validate(): void {
    for (const worker of this.#workers.values()) {
      check(worker.leases.size <= 2 * worker.slots || worker.slots === 0, `worker ${worker.id} has ${worker.leases.size} leases`);
      check(worker.dear === [...worker.leases].filter((lease) => !lease.cheap).length, `dear leases of ${worker.id}`);
      const { offerClass } = worker;
      if (offerClass !== undefined) {
        check(offerClass.free.has(worker) === hasFreeSlot(worker), `worker ${worker.id} among the free`);
        check(offerClass.spare.has(worker) === hasSpareRoom(worker), `worker ${worker.id} among the spare`);
      }
      for (const lease of worker.leases) check(lease.job.leases.get(lease.batch.seq) === lease, `lease of ${lease.job.id}`);
    }
    for (const job of this.#jobs.values()) {
      check(job.inTurn === job.queue.size > 0, `job ${job.id} in turn`);
      check(job.leader.jobs.get(job.number) === job, `job ${job.id} and its leader`);
      for (const lease of job.leases.values()) check(lease.worker.leases.has(lease), `lease of ${job.id}`);
    }
    for (const leader of this.#leaders.values()) {
      const jobs = [...leader.jobs.values()];
      const count = jobs.reduce((sum, job) => sum + job.queue.size + job.leases.size, 0);
      check(count === leader.batches, `leader ${leader.id} has ${count} batches, ${leader.batches} counted`);
      const leased = jobs
        .flatMap((job) => [...job.leases.values()])
        .reduce((sum, lease) => sum + lease.batch.payload.byteLength, 0);
      const bytes = jobs.reduce((sum, job) => sum + job.queue.bytes, leased);
      check(bytes === leader.bytes, `leader ${leader.id} has ${bytes} bytes, ${leader.bytes} counted`);
      check(leader.batches <= this.#config.limits.maxBatchesPerLeader, `leader ${leader.id} is over its limit`);
    }
    // While a job waits, every worker that could take its batch now is busy.
    for (const needClass of this.#needClasses.values()) {
      const waiting = [...needClass.jobs].some((job) => job.queue.size > 0);
      const free = [...needClass.offerClasses].some((offerClass) => offerClass.free.size > 0);
      check(!(waiting && free) || this.#closing, 'a batch waits while a slot is free');
    }
  }

  // Leaders.

  #leaderJoined(id: string, name: string): void {
    if (this.#leaders.has(id)) throw new Error(`leader ${id} joined twice`);
    this.#leaders.set(id, { id, name, jobs: new Map(), batches: 0, bytes: 0 });
    const { epoch, limits } = this.#config;
    this.#effects.push({ type: 'toLeader', leaderId: id, message: { type: 'welcome', epoch, limits } });
  }

  #leaderLeft(id: string): void {
    const leader = this.#expect(this.#leaders, id, 'leader');
    for (const job of leader.jobs.values()) this.#closeJob(job);
    this.#leaders.delete(id);
  }

  #leaderSent(leader: Leader, message: LeaderToHub): void {
    switch (message.type) {
      case 'open':
        this.#open(leader, message);
        break;
      case 'batch':
        this.#enqueue(leader, message.job, message.batch);
        break;
      case 'close': {
        const job = leader.jobs.get(message.job);
        if (job === undefined) this.#counters.strayMessages += 1;
        else this.#closeJob(job);
        break;
      }
    }
  }

  #open(leader: Leader, message: Extract<LeaderToHub, { type: 'open' }>): void {
    const { job: number, description, priority, labels } = message;
    if (leader.jobs.has(number)) {
      this.#expel('leader', leader.id, 'PROTOCOL', `job ${number} was opened twice`);
      return;
    }
    const { maxJobsPerLeader } = this.#config.limits;
    if (leader.jobs.size >= maxJobsPerLeader) {
      this.#refuse(leader, number, `more than ${maxJobsPerLeader} jobs open at once (maxJobsPerLeader)`);
      return;
    }
    const needClass = this.#needClass(needsOf(description, labels));
    const job: Job = {
      id: `${leader.id}:${number}`,
      number,
      leader,
      description,
      priority,
      weight: 2 ** priority,
      needClass,
      queue: new BatchQueue(),
      leases: new Map(),
      workers: new Set(),
      virtualTime: this.#virtualTime,
      inTurn: false,
      batchMs: undefined,
    };
    leader.jobs.set(number, job);
    this.#jobs.set(job.id, job);
    needClass.jobs.add(job);
    this.#tellCapacity(needClass, [job]);
  }

  #enqueue(leader: Leader, number: number, batch: Batch): void {
    const job = leader.jobs.get(number);
    if (job === undefined) {
      // The hub has refused the job while this was on its way.
      this.#counters.strayMessages += 1;
      return;
    }
    const { maxBatchesPerLeader, maxBytesPerLeader } = this.#config.limits;
    if (leader.batches >= maxBatchesPerLeader) {
      this.#refuse(leader, number, `more than ${maxBatchesPerLeader} batches at the hub (maxBatchesPerLeader)`);
      this.#closeJob(job);
      return;
    }
    if (leader.bytes + batch.payload.byteLength > maxBytesPerLeader && leader.batches > 0) {
      this.#refuse(leader, number, `more than ${maxBytesPerLeader} payload bytes at the hub (maxBytesPerLeader)`);
      this.#closeJob(job);
      return;
    }
    this.#counters.batches += 1;
    leader.batches += 1;
    leader.bytes += batch.payload.byteLength;
    job.queue.push(batch);
    if (!job.inTurn) {
      job.virtualTime = Math.max(job.virtualTime, this.#virtualTime);
      this.#takeTurn(job);
    }
    this.#serve(job.needClass);
  }

  #refuse(leader: Leader, number: number, what: string): void {
    this.#counters.refused += 1;
    const message = {
      type: 'refused',
      job: number,
      code: 'LIMIT_EXCEEDED',
      message: `the hub's limit is reached: ${what}`,
    } as const;
    this.#effects.push({ type: 'toLeader', leaderId: leader.id, message });
  }

  #closeJob(job: Job): void {
    const freed = new Set([...job.leases.values()].map((lease) => lease.worker));
    for (const lease of job.leases.values()) this.#release(lease);
    job.leader.batches -= job.queue.size;
    job.leader.bytes -= job.queue.bytes;
    for (const worker of job.workers) {
      worker.jobs.delete(job);
      this.#effects.push({ type: 'toWorker', workerId: worker.id, message: { type: 'close', jobId: job.id } });
    }
    job.inTurn = false;
    job.leader.jobs.delete(job.number);
    this.#jobs.delete(job.id);
    job.needClass.jobs.delete(job);
    if (job.needClass.jobs.size === 0) this.#dropNeedClass(job.needClass);
    for (const worker of freed) this.#serveWorker(worker);
  }

  // Workers.

  #workerJoined(id: string, name: string): void {
    if (this.#workers.has(id)) throw new Error(`worker ${id} joined twice`);
    const offers: Offers = { operations: [], serializers: [], labels: [] };
    const worker: Worker = {
      id,
      name,
      leases: new Set(),
      jobs: new Set(),
      offerClass: undefined,
      offers,
      slots: 0,
      dear: 0,
      draining: false,
    };
    this.#workers.set(id, worker);
    const { epoch, limits } = this.#config;
    this.#effects.push({ type: 'toWorker', workerId: id, message: { type: 'welcome', epoch, limits } });
  }

  #workerLeft(worker: Worker, reason: string): void {
    const leases = [...worker.leases];
    this.#workers.delete(worker.id);
    this.#setOfferClass(worker, undefined);
    for (const job of worker.jobs) job.workers.delete(worker);
    leases.forEach((lease, at) => {
      this.#release(lease);
      // A worker begins batches in the order in which they come, one a slot: those beyond its slots had not begun.
      const cause = at < worker.slots ? 'death' : 'returned';
      this.#giveBack(lease, worker, { seq: lease.batch.seq, attempt: lease.batch.attempt, cause, reason });
    });
  }

  #workerSent(worker: Worker, message: WorkerToHub): void {
    switch (message.type) {
      case 'offer':
        this.#offer(worker, message.slots, message.offers);
        break;
      case 'draining':
        worker.draining = true;
        this.#setOfferClass(worker, undefined);
        break;
      case 'result': {
        const lease = this.#leaseOf(worker, message.jobId, message.result);
        if (lease !== undefined) this.#settle(lease, message.result);
        break;
      }
      case 'lost': {
        const lease = this.#leaseOf(worker, message.jobId, message.loss);
        if (lease === undefined) break;
        this.#release(lease);
        this.#giveBack(lease, worker, message.loss);
        this.#serveWorker(worker);
        break;
      }
    }
  }

  #offer(worker: Worker, slots: number, offers: Offers): void {
    worker.slots = slots;
    worker.offers = offers;
    if (worker.draining) return;
    const key = matchingKey(offers);
    let offerClass = this.#offerClasses.get(key);
    if (offerClass === undefined) {
      const needClasses = new Set([...this.#needClasses.values()].filter(({ needs }) => satisfies(offers, needs)));
      offerClass = { offers, workers: new Set(), slots: 0, free: new Set(), spare: new Set(), needClasses };
      this.#offerClasses.set(key, offerClass);
      for (const needClass of needClasses) needClass.offerClasses.add(offerClass);
    }
    this.#setOfferClass(worker, offerClass);
    this.#serveWorker(worker);
  }

  /** Moves the worker between classes, and tells the leaders concerned what they have now. */
  #setOfferClass(worker: Worker, next: OfferClass | undefined): void {
    const previous = worker.offerClass;
    worker.offerClass = next;
    if (previous !== undefined && previous !== next) {
      previous.workers.delete(worker);
      previous.free.delete(worker);
      previous.spare.delete(worker);
      if (previous.workers.size === 0) {
        this.#offerClasses.delete(matchingKey(previous.offers));
        for (const needClass of previous.needClasses) needClass.offerClasses.delete(previous);
      }
    }
    next?.workers.add(worker);
    for (const offerClass of [previous, next]) if (offerClass !== undefined) offerClass.slots = sumOfSlots(offerClass);
    this.#place(worker);
    // Who finds no worker is told what there is: that has changed, too.
    const concerned = new Set([...(previous?.needClasses ?? []), ...(next?.needClasses ?? [])]);
    for (const needClass of this.#needClasses.values()) {
      if (concerned.has(needClass) || slotsFor(needClass) === 0) this.#tellCapacity(needClass, needClass.jobs);
    }
  }

  // Leases.

  /** The lease that the worker answers for; undefined when it holds none such. */
  #leaseOf(
    worker: Worker,
    jobId: string,
    { seq, attempt }: { readonly seq: number; readonly attempt: number },
  ): Lease | undefined {
    const lease = this.#jobs.get(jobId)?.leases.get(seq);
    if (lease?.worker === worker && lease.batch.attempt === attempt) return lease;
    this.#counters.staleResults += 1;
    return undefined;
  }

  #settle(lease: Lease, result: BatchResult): void {
    const { job, worker, chargedMs } = lease;
    this.#counters.results += 1;
    this.#release(lease);
    job.batchMs = job.batchMs === undefined ? result.elapsedMs : (job.batchMs + result.elapsedMs) / 2;
    job.virtualTime += (result.elapsedMs - chargedMs) / job.weight;
    const message = { type: 'result', job: job.number, workerId: worker.id, result } as const;
    this.#effects.push({ type: 'toLeader', leaderId: job.leader.id, message });
    this.#serveWorker(worker);
  }

  #release(lease: Lease): void {
    const { job, worker, batch } = lease;
    job.leases.delete(batch.seq);
    worker.leases.delete(lease);
    if (!lease.cheap) worker.dear -= 1;
    job.leader.batches -= 1;
    job.leader.bytes -= batch.payload.byteLength;
    this.#place(worker);
  }

  #giveBack(lease: Lease, worker: Worker, loss: BatchLoss): void {
    this.#counters.lost += 1;
    const message = { type: 'lost', job: lease.job.number, workerId: worker.id, loss } as const;
    this.#effects.push({ type: 'toLeader', leaderId: lease.job.leader.id, message });
  }

  // Placing.

  /** Gives the class's next batches to workers, as long as there are both. */
  #serve(needClass: NeedClass): void {
    while (!this.#closing) {
      const job = nextInTurn(needClass);
      if (job === undefined) return;
      const worker = this.#workerFor(needClass, isCheap(job));
      if (worker === undefined) return;
      this.#assign(job, worker);
    }
  }

  /** Gives the worker what is next among all that it can execute, as long as it has room. */
  #serveWorker(worker: Worker): void {
    const { offerClass } = worker;
    while (offerClass !== undefined && !this.#closing) {
      const free = hasFreeSlot(worker);
      if (!free && !hasSpareRoom(worker)) return;
      let next: Job | undefined;
      for (const needClass of offerClass.needClasses) {
        const job = nextInTurn(needClass);
        if (job === undefined || (!free && (!isCheap(job) || this.#workerFor(needClass, false) !== undefined))) continue;
        if (next === undefined || job.virtualTime < next.virtualTime) next = job;
      }
      if (next === undefined) return;
      this.#assign(next, worker);
    }
  }

  /** A worker with a free slot or, for cheap batches and when there is none, one that can be sent something ahead. */
  #workerFor(needClass: NeedClass, cheap: boolean): Worker | undefined {
    for (const offerClass of needClass.offerClasses) for (const worker of offerClass.free) return worker;
    if (cheap) for (const offerClass of needClass.offerClasses) for (const worker of offerClass.spare) return worker;
    return undefined;
  }

  #assign(job: Job, worker: Worker): void {
    const turn = job.needClass.turns.pop();
    const batch = job.queue.shift();
    if (turn?.job !== job || batch === undefined) throw new Error(`it is not the turn of job ${job.id}`);
    this.#virtualTime = Math.max(this.#virtualTime, job.virtualTime);
    const chargedMs = job.batchMs ?? 0;
    job.virtualTime += chargedMs / job.weight;
    const lease: Lease = { job, worker, batch, chargedMs, cheap: isCheap(job) };
    job.leases.set(batch.seq, lease);
    worker.leases.add(lease);
    if (!lease.cheap) worker.dear += 1;
    if (job.queue.size > 0) this.#takeTurn(job);
    else job.inTurn = false;
    if (!worker.jobs.has(job)) {
      worker.jobs.add(job);
      job.workers.add(worker);
      const message = { type: 'job', jobId: job.id, description: job.description } as const;
      this.#effects.push({ type: 'toWorker', workerId: worker.id, message });
    }
    this.#effects.push({ type: 'toWorker', workerId: worker.id, message: { type: 'assign', jobId: job.id, batch } });
    this.#place(worker);
  }

  #takeTurn(job: Job): void {
    job.inTurn = true;
    job.needClass.turns.push({ job, at: job.virtualTime });
  }

  /** Puts the worker where its room belongs, behind those that were given something longer ago. */
  #place(worker: Worker): void {
    const { offerClass } = worker;
    if (offerClass === undefined) return;
    offerClass.free.delete(worker);
    offerClass.spare.delete(worker);
    if (hasFreeSlot(worker)) offerClass.free.add(worker);
    if (hasSpareRoom(worker)) offerClass.spare.add(worker);
  }

  #needClass(needs: Needs): NeedClass {
    const key = matchingKey(needs);
    const present = this.#needClasses.get(key);
    if (present !== undefined) return present;
    const offerClasses = new Set([...this.#offerClasses.values()].filter(({ offers }) => satisfies(offers, needs)));
    const needClass: NeedClass = { needs, jobs: new Set(), turns: new Heap((turn) => turn.at), offerClasses };
    for (const offerClass of offerClasses) offerClass.needClasses.add(needClass);
    this.#needClasses.set(key, needClass);
    return needClass;
  }

  #dropNeedClass(needClass: NeedClass): void {
    this.#needClasses.delete(matchingKey(needClass.needs));
    for (const offerClass of needClass.offerClasses) offerClass.needClasses.delete(needClass);
  }

  #tellCapacity(needClass: NeedClass, jobs: Iterable<Job>): void {
    const slots = slotsFor(needClass);
    let missing = '';
    if (slots === 0) {
      const ready = [...this.#workers.values()].filter((worker) => !worker.draining && worker.slots > 0);
      missing = explainMissing(
        ready.map((worker) => worker.offers),
        needClass.needs,
      );
    }
    for (const job of jobs) {
      const message = { type: 'capacity', job: job.number, slots, missing } as const;
      this.#effects.push({ type: 'toLeader', leaderId: job.leader.id, message });
    }
  }

  #close(reason: string): void {
    this.#closing = true;
    const message = { type: 'goodbye', reason } as const;
    for (const leaderId of this.#leaders.keys()) this.#effects.push({ type: 'toLeader', leaderId, message });
    for (const workerId of this.#workers.keys()) this.#effects.push({ type: 'toWorker', workerId, message });
  }

  #expel(role: 'leader' | 'worker', id: string, code: ErrorCode, reason: string): void {
    this.#counters.expelled += 1;
    this.#effects.push({ type: 'expel', role, id, code, reason });
  }

  #expect<T>(peers: ReadonlyMap<string, T>, id: string, role: string): T {
    const peer = peers.get(id);
    if (peer === undefined) throw new Error(`${role} ${id} is not connected`);
    return peer;
  }
}

/** The job of the class whose turn it is; entries that are out of date are put right or dropped on the way. */
function nextInTurn({ turns }: NeedClass): Job | undefined {
  for (let turn = turns.peek(); turn !== undefined; turn = turns.peek()) {
    const { job, at } = turn;
    if (job.inTurn && at === job.virtualTime) return job;
    turns.pop();
    if (job.inTurn) turns.push({ job, at: job.virtualTime });
  }
  return undefined;
}

function slotsFor({ offerClasses }: NeedClass): number {
  let slots = 0;
  for (const offerClass of offerClasses) slots += offerClass.slots;
  return slots;
}

function sumOfSlots({ workers }: OfferClass): number {
  let slots = 0;
  for (const worker of workers) slots += worker.slots;
  return slots;
}

function hasFreeSlot({ leases, slots }: Worker): boolean {
  return leases.size < slots;
}

/** Whether cheap batches may be sent ahead: not when slow ones hold all slots. */
function hasSpareRoom({ leases, slots, dear }: Worker): boolean {
  return leases.size >= slots && leases.size < 2 * slots && dear < slots;
}

function isCheap({ batchMs }: Job): boolean {
  return batchMs !== undefined && batchMs < prefetchBelowMs;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`invariant broken: ${what}`);
}
