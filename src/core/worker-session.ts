/**
 * The worker's part of the protocol: what it was given, what it executes, what it answers.
 *
 * Theory of operation. Batches are begun in the order in which they come, one for each slot. The others wait. Every attempt is
 * answered, with a result or as lost. The answer is kept until its leader has acknowledged it. A worker that loses its hub goes
 * on with what it executes. When a hub is there again, it reports what it executes and which answers it keeps. The hub tells it
 * which of these are still wanted.
 *
 * Rules.
 * 1. At most as many batches run as there are slots. Those that wait for jobs of their own, or have waited and go on, come on
 *    top.
 * 2. A batch that is cancelled, alone or with its job, is dropped where it waits, and aborted where it runs. Then it keeps its
 *    slot until it has come to an end. It is answered as cancelled when it has gone, and that answer is not kept.
 * 3. Batches that wait when the connection is lost are dropped: the hub gives them to others.
 * 4. A worker may keep the result of an earlier attempt of a batch. Then the batch is not executed again: that result answers the
 *    new attempt, too.
 * 5. A draining worker begins nothing. What waits goes back, and what runs is finished. The worker leaves when all its answers
 *    are acknowledged. It is drained once the hub has said goodbye, or is gone. While it keeps answers, it waits for a hub that
 *    is away, for a bounded time.
 * 6. When the time is up that it is given to drain, it hands back what still runs, as `wasted`: no unit is to blame. It aborts
 *    that first, and says how far it was. It answers for it no more, and leaves. When it is drained, it says what it has left
 *    undone.
 * 7. Nothing waits behind batches that take long. When none has begun for `maxWaitBehindMs`, what waits goes back: other workers
 *    may be free.
 */
import { maxHeldAnswers, maxHeldBytes, maxWaitBehindMs } from '../limits.js';
import type {
  Batch,
  BatchLoss,
  HubToWorker,
  JobAttempt,
  JobDescription,
  Offers,
  Possession,
  Ticketed,
  WorkerToHub,
} from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';
import { shortened } from '../protocol/shortened.js';
import { Draining, type DrainOrder } from './draining.js';
import { HeldAnswers, type Answer } from './held-answers.js';
import { reportMessages } from './listing.js';
import type { Machine } from './machine.js';
import { SlotReport } from './slot-report.js';
import { nameOfChain } from './work-tally.js';
import type { BatchOfRun, SessionEffect, SessionEvent, Undone } from './worker-session-events.js';

interface Assigned {
  readonly jobId: string;
  readonly ticket: number;
  readonly batch: Batch;
}

/** A batch that was begun. */
interface Running extends Assigned {
  readonly description: JobDescription;
  readonly begunAt: number;
  cancelled: boolean;
  /** Whether it waits for a job of its own; `never`: it has not yet. */
  waits: 'never' | 'now' | 'no more';
}

export class WorkerSession implements Machine<SessionEvent, SessionEffect> {
  readonly #jobs = new Map<string, JobDescription>();
  #waiting: Assigned[] = [];
  /** Since when something waits and none has begun. */
  #stuckSince = 0;
  /** Those that were begun, by run number. A run that is cancelled stays here until it has come to an end. */
  readonly #running = new Map<number, Running>();
  /** How many of these wait for jobs of their own. */
  #slotless = 0;
  readonly #held = new HeldAnswers(maxHeldBytes, maxHeldAnswers);
  #nextRun = 0;
  #slots = 0;
  #offers: Offers = { operations: [], serializers: [], labels: [] };
  #connected = false;
  readonly #draining = new Draining();
  readonly #slotReport = new SlotReport();
  #effects: SessionEffect[] = [];
  /** When it handled an event last. */
  #handledAt = 0;

  handle(event: SessionEvent, now: number): SessionEffect[] {
    this.#effects = [];
    this.#handledAt = now;
    switch (event.type) {
      case 'connected':
        this.#connected = true;
        this.#report();
        this.#offer();
        break;
      case 'disconnected':
        this.#connected = false;
        this.#slotReport.stop();
        this.#waiting = [];
        if (this.#draining.isLeaving) this.#drained();
        break;
      case 'received':
        this.#receive(event.message, now);
        break;
      case 'offers':
        this.#slots = event.slots;
        this.#offers = event.offers;
        this.#offer();
        break;
      case 'settled':
        this.#settled(event.run, event.outcome, now);
        break;
      case 'waits':
      case 'goesOn':
        this.#changeWaiting(event.run, event.type, now);
        break;
      case 'drain':
        this.#drain(event, now);
        break;
      case 'tick':
        break;
    }
    this.#begin(now);
    const slots = this.#slotReport.take(now);
    if (slots !== undefined) this.#effects.push({ type: 'tell', slots });
    if (now >= this.#stuckUntil) this.#giveBackWaiting('the batches before it take long');
    if (this.#draining.isLeaving) {
      if (now >= this.#draining.dueAt) this.#drained();
    } else if (this.#draining.isDraining) this.#leave(now);
    return this.#effects;
  }

  nextDeadline(): number | undefined {
    const deadline = Math.min(this.#draining.dueAt, this.#stuckUntil, this.#slotReport.dueAt);
    return deadline === Infinity ? undefined : deadline;
  }

  /** When what waits goes back; Infinity: nothing waits. */
  get #stuckUntil(): number {
    return this.#waiting.length === 0 ? Infinity : this.#stuckSince + maxWaitBehindMs;
  }

  /** What would be lost if it ended now. */
  get undone(): Undone {
    const { batches = 0 } = this.#draining.leftBehind ?? {};
    return { batches: batches + this.#wanted.length, results: this.#held.results };
  }

  /** What it has begun or keeps; nothing once it is drained. */
  get load(): { readonly jobs: number; readonly waiting: number; readonly running: number; readonly held: number } {
    return { jobs: this.#jobs.size, waiting: this.#waiting.length, running: this.#running.size, held: this.#held.size };
  }

  validate(): void {
    const fail = (what: string): never => {
      throw new Error(`invariant broken: ${what}`);
    };
    const all = [...this.#running.values()];
    const steady = all.filter(({ waits }) => waits === 'never').length;
    if (steady > this.#slots) fail(`${steady} batches running in ${this.#slots} slots`);
    if (all.filter(({ waits }) => waits === 'now').length !== this.#slotless) fail('batches that wait for jobs of their own');
    if (this.#waiting.length > 0 && this.#taken < this.#slots) fail('a batch waits while a slot is free');
    if (!this.#connected && this.#waiting.length > 0) fail('batches wait that a hub has given up');
    if (this.#handledAt >= this.#stuckUntil) fail('a batch waits behind ones that take long');
    if (this.#handledAt >= this.#draining.dueAt) fail('it stays longer than it may');
    if (this.#draining.isLeaving && this.#wanted.length > 0) fail('it leaves, and has not answered for a batch that runs');
    for (const { jobId } of [...this.#waiting, ...this.#wanted, ...this.#held.all()]) {
      if (!this.#jobs.has(jobId)) fail(`something of job ${jobId}, which is closed`);
    }
    this.#held.validate();
    this.#slotReport.validate((run) => this.#running.get(run)?.waits !== 'now' && this.#running.has(run));
  }

  #receive(message: HubToWorker, now: number): void {
    switch (message.type) {
      case 'job':
        this.#jobs.set(message.jobId, message.description);
        break;
      case 'assign':
        this.#assign(message, now);
        break;
      case 'acknowledge':
        this.#held.delete(message);
        break;
      case 'resend':
        this.#resend(message);
        break;
      case 'cancel':
        this.#cancel(message);
        break;
      case 'close':
        this.#close(message.jobId);
        break;
      case 'welcome':
        break;
      case 'watch':
        this.#slotReport.watch(message.everyMs, message.mostSlots, now, this.#inSlots());
        break;
      case 'goodbye':
        if (this.#draining.isLeaving) this.#drained();
        break;
    }
  }

  #assign({ jobId, ticket, batch }: Assigned, now: number): void {
    const { seq, attempt } = batch;
    const same = ofAttempt({ jobId, seq, attempt });
    // A repeated message is still about the same attempt.
    if (this.#waiting.some(same) || [...this.#running.values()].some(same) || this.#held.has({ jobId, seq, attempt })) return;
    const kept = this.#held.takeEarlier({ jobId, seq, attempt });
    if (kept !== undefined) {
      this.#answer({ type: 'result', jobId, result: { ...kept, attempt } }, ticket);
      return;
    }
    if (this.#draining.isDraining) this.#answerLost({ jobId, ticket, batch }, 'returned', 'the worker is draining');
    else if (!this.#jobs.has(jobId)) this.#answerLost({ jobId, ticket, batch }, 'returned', 'the worker does not know its job');
    else {
      if (this.#waiting.length === 0) this.#stuckSince = now;
      this.#waiting.push({ jobId, ticket, batch });
    }
  }

  /** What runs, and does not wait for a job of its own. */
  *#inSlots(): Iterable<readonly [run: number, batch: BatchOfRun, begunAt: number]> {
    for (const [run, assigned] of this.#running) {
      if (assigned.waits !== 'now') yield [run, ofRun(assigned), assigned.begunAt];
    }
  }

  #settled(run: number, outcome: Outcome, now: number): void {
    const assigned = this.#running.get(run);
    if (assigned === undefined) throw new Error(`run ${run} settled, which is not running`);
    this.#running.delete(run);
    this.#slotReport.end(run, now);
    if (assigned.waits === 'now') this.#slotless -= 1;
    if (assigned.cancelled) {
      // One that leaves has handed it back.
      if (!this.#draining.isLeaving) this.#answerLost(assigned, 'cancelled', 'it was cancelled');
      return;
    }
    const { jobId } = assigned;
    const answer: Answer =
      outcome.type === 'result'
        ? { type: 'result', jobId, result: outcome.result }
        : { type: 'lost', jobId, loss: { ...outcome.loss, reason: shortened(outcome.loss.reason) } };
    this.#answer(answer, assigned.ticket);
  }

  /** Answers, and keeps the answer. */
  #answer(answer: Answer, ticket: number): void {
    this.#held.add(answer, ticket);
    if (this.#connected) this.#send(answer);
  }

  #resend(attempt: JobAttempt): void {
    const answer = this.#held.get(attempt);
    if (answer !== undefined) {
      this.#send(answer);
      return;
    }
    const { jobId, seq, attempt: number } = attempt;
    const reason = 'its answer was not kept: too much was unacknowledged';
    this.#send({ type: 'lost', jobId, loss: { seq, attempt: number, cause: 'wasted', reason } });
  }

  /** What runs and is not cancelled. */
  get #wanted(): Running[] {
    return [...this.#running.values()].filter(({ cancelled }) => !cancelled);
  }

  /** How many slots are taken. */
  get #taken(): number {
    return this.#running.size - this.#slotless;
  }

  #changeWaiting(run: number, type: 'waits' | 'goesOn', now: number): void {
    const assigned = this.#running.get(run);
    const waits = type === 'waits' ? 'now' : 'no more';
    if (assigned === undefined || (assigned.waits === 'now') === (waits === 'now')) throw new Error(`'${type}' of run ${run}`);
    assigned.waits = waits;
    this.#slotless += waits === 'now' ? 1 : -1;
    if (waits === 'now') this.#slotReport.end(run, now);
    else if (this.#slotReport.isOn) this.#slotReport.begin(run, ofRun(assigned), assigned.begunAt, now);
    // If the attempt was cancelled, the hub only wants to hear that it is over.
    if (this.#connected && !assigned.cancelled) this.#send({ type, jobId: assigned.jobId, ...attemptOf(assigned) });
  }

  #begin(now: number): void {
    while (this.#taken < this.#slots) {
      const assigned = this.#waiting.shift();
      if (assigned === undefined) return;
      const description = this.#jobs.get(assigned.jobId);
      if (description === undefined) throw new Error(`a batch of job ${assigned.jobId}, which is closed`);
      const run = this.#nextRun;
      this.#nextRun += 1;
      this.#stuckSince = now;
      const begun: Running = { ...assigned, description, begunAt: now, cancelled: false, waits: 'never' };
      this.#running.set(run, begun);
      if (this.#slotReport.isOn) this.#slotReport.begin(run, ofRun(begun), now, now);
      this.#effects.push({ type: 'run', run, jobId: assigned.jobId, description, batch: assigned.batch });
    }
  }

  #cancel(attempt: JobAttempt): void {
    const same = ofAttempt(attempt);
    this.#dropWaiting(same);
    this.#held.delete(attempt);
    for (const assigned of this.#running.values()) {
      if (!assigned.cancelled && same(assigned)) this.#abort(assigned);
    }
  }

  #abort(assigned: Running): void {
    assigned.cancelled = true;
    this.#effects.push({ type: 'abort', jobId: assigned.jobId, ...attemptOf(assigned) });
  }

  #handBack(assigned: Running, reason: string): void {
    if (!this.#connected) {
      this.#abort(assigned);
      return;
    }
    assigned.cancelled = true;
    const { jobId } = assigned;
    this.#effects.push({ type: 'handBack', jobId, loss: { ...attemptOf(assigned), cause: 'wasted', reason } });
  }

  #close(jobId: string): void {
    if (!this.#jobs.has(jobId)) return;
    this.#dropWaiting((assigned) => assigned.jobId === jobId);
    this.#held.deleteJob(jobId);
    for (const assigned of this.#running.values()) if (assigned.jobId === jobId) assigned.cancelled = true;
    this.#forget(jobId);
  }

  /** Nothing of the job waits, or is to be answered. */
  #forget(jobId: string): void {
    this.#jobs.delete(jobId);
    this.#effects.push({ type: 'forget', jobId });
  }

  #dropWaiting(isDropped: (assigned: Assigned) => boolean): void {
    const dropped = this.#waiting.filter(isDropped);
    this.#waiting = this.#waiting.filter((assigned) => !isDropped(assigned));
    for (const assigned of dropped) this.#answerLost(assigned, 'cancelled', 'it was cancelled');
  }

  /** It drains: what is to be done about that now. */
  #leave(now: number): void {
    const isIdle = this.#running.size === 0;
    const isDone = isIdle && this.#held.size === 0;
    const reason = isDone ? undefined : this.#draining.goOn(isIdle && !this.#connected, now);
    if (!isDone && reason === undefined) return;
    const batches = this.#wanted.length;
    for (const assigned of this.#wanted) {
      this.#handBack(assigned, `its worker had to go: ${reason ?? ''}`);
    }
    this.#draining.leave(now, reason === undefined ? undefined : { batches, reason });
    if (this.#connected) this.#send({ type: 'leaving' });
    else this.#drained();
  }

  /** It is over, once. */
  #drained(): void {
    if (this.#draining.isOver) return;
    this.#draining.end();
    const { undone } = this;
    const { reason } = this.#draining.leftBehind ?? {};
    const isAllDone = reason === undefined || undone.batches + undone.results === 0;
    this.#effects.push(isAllDone ? { type: 'drained' } : { type: 'drained', undone, reason });
  }

  #drain(order: DrainOrder, now: number): void {
    if (!this.#draining.begin(order, now)) return;
    if (this.#connected) this.#sayDraining();
    this.#giveBackWaiting('the worker is draining');
  }

  #giveBackWaiting(reason: string): void {
    for (const assigned of this.#waiting) this.#answerLost(assigned, 'returned', reason);
    this.#waiting = [];
  }

  /** An answer that need not be kept: nothing was done. */
  #answerLost({ jobId, batch: { seq, attempt } }: Assigned, cause: BatchLoss['cause'], reason: string): void {
    if (this.#connected) this.#send({ type: 'lost', jobId, loss: { seq, attempt, cause, reason } });
  }

  /** Says what it has. Jobs of which it has nothing are forgotten: the hub describes them again. */
  #report(): void {
    const begun = [...this.#running.values()];
    const running = byJobId(this.#wanted);
    const held = this.#held.byJob();
    const possessions: Possession[] = [];
    for (const jobId of this.#jobs.keys()) {
      const possession = { jobId, running: (running.get(jobId) ?? []).map(ticketedOf), held: held.get(jobId) ?? [] };
      if (possession.running.length + possession.held.length > 0) possessions.push(possession);
      else this.#forget(jobId);
    }
    const ending = begun
      .filter((assigned) => assigned.cancelled)
      .map((assigned) => ({ jobId: assigned.jobId, ...attemptOf(assigned) }));
    for (const message of reportMessages(possessions, ending)) this.#send(message);
  }

  #offer(): void {
    if (!this.#connected) return;
    // This comes first, so that the hub gives it nothing.
    if (this.#draining.isDraining) this.#sayDraining();
    if (this.#slots > 0) this.#send({ type: 'offer', slots: this.#slots, offers: this.#offers });
  }

  #sayDraining(): void {
    const { broken } = this.#draining;
    this.#send({ type: 'draining', ...(broken !== undefined && { broken }) });
  }

  #send(message: WorkerToHub): void {
    this.#effects.push({ type: 'send', message });
  }
}

function ofRun({ jobId, description, batch: { seq, attempt } }: Running): BatchOfRun {
  return { jobId, seq, attempt, description, chain: nameOfChain(description.stages) };
}

function attemptOf({ batch: { seq, attempt } }: Assigned): { readonly seq: number; readonly attempt: number } {
  return { seq, attempt };
}

function ticketedOf(assigned: Running): Ticketed {
  return { ...attemptOf(assigned), ticket: assigned.ticket, ...(assigned.waits === 'now' && { waiting: true }) };
}

function byJobId(begun: readonly Running[]): ReadonlyMap<string, readonly Running[]> {
  const byJob = new Map<string, Running[]>();
  for (const assigned of begun) {
    const before = byJob.get(assigned.jobId);
    if (before === undefined) byJob.set(assigned.jobId, [assigned]);
    else before.push(assigned);
  }
  return byJob;
}

function ofAttempt({ jobId, seq, attempt }: JobAttempt): (assigned: Assigned) => boolean {
  return (assigned) => assigned.batch.seq === seq && assigned.batch.attempt === attempt && assigned.jobId === jobId;
}
