/**
 * The leader's part of a job: one subscription of one stage chain.
 *
 * Theory of operation. Elements come from the source into the backlog. The job cuts contiguous batches off it (`BatchSizing` says
 * how large), encodes them and sends them. It does so while the hub is connected, has slots for the job and admits more. It keeps
 * each batch, as bytes, until it is settled (`BatchLedger`). A result settles a batch. A batch that is lost is sent again, under
 * the next attempt number. Units that failed are judged one by one: they are tried again alone, are left out, or end the job.
 * Outputs go to `Emission`, which brings them into source order. Partials go to `Fold`, which makes further batches of them until
 * one partial is left. `dispatch.ts` sends, `settlement.ts` settles, `judgement.ts` judges. They share `JobState`.
 *
 * Rules.
 * 1. An element is in exactly one place: in the backlog, in one batch, waiting for emission, in a partial, or released. So none
 *    is emitted twice and none is lost. A result whose batch is settled already is dropped and counted.
 * 2. Elements that are cut and not released never exceed the window. Elements in partials do not count: partials have bounds of
 *    their own. A slow element holds up emission, but not dispatch within the window. It does not hold up a fold, which emits
 *    nothing before its end.
 * 3. The element whose error ends a job is the first that fails in source order. Before that, everything before it is emitted, or
 *    folded into partials. When partials cannot be combined, the first one to fail ends the job.
 * 4. A batch that is lost while executing is split until the element that kills is alone. Only then does the element collect
 *    deaths. A batch that was lost with its worker is sent again whole at first: the worker may be back with the answer. It is
 *    split when that happens again.
 * 5. Nothing is sent while the job is not open at the hub. What was under way stays under way. Once the hub is back, it answers
 *    for each attempt: with what became of it, or as lost. Several attempts of a batch may be under way. The first success
 *    settles the batch, and the others are cancelled.
 * 6. When something that should be sent finds no slot for too long, the job ends with `NO_WORKER`. It ends at once when no worker
 *    can come. Before that, it says that it waits (`starving`).
 * 7. While it is paused, no output is emitted and the job does not complete. It goes on within the window and the bytes that it
 *    may have under way. Outputs that wait count against these bytes. Then it stops. A refusal and a failed combine still end it.
 * 8. An event emits the outputs of one batch at most. Where more are due, the job wants a tick at once.
 * 9. A job of maps may be rewound when all is settled and the source goes on. The next element is the first again. The numbers of
 *    batches go on.
 * 10. A chain that no worker executes whole, but several do in parts, is divided (`division.ts`). The job is over, and two others
 *     go on with what it leaves. Each is a job like this one, of some of the stages, but of elements whose indices are those of
 *     the whole chain.
 */
import { PaladinError } from '../../errors/paladin-error.js';
import { maxBatchElements } from '../../limits.js';
import type { UnderWay } from '../../protocol/messages.js';
import type { Machine } from '../machine.js';
import type { BatchRecord } from './batch-ledger.js';
import { dispatch } from './dispatch.js';
import { divide, divisionDueAt, planDivision } from './division.js';
import { factsOf, type Asking, type JobFacts } from './facts.js';
import type { Fold } from '../fold/fold.js';
import { underWay } from './expected-time.js';
import type { JobConfig, JobEffect, JobEnd, JobEvent, PlaceEvent } from './job-events.js';
import { JobState } from './job-state.js';
import { readValues } from './result-check.js';
import { fromPart, lossFromPart } from './stages-of-part.js';
import { takeIn } from './source-intake.js';
import { nextStragglerAt } from './speculation.js';
import { Starvation } from './starvation.js';
import { adopt, settleLoss, settleResult } from './settlement.js';
import { isA, messageOf } from '../../errors/thrown.js';

export class Job implements Machine<JobEvent, JobEffect> {
  readonly #state: JobState;
  readonly #starvation: Starvation;
  #over = false;

  constructor(config: JobConfig) {
    this.#state = new JobState(config);
    this.#starvation = new Starvation(this.#state);
  }

  /** Whether it is over: it handles nothing more. */
  get over(): boolean {
    return this.#over;
  }

  /** Results that came for batches which were settled already. */
  get staleResults(): number {
    return this.#state.staleResults;
  }

  /** How much of it is at the hub. */
  get load(): { readonly batches: number; readonly bytes: number } {
    return { batches: this.#state.ledger.sent, bytes: this.#state.ledger.bytesSent };
  }

  /** The attempts that the hub is to answer for. */
  get underWay(): UnderWay[] {
    return underWay(this.#state);
  }

  /** Whether it emits nothing at present. */
  get paused(): boolean {
    return this.#state.emission.paused;
  }

  /** Whether it has something to send, and waits for a place, a slot or room at the hub. */
  get wanting(): boolean {
    return (this.#state.wanting || this.#state.blocked) && !this.#over;
  }

  /** Whether it waits for the leader's other jobs to leave it room at the hub. */
  get blocked(): boolean {
    return this.#state.blocked && !this.#over;
  }

  /** Whether it is the error with which its source has failed: it passes through as it is. */
  isOfSource(error: unknown): boolean {
    const { source } = this.#state;
    return source.state === 'failed' && source.error === error;
  }

  /** Why it has waited long for a worker; undefined: it has not. */
  get starving(): string | undefined {
    return this.#over ? undefined : this.#starvation.warning;
  }

  /** What it says of itself. Once it is over, that is how it has ended. */
  facts(asking: Asking): JobFacts {
    return factsOf(this.#state, this.#over ? undefined : this.#starvation.missing, asking);
  }

  handle(event: JobEvent, now: number): JobEffect[] {
    if (this.#over) return [];
    const state = this.#state;
    const inHand = state.open();
    try {
      this.#apply(event, now);
      if (!state.ending) this.#advance(now);
    } catch (error) {
      // What a worker sent made no sense, or the fold has no identity; every other error is a bug and goes on.
      if (!isA(error, PaladinError)) throw error;
      inHand.endWith({ type: 'failed', error });
    }
    state.tally.look(state, now);
    if (inHand.end !== undefined) this.#letGo(inHand.end);
    return inHand.close();
  }

  /** 0: at once. */
  nextDeadline(): number | undefined {
    if (this.#state.emission.hasMore) return 0;
    const due = this.#state.ledger.nextDueAt() ?? Infinity;
    const straggler = nextStragglerAt(this.#state) ?? Infinity;
    const deadline = Math.min(
      due,
      this.#starvation.dueAt,
      straggler,
      this.#state.fold?.lookAt ?? Infinity,
      divisionDueAt(this.#state) ?? Infinity,
    );
    return this.#over || deadline === Infinity ? undefined : deadline;
  }

  validate(): void {
    if (this.#over) return;
    this.#state.validate();
    // Ticks that are due at once come first.
    if (!this.#state.emission.hasMore) this.#starvation.validate();
    const { source, uncut, ledger, fold, slots, blocked, stopAt } = this.#state;
    const isLeft = fold !== undefined && fold.size > 1 && stopAt === Infinity;
    const isWaiting = source.state === 'open' || uncut + ledger.size > 0 || slots === 0 || blocked;
    const isStuck = isLeft && !isWaiting && this.nextDeadline() === undefined;
    if (isStuck) throw new Error(`partials are held, and nothing will ever combine them; ${this.#state.story()}`);
  }

  #apply(event: JobEvent, now: number): void {
    const state = this.#state;
    switch (event.type) {
      case 'elements':
      case 'leftOut':
      case 'sourceCompleted':
      case 'sourceFailed':
      case 'rewound':
        takeIn(state, event);
        break;
      case 'connected':
      case 'placeWanted':
      case 'disconnected':
      case 'capacity':
        this.#changePlace(event, now);
        break;
      case 'result':
        state.begun = true;
        state.tally.answeredAt = now;
        settleResult(state, event, fromPart(event.result, state.from), now);
        break;
      case 'lost':
        state.tally.answeredAt = now;
        state.begun ||= event.workerId !== '';
        settleLoss(state, event, lossFromPart(event.loss, state.from), now);
        break;
      case 'located':
        state.whereabouts.heard(event, now);
        break;
      case 'looked':
        state.whereabouts.look(state, now);
        break;
      case 'adopted':
        state.begun = true;
        adopt(state, event, now);
        break;
      case 'paused':
        state.emission.pause();
        break;
      case 'resumed':
        state.emission.resume();
        break;
      case 'refused':
        state.inHand.endWith({ type: 'failed', error: event.error });
        break;
      case 'cancelled':
        state.inHand.endWith({ type: 'closed' });
        break;
      case 'tick':
        break;
    }
  }

  #changePlace(event: PlaceEvent, now: number): void {
    const state = this.#state;
    switch (event.type) {
      case 'connected':
        state.connected = true;
        // Until the hub says how many there are: a lone element need not wait for that.
        state.slots = 1;
        break;
      case 'placeWanted':
        this.#leavePlace();
        break;
      case 'disconnected':
        if (state.connected) state.disconnectedAt = now;
        state.division = undefined;
        state.connected = false;
        state.slots = 0;
        state.sizing.allLost();
        break;
      case 'capacity':
        // What was said of the place that it has left is not true any more.
        if (!state.connected) break;
        state.slots = event.slots;
        this.#starvation.heard(event);
        planDivision(state, event.divideAt, now);
        break;
    }
  }

  #leavePlace(): void {
    const state = this.#state;
    if (!state.connected || state.ledger.sent > 0) return;
    state.division = undefined;
    state.connected = false;
    state.slots = 0;
    state.inHand.put({ type: 'placeLeft' });
  }

  /** What follows from the present state, after each event. */
  #advance(now: number): void {
    const state = this.#state;
    for (const part of state.ledger.wake(now)) state.fold?.put(part);
    state.emission.release(state.inHand);
    // All room for further batches is known once all that may be emitted is.
    if (state.emission.hasMore) return;
    const { division } = state;
    if (division !== undefined && !state.ending && (divisionDueAt(state) ?? Infinity) <= now) {
      divide(state, division.at);
      return;
    }
    if (!state.ending) dispatch(state, now);
    if (!state.ending) this.#complete();
    if (state.ending) return;
    const error = this.#starvation.watch(now);
    if (error !== undefined) state.inHand.endWith({ type: 'failed', error });
    else this.#demand();
  }

  #complete(): void {
    const { fold, source, uncut, emission, inHand } = this.#state;
    if (source.state === 'open' || uncut > 0 || emission.paused || !this.#isReleased()) return;
    if (source.state === 'failed') inHand.endWith({ type: 'failed', error: source.error });
    else if (fold === undefined) inHand.endWith({ type: 'completed' });
    else this.#completeFold(fold);
  }

  /** Whether all has been emitted or left out that is to be. */
  #isReleased(): boolean {
    const { emission, cut, source, ledger } = this.#state;
    if (emission.released >= cut) return true;
    // An element that failed in an earlier part of the chain never comes. Nor do elements behind it that wait here since before
    // the chain was divided.
    return source.state === 'failed' && !ledger.inOrder().some(hasElements);
  }

  #completeFold(fold: Fold): void {
    const { cut, config, inHand } = this.#state;
    const whole = fold.whole(cut);
    if (whole === undefined && cut > 0) return;
    const values = whole?.bytes === undefined ? [this.#identity()] : readValues(config.serializer, whole.bytes, 1);
    inHand.put({ type: 'emit', values });
    this.#state.tally.emitted = 1;
    inHand.endWith({ type: 'completed' });
  }

  #identity(): unknown {
    const { empty, stages } = this.#state.config;
    try {
      return empty?.();
    } catch (error) {
      const operation = stages.at(-1)?.operation;
      const message = `the identity of operation '${operation}' cannot be had: ${messageOf(error)}`;
      throw new PaladinError('OPERATION_FAILED', message, { operation, cause: error });
    }
  }

  /** Lets a source that can be asked emit as much as keeps the batches full, within the window. */
  #demand(): void {
    const { source, sizing, slots, cut, room, inHand, foldsElements } = this.#state;
    if (source.state !== 'open') return;
    const enough = sizing.full * sizing.inFlightLimit(Math.max(1, slots));
    // Elements that come one at a time are partials at once. So the job never learns how many make a batch.
    const total = cut + Math.min(room, foldsElements ? Math.max(enough, maxBatchElements) : enough);
    if (total <= this.#state.demanded) return;
    inHand.put({ type: 'demand', count: total - this.#state.demanded });
    this.#state.demanded = total;
  }

  #letGo({ type }: JobEnd): void {
    this.#over = true;
    // What others go on with stays as it is.
    if (type !== 'divided') this.#state.clear();
  }
}

function hasElements({ units }: BatchRecord): boolean {
  return units === 'elements';
}
