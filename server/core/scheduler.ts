/**
 * The hub's part of the protocol: which batch goes to which worker, and whose result it is.
 *
 * Theory of operation. Each job has a queue, lowest index first. Jobs of all leaders take fair turns. `Placement` knows whose
 * turn it is, and which worker is for it. The hub remembers an assignment as a lease until its answer comes. Then it remembers
 * that the worker keeps the answer, until the leader has acknowledged it. When a worker goes away for good, the leaders of its
 * leases are told that these are lost. `opening.ts` and `jobs.ts` open, feed and close jobs. `assigning.ts` gives batches out.
 * `settling.ts` takes what comes of them. `leaders-back.ts` and `workers-back.ts` hear what was under way before a connection was
 * lost, and `claiming.ts` brings the two together. They share `HubState`.
 *
 * Rules.
 * 1. A worker has at most as many batches in hand as slots, and beyond these only batches of cheap jobs (see `batchesAhead`). So
 *    no slot waits for the wire, and nothing waits long behind a slow element while another worker is idle. A cancelled batch is
 *    in hand until it has ended.
 * 2. An answer counts only from the worker that holds the lease, for that attempt. Any other answer is dropped and counted.
 * 3. What is queued or leased is bounded for each leader and in all (see `charges.ts`). The job of a leader that goes beyond is
 *    refused with `LIMIT_EXCEEDED`.
 * 4. The state of the hub is soft. Everything here can be lost: what leaders and workers say when they come back is enough to go
 *    on.
 * 5. Each attempt that a leader has under way is answered, whatever connections are lost: by its worker, or as lost. While a
 *    leader is away, nothing new of it is given out. So what is kept for it is bounded.
 * 6. Nothing is given out of a leader that does not read what waits for it, or does not acknowledge its answers, until it does. A
 *    worker whose reports or losses cannot be true is disconnected. What it had goes to others.
 * 7. Batches pass through unread.
 * 8. Where no further workers can come, jobs are told at once that nobody will ever offer what they need.
 */
import type { Machine } from '../../src/core/machine.js';
import { maxFittedAtOnce, maxToldAtOnce, maxToldLostAtOnce } from '../../src/limits.js';
import type { LeaderToHub, Offers, WorkerToHub } from '../../src/protocol/messages.js';
import { announced, changeExceeds, offerExceeds } from './admission.js';
import { acknowledged } from './answers.js';
import { serveChanged, serveWorker } from './assigning.js';
import { explainAnew, moveWorker, tellIfQueued } from './capacity.js';
import { makeRoom } from './describing.js';
import { workerDoes } from './doing.js';
import { nextDeadline, onTime } from './due.js';
import { HubState } from './hub-state.js';
import {
  checkWaiting,
  checkJob,
  checkLeader,
  checkNoneWaits,
  checkOffers,
  checkSaid,
  checkTally,
  checkTold,
  checkTurns,
  checkWorker,
} from './invariants.js';
import { congest, enqueue, returnQueued } from './jobs.js';
import { closeOrForget, hasNothing, leaderAway, leaderGone, resume } from './leaders-back.js';
import { matchingKey } from './matching.js';
import { forgetNamedJobs } from './named.js';
import { listUnderWay, open } from './opening.js';
import { newLeader, newLeaderConnection, newWorker, newWorkerConnection } from './new-records.js';
import { noteJoined } from './notes.js';
import type { HubLeader, HubWorker } from './records.js';
import type { SchedulerConfig, SchedulerEffect, SchedulerEvent, SchedulerLimits } from './scheduler-events.js';
import { cancel, lose, settle } from './settling.js';
import { checkSlots, countSlots } from './slot-use.js';
import { changeWaiting } from './waiting.js';
import { askLeader, askWorker, checkWatch, locate, reported, watch } from './watch.js';
import { report, workerAway, workerGone } from './workers-back.js';

export class Scheduler implements Machine<SchedulerEvent, SchedulerEffect> {
  readonly #state: HubState;

  constructor(config: SchedulerConfig) {
    this.#state = new HubState(config);
  }

  handle(event: SchedulerEvent, now: number): SchedulerEffect[] {
    const state = this.#state;
    state.effects = [];
    state.now = now;
    state.tellRoom = state.config.pieces?.told ?? maxToldAtOnce;
    state.fitRoom = state.config.pieces?.fitted ?? maxFittedAtOnce;
    state.lostRoom = state.config.pieces?.lost ?? maxToldLostAtOnce;
    if (state.startedAt === Infinity) begin(state, now);
    switch (event.type) {
      case 'leaderJoined':
        this.#leaderJoined(event.leaderId, event.name, event.limits ?? state.config.limits);
        break;
      case 'leaderLeft': {
        const leader = present(state.leaders, event.leaderId, 'leader');
        if (event.how === 'closed' || hasNothing(state, leader)) leaderGone(state, leader);
        else leaderAway(state, leader);
        break;
      }
      case 'leaderSent':
        this.#leaderSent(present(state.leaders, event.leaderId, 'leader'), event.message);
        break;
      case 'workerCongested': {
        const worker = present(state.workers, event.workerId, 'worker');
        worker.connection.congested = event.congested;
        state.placement.place(worker);
        if (!event.congested) serveWorker(state, worker);
        break;
      }
      case 'leaderCongested':
        congest(state, present(state.leaders, event.leaderId, 'leader'), event.congested);
        break;
      case 'workerJoined':
        this.#workerJoined(event.workerId, event.name, event.limits ?? state.config.limits);
        break;
      case 'workerLeft': {
        const worker = present(state.workers, event.workerId, 'worker');
        if (event.how === 'lost') workerAway(state, worker, event.reason);
        else workerGone(state, worker, event.reason, event.how === 'closed');
        break;
      }
      case 'workerSent':
        this.#workerSent(present(state.workers, event.workerId, 'worker'), event.message);
        break;
      case 'complete':
        state.complete = true;
        explainAnew(state);
        break;
      case 'watched':
        watch(state);
        break;
      case 'noted':
        state.happenings.add('hub', event.kind, now, () => event.text);
        break;
      case 'expelled':
        state.counters.expelled += 1;
        break;
      case 'closing':
        this.#close(event.reason);
        break;
      case 'tick':
        onTime(state);
        break;
    }
    serveChanged(state);
    makeRoom(state);
    returnQueued(state);
    return state.effects;
  }

  nextDeadline(): number | undefined {
    return this.#state.closing ? undefined : nextDeadline(this.#state);
  }

  /** Reads what the hub holds and has done: by `statusOf`, `overviewOf` or `hubFactsOf`. To look changes nothing. */
  read<Told>(look: (state: HubState) => Told): Told {
    return look(this.#state);
  }

  validate(): void {
    const { workers, jobs, leaders, placement, closing } = this.#state;
    for (const worker of workers.values()) checkWorker(worker);
    for (const job of jobs.values()) checkJob(job);
    for (const leader of leaders.values()) checkLeader(leader);
    checkWaiting(this.#state);
    placement.fitting.validate();
    placement.validate();
    checkOffers(this.#state);
    checkSaid(this.#state);
    checkTally(this.#state);
    checkWatch(this.#state);
    checkSlots(this.#state.slotTime, workers.values());
    this.#state.happenings.validate();
    if (!closing) checkTold(this.#state);
    this.#state.breakages.validate();
    for (const needClass of placement.fitting.needClasses) {
      checkTurns(needClass);
      if (!closing) checkNoneWaits(needClass);
    }
  }

  // Leaders.

  #leaderJoined(id: string, name: string, limits: SchedulerLimits): void {
    const state = this.#state;
    const before = state.leaders.get(id);
    if (before?.connected === true) throw new Error(`leader ${id} joined twice`);
    const leader = before ?? newLeader(id, name, limits, state, state.now);
    forgetNamedJobs(leader);
    leader.connected = true;
    leader.connection = newLeaderConnection(name, limits);
    state.awayLeaders.delete(leader);
    state.leaders.set(id, leader);
    noteJoined(state, 'leader', leader, before !== undefined);
    state.toLeader(leader, { type: 'welcome', id, epoch: state.config.epoch, limits: announced(limits) });
    askLeader(state, leader);
  }

  #leaderSent(leader: HubLeader, message: LeaderToHub): void {
    const state = this.#state;
    switch (message.type) {
      case 'resume':
        resume(state, leader, message.jobs, message.more === true);
        return;
      case 'open':
        open(state, leader, message);
        return;
      case 'underWay':
        listUnderWay(state, leader, message);
        return;
      case 'batch':
        enqueue(state, leader, message.job, message.batch);
        return;
      case 'progress':
        reported(state, leader, message);
        return;
      default:
    }
    const job = leader.jobs.get(message.job);
    if (message.type === 'close') closeOrForget(state, leader, message.job, message.outcome);
    else if (job?.confirmed !== true) state.counters.strayMessages += 1;
    else if (message.type === 'acknowledge') acknowledged(state, job, message);
    else if (message.type === 'ask') tellIfQueued(state, job);
    else if (message.type === 'locate') locate(state, job, message);
    else cancel(state, job, message);
  }

  // Workers.

  #workerJoined(id: string, name: string, limits: SchedulerLimits): void {
    const state = this.#state;
    const before = state.workers.get(id);
    if (before?.connected === true) throw new Error(`worker ${id} joined twice`);
    const worker = before ?? newWorker(id, name, limits, state.records, state.now);
    worker.connected = true;
    worker.connection = newWorkerConnection(name, limits);
    state.awayWorkers.delete(worker);
    state.workers.set(id, worker);
    noteJoined(state, 'worker', worker, before !== undefined);
    countSlots(state.slotTime, worker, state.now);
    state.toWorker(worker, { type: 'welcome', id, epoch: state.config.epoch, limits: announced(limits) });
    askWorker(state, worker);
  }

  #workerSent(worker: HubWorker, message: WorkerToHub): void {
    const state = this.#state;
    if (!worker.connection.reported && message.type !== 'report') {
      state.expel('worker', worker.id, `'${message.type}' before it has reported what it has`);
      return;
    }
    switch (message.type) {
      case 'report':
        report(state, worker, message);
        countSlots(state.slotTime, worker, state.now);
        break;
      case 'offer':
        this.#offer(worker, message.slots, message.offers);
        countSlots(state.slotTime, worker, state.now);
        break;
      case 'waits':
      case 'goesOn':
        changeWaiting(state, worker, state.jobs.get(message.jobId), message, message.type === 'waits');
        serveWorker(state, worker);
        break;
      case 'draining':
        this.#drain(worker, message.broken);
        break;
      case 'leaving':
        worker.connection.leaving = true;
        state.toWorker(worker, { type: 'goodbye', reason: 'all has arrived' });
        break;
      case 'doing':
        workerDoes(state, worker, message);
        break;
      case 'result':
        settle(state, worker, message.jobId, message.result);
        break;
      case 'lost':
        lose(state, worker, message.jobId, message.loss);
        break;
    }
  }

  #offer(worker: HubWorker, slots: number, offers: Offers): void {
    const state = this.#state;
    const isNew = (): boolean =>
      worker.offerClass === undefined || slots !== worker.slots || matchingKey(offers) !== worker.offerClass.key;
    const tooMuch = offerExceeds(worker.connection, slots, offers);
    // If it is said again, not all need be told.
    if (tooMuch === undefined && !isNew()) return;
    const limit = tooMuch ?? changeExceeds(worker, state.now, offers);
    if (limit !== undefined) {
      state.expel('worker', worker.id, `the hub's limit is reached: ${limit}`, 'LIMIT_EXCEEDED');
      return;
    }
    worker.slots = slots;
    worker.offers = offers;
    if (worker.draining) {
      if (remember(state, worker)) moveWorker(state, worker, undefined);
      return;
    }
    state.breakages.remove(offers);
    moveWorker(state, worker, offers);
    serveWorker(state, worker);
  }

  #drain(worker: HubWorker, broken: string | undefined): void {
    const state = this.#state;
    const hasOffered = worker.offerClass !== undefined || (worker.draining && worker.slots > 0);
    // A repeated message changes nothing, unless the worker broke while it was draining.
    if (worker.draining && (broken === undefined || worker.isBroken)) return;
    worker.draining = true;
    worker.isBroken = broken !== undefined;
    worker.broken = broken;
    if (hasOffered) remember(state, worker);
    moveWorker(state, worker, undefined);
  }

  #close(reason: string): void {
    const state = this.#state;
    state.closing = true;
    for (const leader of state.leaders.values()) state.toLeader(leader, { type: 'goodbye', reason });
    for (const worker of state.workers.values()) state.toWorker(worker, { type: 'goodbye', reason });
  }
}

/** The first event has come. */
function begin(state: HubState, now: number): void {
  state.startedAt = now;
  state.slotTime.advance(now);
  state.happenings.add('hub', 'hub', now, () => 'the hub has started');
}

/** Remembers why the worker broke, if it did, with what it offered. Says whether that is new. */
function remember({ breakages }: HubState, worker: HubWorker): boolean {
  const { broken, offers, id } = worker;
  if (broken === undefined) return false;
  breakages.add(offers, id, broken);
  worker.broken = undefined;
  return true;
}

function present<T extends { readonly connected: boolean }>(peers: ReadonlyMap<string, T>, id: string, role: string): T {
  const peer = peers.get(id);
  if (peer?.connected !== true) throw new Error(`${role} ${id} is not connected`);
  return peer;
}
