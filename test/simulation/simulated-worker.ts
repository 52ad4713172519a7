import { Drive } from '../../src/drive.js';
import { WorkerSession } from '../../src/core/worker-session.js';
import type { SessionEffect, SessionEvent } from '../../src/core/worker-session-events.js';
import { JobExecution } from '../../src/executor/run-batch.js';
import { SlotWaits } from '../../src/executor/slot-waits.js';
import type { Registry } from '../../src/operation/registry.js';
import type {
  Attempt,
  Batch,
  BatchLoss,
  HubToWorker,
  JobAttempt,
  JobDescription,
  Offers,
  WorkerToHub,
} from '../../src/protocol/messages.js';
import { doingOf } from '../../src/worker/doing.js';
import { jobIdOf, leaderOf } from '../../src/protocol/job-id.js';
import type { Outcome } from '../../src/protocol/outcome.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { handedBack } from '../../src/worker/handed-back.js';
import type { Guest } from './network.js';
import { OddReports } from './odd-reports.js';
import type { Party } from './party.js';
import { validating } from './validating.js';

/** How elements behave when they are executed. */
export interface Conduct {
  /** Virtual time of a unit. */
  unitMs(jobId: string, index: number): number;
  /** The first unit that makes an end of the execution, and how. */
  ending(
    jobId: string,
    batch: Batch,
  ): { readonly offset: number; readonly how: 'death' | 'timeout' | 'wasted' | 'crash' } | undefined;
  /** How long an aborted operation takes to end. */
  graceMs(): number;
  /** Whether something in the batch waits for a job that is not over. */
  waits(jobId: string, batch: Batch): boolean;
  /** An execution begins, of so many units; `isDeadly`: it comes to nothing. */
  begun(jobId: string, chainId: string, description: JobDescription, batch: Batch, isDeadly: boolean): void;
  /** An execution is handed back in the midst of it: only its first units were begun, so many. */
  handedBack(jobId: string, attempt: Attempt, begun: number): void;
  /** Its operations have been called. */
  ended(jobId: string, attempt: Attempt): void;
}

/** How long a worker that goes has for it, and why it does, if it is broken. */
export interface Leave {
  readonly withinMs?: number;
  readonly broken?: string;
}

/** An execution that has not settled. */
interface Run extends JobAttempt {
  /** The job of the whole chain. */
  readonly chainId: string;
  readonly batch: Batch;
  settled: boolean;
  /** When its first unit was begun, and how many are executed; undefined: none was begun yet. */
  begun?: { readonly at: number; readonly units: number };
}

/** How often an execution looks whether the job that it waits for is over. */
const lookMs = 20;

/** A worker: the real session, executing real operations, which take virtual time. */
export class SimulatedWorker implements Guest<WorkerToHub, HubToWorker> {
  readonly id: string;
  readonly party: Party;
  readonly reports: OddReports;
  readonly #session = new WorkerSession();
  readonly #drive: Drive<SessionEvent, SessionEffect>;
  readonly #registry: Registry;
  readonly #conduct: Conduct;
  readonly #crash: () => void;
  readonly #executions = new Map<string, JobExecution>();
  readonly #runs = new Map<number, Run>();
  #send: ((message: WorkerToHub) => void) | undefined;
  /** How many batches and results it left undone when it had drained. */
  undone = 0;
  /** Told when it has drained. */
  #drained: () => void = () => undefined;

  /** @param crash ends its process */
  constructor(id: string, slots: number, registry: Registry, offers: Offers, party: Party, conduct: Conduct, crash: () => void) {
    this.id = id;
    this.party = party;
    this.reports = new OddReports(party);
    this.#registry = registry;
    this.#conduct = conduct;
    this.#crash = crash;
    this.#drive = new Drive<SessionEvent, SessionEffect>({
      machine: validating(this.#session),
      perform: (effects) => {
        for (const effect of effects) this.#perform(effect);
      },
      clock: (due) => party.clock(due),
    });
    this.#drive.handle({ type: 'offers', slots, offers });
  }

  /** What it has: nothing, in the end. */
  get load(): WorkerSession['load'] {
    return this.#session.load;
  }

  connected(send: (message: WorkerToHub) => void): void {
    this.#send = send;
    this.#drive.handle({ type: 'connected' });
  }

  received(message: HubToWorker): void {
    this.#drive.handle({ type: 'received', message });
  }

  disconnected(): void {
    this.#send = undefined;
    this.#drive.handle({ type: 'disconnected' });
  }

  drain(drained: () => void, how: Leave): void {
    this.#drained = drained;
    this.#drive.handle({ type: 'drain', ...how });
  }

  #perform(effect: SessionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send?.(effect.message);
        break;
      case 'tell': {
        const doing = doingOf(effect.slots, () => undefined, undefined);
        this.reports.send(() => this.#send?.({ type: 'doing', ...doing }));
        break;
      }
      case 'run':
        this.#run(effect.run, effect.jobId, effect.description, effect.batch);
        break;
      case 'abort':
        this.#abort((run) => run.jobId === effect.jobId && run.seq === effect.seq && run.attempt === effect.attempt);
        break;
      case 'handBack':
        this.#handBack(effect.jobId, effect.loss);
        break;
      case 'forget':
        this.#executions.delete(effect.jobId);
        this.#abort((run) => run.jobId === effect.jobId);
        break;
      case 'drained':
        if (effect.undone !== undefined) this.undone = effect.undone.batches + effect.undone.results;
        this.#drained();
        break;
    }
  }

  #run(run: number, jobId: string, description: JobDescription, batch: Batch): void {
    const { seq, attempt } = batch;
    const chainId = chainOf(jobId, description);
    this.#runs.set(run, { jobId, chainId, seq, attempt, batch, settled: false });
    if (this.#conduct.waits(chainId, batch)) {
      this.#wait(run, () => {
        this.#execute(run, jobId, description, batch);
      });
    } else this.#execute(run, jobId, description, batch);
  }

  /** Gives its slot up until what it waits for is over. */
  #wait(number: number, goOn: () => void): void {
    // The executor never tells of it from within a call.
    this.party.later(0, () => {
      if (!this.#runs.has(number)) return;
      this.#drive.handle({ type: 'waits', run: number });
      this.#look(number, goOn);
    });
  }

  #look(number: number, goOn: () => void): void {
    this.party.later(lookMs, () => {
      const run = this.#runs.get(number);
      if (run === undefined) return;
      if (this.#conduct.waits(run.chainId, run.batch)) {
        this.#look(number, goOn);
        return;
      }
      this.#drive.handle({ type: 'goesOn', run: number });
      goOn();
    });
  }

  #execute(run: number, jobId: string, description: JobDescription, batch: Batch): void {
    const chainId = chainOf(jobId, description);
    const ending = this.#conduct.ending(chainId, batch);
    const allowed = this.#affordable(chainId, batch);
    const isDeadly = ending !== undefined && ending.offset < allowed;
    const count = isDeadly ? ending.offset + 1 : allowed;
    this.#conduct.begun(jobId, chainId, description, { ...batch, count }, isDeadly);
    const executing = this.#runs.get(run);
    if (executing !== undefined) executing.begun = { at: this.party.agenda.now, units: count };
    if (isDeadly) {
      this.party.later(this.#cost(chainId, batch, ending.offset + 1), () => {
        if (ending.how === 'crash') this.#crash();
        else this.#settle(run, lost(batch, ending.how, ending.offset));
      });
      return;
    }
    const execution = this.#executions.get(jobId) ?? new JobExecution(jobId, description, this.#registry, Infinity);
    this.#executions.set(jobId, execution);
    const settle = (outcome: Outcome): void => {
      this.#conduct.ended(jobId, batch);
      const elapsedMs = outcome.type === 'lost' ? 0 : this.#cost(chainId, batch, outcome.result.done);
      const timed = outcome.type === 'lost' ? outcome : { ...outcome, result: { ...outcome.result, elapsedMs } };
      this.party.later(elapsedMs, () => {
        this.#settle(run, timed);
      });
    };
    const control = {
      aborted: false,
      progress: () => undefined,
      watch: () => undefined,
      took: () => undefined,
      waits: new SlotWaits(() => undefined),
    };
    const end = execution.run(firstOf(batch, allowed), control);
    if (end instanceof Promise) {
      this.party.agenda.holdFor(
        end.then(({ outcome }) => {
          settle(outcome);
        }),
      );
    } else settle(end.outcome);
  }

  /** Ends what is running early, after a grace. */
  #abort(isAborted: (run: Run) => boolean): void {
    for (const [number, run] of this.#runs) {
      if (run.settled || !isAborted(run)) continue;
      this.party.later(this.#conduct.graceMs(), () => {
        this.#settle(number, lost(run, 'cancelled'));
      });
    }
  }

  /** As the executor of a real worker knows how far it is. */
  #handBack(jobId: string, loss: BatchLoss): void {
    const isIt = (run: Run): boolean => run.jobId === jobId && run.seq === loss.seq && run.attempt === loss.attempt;
    const run = [...this.#runs.values()].find(isIt);
    this.#abort(isIt);
    if (run === undefined) throw new Error(`nothing runs of attempt ${loss.seq}/${loss.attempt}, which is handed back`);
    const howFar = this.#howFar(run);
    if (howFar !== 'unbegun') this.#conduct.handedBack(jobId, loss, howFar.offset + 1);
    this.#send?.({ type: 'lost', jobId, loss: handedBack(loss, howFar) });
  }

  #howFar({ chainId, batch, begun }: Run): { readonly offset: number; readonly stage: number } | 'unbegun' {
    if (begun === undefined) return 'unbegun';
    let offset = 0;
    while (offset + 1 < begun.units && begun.at + this.#cost(chainId, batch, offset + 1) <= this.party.agenda.now) offset += 1;
    return { offset, stage: 0 };
  }

  #settle(number: number, outcome: Outcome): void {
    const run = this.#runs.get(number);
    if (run === undefined || run.settled) return;
    run.settled = true;
    this.#runs.delete(number);
    this.#drive.handle({ type: 'settled', run: number, outcome });
  }

  /** How many units are executed before the batch's budget is spent: at least one. */
  #affordable(jobId: string, batch: Batch): number {
    if (batch.budgetMs === 0 || batch.units === 'partials') return batch.count;
    let count = 1;
    while (count < batch.count && this.#cost(jobId, batch, count) < batch.budgetMs) count += 1;
    return count;
  }

  #cost(jobId: string, batch: Batch, units: number): number {
    let cost = 0;
    for (let at = 0; at < units; at += 1) cost += this.#conduct.unitMs(jobId, batch.first + at);
    return cost;
  }
}

/** The job that a part of a divided chain is of. */
function chainOf(jobId: string, { part }: JobDescription): string {
  return part === undefined ? jobId : jobIdOf(leaderOf(jobId).leaderId, part.of);
}

/** The batch without the units beyond. */
function firstOf(batch: Batch, count: number): Batch {
  if (count === batch.count) return { ...batch, budgetMs: 0 };
  return { ...batch, budgetMs: 0, count, payload: msgpack.encode(msgpack.decode(batch.payload).slice(0, count)) };
}

function lost(
  { seq, attempt }: { readonly seq: number; readonly attempt: number },
  cause: BatchLoss['cause'],
  offset?: number,
): Outcome {
  const at = offset === undefined ? {} : { offset, stage: 0 };
  return { type: 'lost', loss: { seq, attempt, cause, reason: `by ${cause}`, ...at } };
}
