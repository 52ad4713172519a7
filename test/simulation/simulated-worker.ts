import { WorkerSession, type SessionEvent } from '../../src/core/worker-session.js';
import type { Outcome } from '../../src/protocol/outcome.js';
import { JobExecution } from '../../src/executor/run-batch.js';
import type { Registry } from '../../src/operation/registry.js';
import type { Batch, HubToWorker, JobDescription, WorkerToHub } from '../../src/protocol/messages.js';
import type { Agenda } from './agenda.js';
import type { SimulatedLink } from './simulated-link.js';

/** How long operations take, and which elements kill the thread that executes them. */
export interface Durations {
  /** Virtual time of an element, or of a unit that is combined. */
  elementMs(index: number): number;
  /** The offset of the unit at which the thread dies; undefined: it does not. */
  deathAt(jobId: string, batch: Batch): number | undefined;
}

/** A worker: the real session over a simulated link, executing real operations in virtual time. */
export class SimulatedWorker {
  readonly id: string;
  readonly #session = new WorkerSession();
  readonly #agenda: Agenda;
  readonly #registry: Registry;
  readonly #durations: Durations;
  readonly #executions = new Map<string, JobExecution>();
  #toHub: SimulatedLink<WorkerToHub> | undefined;
  #alive = true;

  constructor(id: string, slots: number, registry: Registry, agenda: Agenda, durations: Durations) {
    this.id = id;
    this.#registry = registry;
    this.#agenda = agenda;
    this.#durations = durations;
    this.#handle({ type: 'offers', slots, offers: { ...registry.offers(), labels: [] } });
  }

  connect(toHub: SimulatedLink<WorkerToHub>): void {
    this.#toHub = toHub;
    this.#handle({ type: 'connected' });
  }

  disconnect(): void {
    this.#toHub = undefined;
    this.#handle({ type: 'disconnected' });
  }

  /** The process is gone. */
  kill(): void {
    this.#alive = false;
  }

  receive(message: HubToWorker): void {
    this.#handle({ type: 'received', message });
  }

  #handle(event: SessionEvent): void {
    if (!this.#alive) return;
    const effects = this.#session.handle(event);
    this.#session.validate();
    for (const effect of effects) {
      switch (effect.type) {
        case 'send':
          this.#toHub?.send(effect.message);
          break;
        case 'run':
          this.#run(effect.run, effect.jobId, effect.description, effect.batch);
          break;
        case 'forget':
          this.#executions.delete(effect.jobId);
          break;
        case 'drained':
          break;
      }
    }
  }

  #run(run: number, jobId: string, description: JobDescription, batch: Batch): void {
    const settle = ({ elapsedMs, outcome }: { readonly elapsedMs: number; readonly outcome: Outcome }): void => {
      this.#agenda.after(elapsedMs, () => {
        this.#handle({ type: 'settled', run, outcome });
      });
    };
    const death = this.#durations.deathAt(jobId, batch);
    if (death !== undefined) {
      const { seq, attempt } = batch;
      const loss = { seq, attempt, cause: 'death', offset: death, reason: 'thread exited' } as const;
      settle({ elapsedMs: this.#cost(batch, death), outcome: { type: 'lost', loss } });
      return;
    }
    const execution = this.#executions.get(jobId) ?? new JobExecution(jobId, description, this.#registry, Infinity);
    this.#executions.set(jobId, execution);
    const end = execution.run({ ...batch, budgetMs: 0 }, { aborted: false, progress: () => undefined, watch: () => undefined });
    if (end instanceof Promise) this.#agenda.holdFor(end.then(({ outcome }) => settle(this.#timed(batch, outcome))));
    else settle(this.#timed(batch, end.outcome));
  }

  /** The outcome as of virtual time. */
  #timed(batch: Batch, outcome: Outcome): { readonly elapsedMs: number; readonly outcome: Outcome } {
    if (outcome.type === 'lost') return { elapsedMs: 0, outcome };
    const elapsedMs = this.#cost(batch, outcome.result.done);
    return { elapsedMs, outcome: { type: 'result', result: { ...outcome.result, elapsedMs } } };
  }

  #cost(batch: Batch, units: number): number {
    let cost = 0;
    for (let at = 0; at < units; at += 1) cost += this.#durations.elementMs(batch.first + at);
    return cost;
  }
}
