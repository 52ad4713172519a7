import { WorkerSession } from '../core/worker-session.js';
import type { SessionEffect, SessionEvent, SlotsReport, Undone } from '../core/worker-session-events.js';
import { PaladinError } from '../errors/paladin-error.js';
import { Drive } from '../drive.js';
import { brokenLeaveMs } from '../limits.js';
import type { Executor } from '../executor/executor.js';
import { handedBack } from './handed-back.js';
import type { Dial, Link } from '../link/link.js';
import type { HubLimits, HubToWorker, Offers, WorkerToHub } from '../protocol/messages.js';
import { ordinaryTime, type Time } from '../time.js';
import { doingOf } from './doing.js';
import { WorkerVitals } from './vitals.js';
import { undoneText } from './undone-text.js';
import { guarded } from '../guarded.js';
import { failuresIn, type WorkerEvent } from './worker-event.js';
import { tellActivity, type WorkerActivity } from './worker-activity.js';
import type { WorkerWatcher } from './worker-watcher.js';

/** What the owner of a worker is told. */
export interface WorkerEvents {
  /** The hub has taken the worker, for the first time or again. It says the worker's id and what it admits. */
  ready(id: string, limits: HubLimits): void;
  /** The hub is gone; the worker tries to come back. */
  lost(reason: string): void;
  /** The hub does not want the worker. */
  refused(error: PaladinError): void;
  /** The worker ends, for whatever reason; it may be told again. */
  ended?(): void;
  /** Jobs and batches come and go; undefined: nobody wants to know. */
  readonly activity?: ((activity: WorkerActivity) => void) | undefined;
  /** Batches come to an end; undefined: nobody wants to know. */
  readonly watcher?: WorkerWatcher | undefined;
  /** An operation has failed; undefined: nobody wants to know. */
  readonly failed?: ((failure: WorkerEvent) => void) | undefined;
}

/** Connects a worker's session to its link and its executor. */
export class WorkerDriver {
  readonly #session = new WorkerSession();
  readonly #vitals = new WorkerVitals();
  readonly #executor: Executor;
  readonly #events: WorkerEvents;
  readonly #link: Link<WorkerToHub>;
  readonly #drive: Drive<SessionEvent, SessionEffect>;
  /** Resolves when the worker has drained: with an error when something is left undone. */
  readonly #drained: Promise<Error | undefined>;
  #resolveDrained: (error?: Error) => void = () => undefined;

  constructor(
    dial: Dial<WorkerToHub, HubToWorker>,
    executor: Executor,
    offers: Offers,
    events: WorkerEvents,
    time: Time = ordinaryTime,
  ) {
    const { activity } = events;
    this.#executor = executor;
    this.#events = events;
    this.#drive = new Drive<SessionEvent, SessionEffect>({
      machine: activity === undefined ? this.#session : tellActivity(this.#session, activity),
      perform: (effects) => {
        for (const effect of effects) this.#perform(effect);
      },
      clock: time.clock,
    });
    this.#drained = new Promise((resolve) => {
      this.#resolveDrained = resolve;
    });
    this.offer(offers);
    this.#link = dial({
      opened: () => {
        this.#drive.handle({ type: 'connected' });
      },
      received: (message) => {
        if (message.type === 'welcome') events.ready(message.id, message.limits);
        if (message.type === 'watch' && message.everyMs === 0) this.#vitals.stop();
        this.#drive.handle({ type: 'received', message });
      },
      lost: (reason) => {
        this.#vitals.stop();
        this.#drive.handle({ type: 'disconnected' });
        events.lost(reason);
      },
      refused: (error) => {
        this.#drive.handle({ type: 'disconnected' });
        // If the worker drains, it cannot hand in its results there.
        this.#resolveDrained(this.#undoneError(this.undone, error.message, error));
        events.refused(error);
      },
    });
  }

  /** What the worker offers from now on. */
  offer(offers: Offers): void {
    this.#drive.handle({ type: 'offers', slots: this.#executor.slots, offers });
  }

  /** What the link waits for, where there is no connection yet; undefined: nothing is known of that. */
  get awaits(): string | undefined {
    return this.#link.awaits;
  }

  /** What would be lost if it ended now. */
  get undone(): Undone {
    return this.#session.undone;
  }

  /** How many batches run. */
  get running(): number {
    return this.#session.load.running;
  }

  /**
   * Finishes what is running, hands the results in, and closes. It rejects when something is left undone. The worker is closed
   * then, too.
   */
  async drain(withinMs: number): Promise<void> {
    this.#drive.handle({ type: 'drain', withinMs });
    const error = await this.#drained;
    await this.close();
    if (error !== undefined) throw error;
  }

  /** Says why nothing can be executed any more, hands the results in if there is a hub, and closes. */
  async leaveBroken(broken: string): Promise<void> {
    this.#drive.handle({ type: 'drain', withinMs: brokenLeaveMs, broken });
    await this.#drained;
    await this.close();
  }

  #undoneError({ batches, results }: Undone, reason: string, cause?: Error): PaladinError | undefined {
    if (batches + results === 0) return undefined;
    const what = undoneText({ batches, results });
    const code = batches === 0 ? 'HUB_UNREACHABLE' : 'CLOSED';
    return new PaladinError(code, `the worker ended with work undone: ${what} (${reason}); other workers execute it again`, {
      cause,
    });
  }

  /** Closes at once: what is running is abandoned, and goes to other workers. */
  async close(): Promise<void> {
    this.#events.ended?.();
    this.#vitals.stop();
    this.#drive.end();
    this.#resolveDrained();
    await this.#link.close();
    await this.#executor.close();
  }

  #tell(slots: SlotsReport): void {
    const doing = doingOf(slots, (batch) => this.#executor.stageOf?.(batch), this.#vitals.read());
    this.#link.send({ type: 'doing', ...doing });
  }

  #handBack({ jobId, loss }: Extract<SessionEffect, { type: 'handBack' }>): void {
    const howFar = this.#executor.abort({ jobId, seq: loss.seq, attempt: loss.attempt });
    this.#link.send({ type: 'lost', jobId, loss: handedBack(loss, howFar) });
  }

  #perform(effect: SessionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#link.send(effect.message);
        break;
      case 'tell':
        this.#tell(effect.slots);
        break;
      case 'run': {
        const { run, jobId, description, batch } = effect;
        this.#executor.run(
          jobId,
          description,
          batch,
          (outcome) => {
            this.#drive.handle({ type: 'settled', run, outcome });
            const { failed, watcher } = this.#events;
            watcher?.settled(description, batch, outcome);
            if (failed === undefined) return;
            for (const failure of failuresIn(jobId, description, batch, outcome)) guarded(() => failed(failure));
          },
          (isWaiting) => {
            this.#drive.handle({ type: isWaiting ? 'waits' : 'goesOn', run });
          },
        );
        break;
      }
      case 'abort':
        this.#executor.abort(effect);
        break;
      case 'handBack':
        this.#handBack(effect);
        break;
      case 'forget':
        this.#executor.forget(effect.jobId);
        break;
      case 'drained':
        this.#resolveDrained(effect.undone && this.#undoneError(effect.undone, effect.reason ?? ''));
        break;
    }
  }
}
