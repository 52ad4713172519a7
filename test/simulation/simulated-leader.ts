import { Job } from '../../src/core/job/job.js';
import type { JobConfig, JobEvent } from '../../src/core/job/job-events.js';
import type { HubToLeader, JobDescription, LeaderToHub } from '../../src/protocol/messages.js';
import type { Agenda } from './agenda.js';
import type { SimulatedLink } from './simulated-link.js';

/** What a job has brought its subscriber. */
export interface Received {
  readonly values: unknown[];
  readonly skipped: number[];
  end: { readonly type: 'completed' } | { readonly type: 'failed'; readonly error: unknown } | undefined;
}

/** A leader with one job: the real machine over a simulated link. */
export class SimulatedLeader {
  readonly id: string;
  readonly received: Received = { values: [], skipped: [], end: undefined };
  readonly #job: Job;
  readonly #description: JobDescription;
  readonly #agenda: Agenda;
  #toHub: SimulatedLink<LeaderToHub> | undefined;
  #timerAt: number | undefined;

  constructor(id: string, config: JobConfig, description: JobDescription, agenda: Agenda) {
    this.id = id;
    this.#job = new Job(config);
    this.#description = description;
    this.#agenda = agenda;
  }

  get isOver(): boolean {
    return this.received.end !== undefined;
  }

  connect(toHub: SimulatedLink<LeaderToHub>): void {
    this.#toHub = toHub;
  }

  disconnect(): void {
    this.#toHub = undefined;
    this.handle({ type: 'disconnected' });
  }

  receive(message: HubToLeader): void {
    if (message.type === 'welcome') {
      if (this.isOver) return;
      this.#toHub?.send({ type: 'open', job: 1, description: this.#description, priority: 0, labels: [], slots: 0 });
      this.handle({ type: 'connected' });
    } else if (message.type === 'refused') {
      throw new Error(`refused: ${message.message}`);
    } else if (message.type !== 'goodbye') {
      this.handle(message);
    }
  }

  handle(event: JobEvent): void {
    const effects = this.#job.handle(event, this.#agenda.now);
    this.#job.validate();
    for (const effect of effects) {
      if (this.isOver) throw new Error(`effect '${effect.type}' after the end`);
      switch (effect.type) {
        case 'send':
          this.#toHub?.send({ type: 'batch', job: 1, batch: effect.batch });
          break;
        case 'emit':
          if (this.#job.paused) throw new Error('an emission while paused');
          this.received.values.push(...effect.values);
          break;
        case 'skipped':
          this.received.skipped.push(effect.error.index ?? -1);
          break;
        case 'completed':
          this.received.end = { type: 'completed' };
          this.#toHub?.send({ type: 'close', job: 1 });
          break;
        case 'failed':
          this.received.end = { type: 'failed', error: effect.error };
          this.#toHub?.send({ type: 'close', job: 1 });
          break;
        case 'demand':
        case 'closed':
          break;
      }
    }
    this.#arm();
  }

  #arm(): void {
    const at = this.#job.nextDeadline();
    if (at === undefined || at === this.#timerAt) return;
    this.#timerAt = at;
    this.#agenda.after(Math.max(0, at - this.#agenda.now), () => {
      if (this.#timerAt !== at) return;
      this.#timerAt = undefined;
      this.handle({ type: 'tick' });
    });
  }
}
