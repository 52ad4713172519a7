/**
 * The worker's part: what it was given, what it executes, what it answers.
 *
 * Theory of operation. Batches are begun in the order in which they come, one a slot; the others wait. Every batch that was taken is
 * answered exactly once, with a result or as lost, while the worker is connected to the hub that gave it.
 *
 * Rules.
 * 1. Never are more batches running than there are slots.
 * 2. When a job is closed, or the hub is gone, its batches are dropped, what is running of them is aborted, and nothing of it is
 *    answered any more: its leader has given them to others. An aborted batch keeps its slot until it has come to an end.
 * 3. A draining worker begins nothing: what waits goes back, and what runs is finished. Then it leaves, and is drained once the hub has
 *    said goodbye, or is gone.
 */
import type { Outcome } from '../protocol/outcome.js';
import type { Batch, HubToWorker, JobDescription, Offers, WorkerToHub } from '../protocol/messages.js';
import { shortened } from '../protocol/shortened.js';
import type { Machine } from './machine.js';

export type SessionEvent =
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected' }
  | { readonly type: 'received'; readonly message: HubToWorker }
  /** What the worker has to offer, at first and when it changes. */
  | { readonly type: 'offers'; readonly slots: number; readonly offers: Offers }
  /** The executor has settled a run. */
  | { readonly type: 'settled'; readonly run: number; readonly outcome: Outcome }
  /** Come to an end in good order. */
  | { readonly type: 'drain' };

export type SessionEffect =
  | { readonly type: 'send'; readonly message: WorkerToHub }
  | {
      readonly type: 'run';
      readonly run: number;
      readonly jobId: string;
      readonly description: JobDescription;
      readonly batch: Batch;
    }
  /** Abort what is running of the job, and forget what was set up for it. */
  | { readonly type: 'forget'; readonly jobId: string }
  /** All that was begun is finished and answered. */
  | { readonly type: 'drained' };

interface Task {
  readonly jobId: string;
  readonly batch: Batch;
}

export class WorkerSession implements Machine<SessionEvent, SessionEffect> {
  readonly #jobs = new Map<string, JobDescription>();
  #waiting: Task[] = [];
  /** By run number; a run whose job is closed stays here, unanswered, until it has come to an end. */
  readonly #running = new Map<number, Task & { abandoned: boolean }>();
  #nextRun = 0;
  #slots = 0;
  #offers: Offers = { operations: [], serializers: [], labels: [] };
  #connected = false;
  #draining = false;
  /** It has nothing left to do: waits for the hub's goodbye, or has it. */
  #leaving = false;
  #effects: SessionEffect[] = [];

  handle(event: SessionEvent): SessionEffect[] {
    this.#effects = [];
    switch (event.type) {
      case 'connected':
        this.#connected = true;
        this.#offer();
        break;
      case 'disconnected':
        this.#connected = false;
        for (const jobId of this.#jobs.keys()) this.#close(jobId);
        if (this.#leaving) this.#effects.push({ type: 'drained' });
        break;
      case 'received':
        this.#receive(event.message);
        break;
      case 'offers':
        this.#slots = event.slots;
        this.#offers = event.offers;
        this.#offer();
        break;
      case 'settled':
        this.#settled(event.run, event.outcome);
        break;
      case 'drain':
        this.#drain();
        break;
    }
    this.#begin();
    if (this.#draining && !this.#leaving && this.#running.size === 0) {
      this.#leaving = true;
      if (this.#connected) this.#send({ type: 'leaving' });
      else this.#effects.push({ type: 'drained' });
    }
    return this.#effects;
  }

  nextDeadline(): undefined {
    return undefined;
  }

  validate(): void {
    if (this.#running.size > this.#slots) throw new Error(`${this.#running.size} batches running in ${this.#slots} slots`);
    if (this.#waiting.length > 0 && this.#running.size < this.#slots) throw new Error('a batch waits while a slot is free');
    if (!this.#connected && this.#waiting.length > 0) throw new Error('batches of a hub that is gone');
    for (const { jobId } of this.#waiting) {
      if (!this.#jobs.has(jobId)) throw new Error(`a batch of job ${jobId}, which is closed`);
    }
  }

  #receive(message: HubToWorker): void {
    switch (message.type) {
      case 'job':
        this.#jobs.set(message.jobId, message.description);
        break;
      case 'assign':
        // Of a job that this worker closed with the connection before, or does not know: the hub will hear of it as never begun.
        if (this.#draining || !this.#jobs.has(message.jobId)) this.#return(message);
        else this.#waiting.push({ jobId: message.jobId, batch: message.batch });
        break;
      case 'close':
        this.#close(message.jobId);
        break;
      case 'welcome':
        break;
      case 'goodbye':
        if (this.#leaving) this.#effects.push({ type: 'drained' });
        break;
    }
  }

  #settled(run: number, outcome: Outcome): void {
    const task = this.#running.get(run);
    if (task === undefined) throw new Error(`run ${run} settled, which is not running`);
    this.#running.delete(run);
    if (task.abandoned || !this.#connected) return;
    const { jobId } = task;
    this.#send(
      outcome.type === 'result'
        ? { type: 'result', jobId, result: outcome.result }
        : { type: 'lost', jobId, loss: { ...outcome.loss, reason: shortened(outcome.loss.reason) } },
    );
  }

  #begin(): void {
    while (this.#running.size < this.#slots) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      const description = this.#jobs.get(task.jobId);
      if (description === undefined) throw new Error(`a batch of job ${task.jobId}, which is closed`);
      const run = this.#nextRun;
      this.#nextRun += 1;
      this.#running.set(run, { ...task, abandoned: false });
      this.#effects.push({ type: 'run', run, jobId: task.jobId, description, batch: task.batch });
    }
  }

  #close(jobId: string): void {
    if (!this.#jobs.delete(jobId)) return;
    this.#waiting = this.#waiting.filter((task) => task.jobId !== jobId);
    for (const task of this.#running.values()) if (task.jobId === jobId) task.abandoned = true;
    this.#effects.push({ type: 'forget', jobId });
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    if (this.#connected) this.#send({ type: 'draining' });
    for (const task of this.#waiting) this.#return(task);
    this.#waiting = [];
  }

  #return({ jobId, batch }: Task): void {
    const loss = { seq: batch.seq, attempt: batch.attempt, cause: 'returned', reason: 'the worker is draining' } as const;
    this.#send({ type: 'lost', jobId, loss });
  }

  #offer(): void {
    if (this.#connected && this.#slots > 0) this.#send({ type: 'offer', slots: this.#slots, offers: this.#offers });
    if (this.#connected && this.#draining) this.#send({ type: 'draining' });
  }

  #send(message: WorkerToHub): void {
    this.#effects.push({ type: 'send', message });
  }
}
