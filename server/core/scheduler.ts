/**
 * The hub's part: which batch goes to which worker, and whose result it is.
 *
 * Theory of operation. Each job has a queue, lowest index first. Jobs of all leaders take fair turns; `Placement` knows whose turn it
 * is, and which worker is for it. An assignment is remembered as a lease until its result comes. A worker that goes away gives its
 * leases back to their leaders as lost.
 *
 * Rules.
 * 1. A worker has at most as many leases as slots, and beyond them only of cheap jobs (see `batchesAhead`), so that no slot waits for
 *    the wire and nothing waits long behind a slow element while another worker is idle.
 * 2. A result counts only from the worker that holds the lease, for that attempt; any other is dropped and counted.
 * 3. What is queued or leased is bounded per leader; a leader that goes beyond has the job refused with `LIMIT_EXCEEDED`.
 * 4. The hub is soft state: everything here can be lost, and the leaders send it again.
 * 5. Batches pass through unread.
 */
import type { Machine } from '../../src/core/machine.js';
import type { ErrorCode } from '../../src/errors/paladin-error.js';
import { targetBatchMs } from '../../src/limits.js';
import type { Batch, BatchLoss, BatchResult, HubStatus, LeaderToHub, Offers, WorkerToHub } from '../../src/protocol/messages.js';
import { limitReached } from './admission.js';
import { checkJob, checkLeader, checkNoneWaits, checkWorker } from './invariants.js';
import { explainMissing, needsOf } from './matching.js';
import { Placement } from './placement.js';
import {
  isCheap,
  newJob,
  newWorker,
  slotsFor,
  type Job,
  type Leader,
  type Lease,
  type NeedClass,
  type Worker,
} from './records.js';
import type { SchedulerConfig, SchedulerEffect, SchedulerEvent } from './scheduler-events.js';
import { jobStatus, leaderStatus, workerStatus } from './status.js';

export class Scheduler implements Machine<SchedulerEvent, SchedulerEffect> {
  readonly #config: SchedulerConfig;
  readonly #leaders = new Map<string, Leader>();
  readonly #workers = new Map<string, Worker>();
  readonly #jobs = new Map<string, Job>();
  readonly #placement = new Placement();
  readonly #counters = { batches: 0, results: 0, lost: 0, staleResults: 0, strayMessages: 0, refused: 0, expelled: 0 };
  #closing = false;
  #startedAt: number | undefined;
  /** The time of the event in hand. */
  #now = 0;
  #effects: SchedulerEffect[] = [];

  constructor(config: SchedulerConfig) {
    this.#config = config;
  }

  handle(event: SchedulerEvent, now: number): SchedulerEffect[] {
    this.#effects = [];
    this.#now = now;
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
        this.#workerLeft(this.#expect(this.#workers, event.workerId, 'worker'), event.reason, event.alive);
        break;
      case 'workerSent':
        this.#workerSent(this.#expect(this.#workers, event.workerId, 'worker'), event.message);
        break;
      case 'expelled':
        this.#counters.expelled += 1;
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
      leaders: [...this.#leaders.values()].map(leaderStatus),
      workers: [...this.#workers.values()].map(workerStatus),
      jobs: [...this.#jobs.values()].map(jobStatus),
      counters: { ...this.#counters },
    };
  }

  validate(): void {
    for (const worker of this.#workers.values()) checkWorker(worker);
    for (const job of this.#jobs.values()) checkJob(job);
    for (const leader of this.#leaders.values()) checkLeader(leader, this.#config.limits.maxBatchesPerLeader);
    if (!this.#closing) for (const needClass of this.#placement.needClasses) checkNoneWaits(needClass);
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
    const needClass = this.#placement.needClass(needsOf(description, labels));
    const job = newJob({ number, leader, description, priority, needClass, virtualTime: this.#placement.virtualTime });
    leader.jobs.set(number, job);
    this.#jobs.set(job.id, job);
    needClass.jobs.add(job);
    if (message.slots === 0 || message.slots !== slotsFor(needClass)) this.#tellCapacity(needClass, [job]);
  }

  #enqueue(leader: Leader, number: number, batch: Batch): void {
    const job = leader.jobs.get(number);
    if (job === undefined) {
      // The hub has refused the job while this was on its way.
      this.#counters.strayMessages += 1;
      return;
    }
    if (job.leases.has(batch.seq) || job.queue.has(batch.seq)) {
      this.#expel('leader', leader.id, 'PROTOCOL', `batch ${batch.seq} of job ${number} was sent twice`);
      return;
    }
    const limit = limitReached(leader, batch.payload.byteLength, this.#config.limits);
    if (limit !== undefined) {
      this.#refuse(leader, number, limit);
      this.#closeJob(job);
      return;
    }
    this.#counters.batches += 1;
    leader.batches += 1;
    leader.bytes += batch.payload.byteLength;
    job.queue.push(batch);
    this.#placement.enterTurn(job);
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
    job.leader.jobs.delete(job.number);
    this.#jobs.delete(job.id);
    this.#placement.removeJob(job);
    for (const worker of freed) this.#serveWorker(worker);
  }

  // Workers.

  #workerJoined(id: string, name: string): void {
    if (this.#workers.has(id)) throw new Error(`worker ${id} joined twice`);
    this.#workers.set(id, newWorker(id, name));
    const { epoch, limits } = this.#config;
    this.#effects.push({ type: 'toWorker', workerId: id, message: { type: 'welcome', epoch, limits } });
  }

  #workerLeft(worker: Worker, reason: string, alive: boolean): void {
    const leases = [...worker.leases];
    this.#workers.delete(worker.id);
    this.#moveWorker(worker, undefined);
    for (const job of worker.jobs) job.workers.delete(worker);
    leases.forEach((lease, at) => {
      this.#release(lease);
      // A worker begins batches in the order in which they come, one a slot: those beyond its slots had not begun.
      const cause = at < worker.slots && !alive ? 'gone' : 'returned';
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
        this.#moveWorker(worker, undefined);
        break;
      case 'leaving':
        this.#effects.push({ type: 'toWorker', workerId: worker.id, message: { type: 'goodbye', reason: 'all has arrived' } });
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
    this.#moveWorker(worker, offers);
    this.#serveWorker(worker);
  }

  /** Moves the worker to where its offers belong, and tells the leaders concerned what they have now. */
  #moveWorker(worker: Worker, offers: Offers | undefined): void {
    const changed = this.#placement.moveWorker(worker, offers);
    // Who finds no worker is told what there is: that has changed, too.
    for (const needClass of this.#placement.needClasses) {
      if (changed.has(needClass) || slotsFor(needClass) === 0) this.#tellCapacity(needClass, needClass.jobs);
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
    const { job, worker, chargedMs, givenAt } = lease;
    this.#counters.results += 1;
    this.#release(lease);
    job.cost.observe(result.elapsedMs, this.#now - givenAt - result.elapsedMs, this.#now);
    job.virtualTime += (result.elapsedMs - chargedMs) / job.weight;
    const message = { type: 'result', job: job.number, workerId: worker.id, result } as const;
    this.#effects.push({ type: 'toLeader', leaderId: job.leader.id, message });
    this.#serveWorker(worker);
  }

  #release(lease: Lease): void {
    const { job, worker, batch } = lease;
    job.leases.delete(batch.seq);
    worker.leases.delete(lease);
    if (!lease.cheap) {
      worker.dear -= 1;
      job.cost.end(batch.seq);
    }
    job.leader.batches -= 1;
    job.leader.bytes -= batch.payload.byteLength;
    this.#placement.place(worker);
    // Until now its leader could hope for what a draining worker had.
    if (job.leases.size === 0 && slotsFor(job.needClass) === 0) this.#tellCapacity(job.needClass, [job]);
  }

  #giveBack(lease: Lease, worker: Worker, loss: BatchLoss): void {
    this.#counters.lost += 1;
    lease.job.virtualTime -= lease.chargedMs / lease.job.weight;
    const message = { type: 'lost', job: lease.job.number, workerId: worker.id, loss } as const;
    this.#effects.push({ type: 'toLeader', leaderId: lease.job.leader.id, message });
  }

  // Placing.

  /** Gives the class's next batches to workers, as long as there are both. */
  #serve(needClass: NeedClass): void {
    while (!this.#closing) {
      const match = this.#placement.matchFor(needClass);
      if (match === undefined) return;
      this.#assign(match.job, match.worker);
    }
  }

  /** Gives the worker what is next among all that it can execute, as long as it has room. */
  #serveWorker(worker: Worker): void {
    while (!this.#closing) {
      const job = this.#placement.nextFor(worker);
      if (job === undefined) return;
      this.#assign(job, worker);
    }
  }

  #assign(job: Job, worker: Worker): void {
    const batch = job.queue.shift();
    if (batch === undefined) throw new Error(`job ${job.id} has its turn and nothing queued`);
    // Of what is not known the usual is charged; the rest is put right by the result.
    const chargedMs = job.cost.meanMs ?? targetBatchMs;
    const lease: Lease = { job, worker, batch, givenAt: this.#now, chargedMs, cheap: isCheap(job) };
    this.#placement.takeTurn(job, chargedMs);
    job.leases.set(batch.seq, lease);
    worker.leases.add(lease);
    if (!lease.cheap) {
      worker.dear += 1;
      job.cost.begin(batch.seq, lease.givenAt);
    }
    this.#placement.place(worker);
    if (!worker.jobs.has(job)) {
      worker.jobs.add(job);
      job.workers.add(worker);
      const message = { type: 'job', jobId: job.id, description: job.description } as const;
      this.#effects.push({ type: 'toWorker', workerId: worker.id, message });
    }
    this.#effects.push({ type: 'toWorker', workerId: worker.id, message: { type: 'assign', jobId: job.id, batch } });
  }

  #tellCapacity(needClass: NeedClass, jobs: Iterable<Job>): void {
    const slots = slotsFor(needClass);
    const why = slots > 0 ? { missing: '' } : explainMissing(this.#offers(), needClass.needs);
    for (const job of jobs) {
      const message = { type: 'capacity', job: job.number, slots, leased: job.leases.size, ...why } as const;
      this.#effects.push({ type: 'toLeader', leaderId: job.leader.id, message });
    }
  }

  /** What the workers that take batches offer. */
  #offers(): Offers[] {
    return [...this.#workers.values()].filter(({ draining, slots }) => !draining && slots > 0).map(({ offers }) => offers);
  }

  #close(reason: string): void {
    this.#closing = true;
    const message = { type: 'goodbye', reason } as const;
    for (const leaderId of this.#leaders.keys()) this.#effects.push({ type: 'toLeader', leaderId, message });
    for (const workerId of this.#workers.keys()) this.#effects.push({ type: 'toWorker', workerId, message });
  }

  #expel(role: 'leader' | 'worker', id: string, code: ErrorCode, reason: string): void {
    this.#effects.push({ type: 'expel', role, id, code, reason });
  }

  #expect<T>(peers: ReadonlyMap<string, T>, id: string, role: string): T {
    const peer = peers.get(id);
    if (peer === undefined) throw new Error(`${role} ${id} is not connected`);
    return peer;
  }
}
