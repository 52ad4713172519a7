import { PaladinError } from '../errors/paladin-error.js';
import { thrownKind } from '../errors/operation-errors.js';
import type { Batch, UnitFailure } from '../protocol/messages.js';
import { maxFailureBytes } from '../limits.js';
import { BatchBudget } from './batch-budget.js';
import type { BatchControl } from './batch-control.js';
import { timeoutOf, type Chain } from './stage-chain.js';
import { failureBytes, thrownFailure, lateFailure } from './unit-failures.js';
import { operationGraceMs } from './limits.js';
import { outputCopy } from './output-copy.js';
import { PartialStack } from './partial-stack.js';
import { ended, isThenable, type Ended } from '../thenable.js';
import { Waiter } from './waiter.js';
import { StageTimer } from './stage-timer.js';
import type { FoldStage, MapStage } from './stage.js';
import { BatchContext, CombineContext, TaskContext } from './task-context.js';

/** What a run waits for: something that an operation returned, or a later turn of the event loop. */
export type Pause = Promise<unknown> | 'turn';

/** A partial: the fold of a maximal run of succeeded units. */
export interface FoldedRun {
  readonly partial: unknown;
  readonly first: number;
  readonly units: number;
}

/**
 * The execution of one batch: sends its units through the stages, one after the other, in order.
 *
 * `advance` goes on until it has to wait for something. Then it returns the promise after which it is to be called again. While
 * operations are synchronous, nothing is awaited and no promise is made. So a unit costs only the call of the operation. Where
 * others share the thread, `advance` stops between two calls of operations when it is their turn.
 *
 * The units before `offset` are settled: as one of `failures`, or as the next output or a part of one of `runs`. The batch is
 * over when `offset` has reached `limit`, or when it is `cancelled`. `limit` falls when the budget is spent or an operation is
 * stuck.
 *
 * A run is folded as a binary counter carries. Partials of equal width are combined as soon as they are neighbours, and the rest
 * when the run ends. So a combine whose cost grows with its result costs n log n in all, not n². When a combine fails, nobody can
 * tell which of its units is to blame. So the run is executed anew, with one unit combined after the other. A fold with a timeout
 * is executed like this from the start.
 */
export class BatchRun {
  offset = 0;
  limit: number;
  readonly failures: UnitFailure[] = [];
  readonly runs: FoldedRun[] = [];
  cancelled = false;
  /** Whether an operation did not settle after it was aborted. It may still be running. */
  stuck = false;
  /** For how long the thread was left to others. */
  awayMs = 0;

  readonly #chain: Chain;
  readonly #batch: Batch;
  readonly #decode: () => readonly unknown[];
  #values: readonly unknown[];
  /** The outputs. The array has room for all from the beginning: one that grows step by step is copied a dozen times. */
  readonly #outputs: unknown[];
  #succeeded = 0;
  /** The failure of a unit that was found to blame. It is not executed again. */
  #condemned: UnitFailure | undefined = undefined;
  readonly #control: BatchControl;
  readonly #shared: BatchContext;
  readonly #waiter = new Waiter();
  /** The context of the operation that is executing. */
  #context: TaskContext | undefined = undefined;

  /** The partials of the current run. In linear order there is one. */
  readonly #partials = new PartialStack();
  /** Where the current run begins; -1: there is none. */
  #runFirst = -1;
  #linear: boolean;
  /** The run is at its end, and its last partials are being combined. */
  #closing = false;
  /** Others have their turn between two combines of one unit. */
  #isCarrying = false;

  #failureBytes = 0;
  readonly #timer: StageTimer;
  readonly #budget: BatchBudget;

  /** @param decode yields the units, fresh each time. It throws when the payload cannot be decoded; then nothing is executed. */
  constructor(
    chain: Chain,
    batch: Batch,
    decode: () => readonly unknown[],
    limit: number,
    control: BatchControl,
    startedMs: number,
  ) {
    this.#chain = chain;
    this.#batch = batch;
    this.#decode = decode;
    this.#values = decode();
    this.#outputs = new Array<unknown>(chain.fold === undefined ? Math.min(limit, this.#values.length) : 0);
    this.#control = control;
    this.#timer = new StageTimer(control, chain.firstStage);
    this.#shared = new BatchContext(chain.jobId, batch, control.waits, chain.fromStage);
    this.limit = limit;
    this.#linear = chain.fold?.timeoutMs !== undefined || chain.fold?.reuses === 'also copied';
    this.#budget = new BatchBudget(batch.budgetMs, startedMs);
  }

  /** What the maps made of the units that succeeded, where there is no fold. */
  takeOutputs(): readonly unknown[] {
    this.#outputs.length = this.#succeeded;
    return this.#outputs;
  }

  /** The thread was left to others for so long. */
  postpone(ms: number): void {
    this.#budget.postpone(ms);
    this.awayMs += ms;
  }

  /**
   * Goes on. When a promise is returned, `advance` is to be called again after it; after 'turn' when it is the turn of this batch
   * again. Never throws; the promise never rejects.
   */
  advance(): Pause | undefined {
    const control = this.#control;
    const { turns } = control;
    for (;;) {
      const offset = this.offset;
      if (this.cancelled || control.aborted) {
        this.cancelled = true;
        return undefined;
      }
      if (this.#isCarrying) {
        this.#isCarrying = false;
        // Only a fold carries.
        const waiting = this.#goOnCarrying(this.#chain.maps.length, this.#chain.fold as FoldStage);
        if (waiting !== undefined) return waiting;
        continue;
      }
      const atEnd = offset >= this.limit;
      if (atEnd || this.#condemned?.offset === offset) {
        const waiting = this.#closeRun();
        if (waiting !== undefined) return waiting;
        // A combine failed, and the run is executed anew.
        if (this.offset !== offset) continue;
        if (this.#condemned?.offset === offset) this.#settleFailed(this.#condemned);
        else return undefined;
        continue;
      }
      // A unit that was found to blame is settled in any case.
      if (offset >= this.#budget.nextLook && this.#condemned === undefined && this.#budget.isSpent(offset)) {
        this.limit = offset;
        continue;
      }
      // The first unit goes with the beginning of the batch.
      if (offset > 0 && turns?.isSpent() === true) return 'turn';
      control.progress(offset, this.#chain.firstStage);
      const waiting = this.#goThrough(this.#values[offset], 0);
      if (waiting !== undefined) return waiting;
    }
  }

  /** Abandons the batch: aborts what is executing, and goes no further. */
  abort(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.#context?.abort();
    this.#waiter.wake();
  }

  /** Sends the current unit through the stages from `from` on. */
  #goThrough(input: unknown, from: number): Pause | undefined {
    const { maps, fold, firstStage, serializer } = this.#chain;
    const index = this.#indexOf(this.offset);
    let value = input;
    let at = from;
    try {
      for (; at < maps.length; at++) {
        // `at` is below the length.
        const stage = maps[at] as MapStage;
        if (at > 0) this.#control.progress(this.offset, at + firstStage);
        if (stage.timeoutMs !== undefined) this.#timer.start(at, stage.timeoutMs);
        const context = new TaskContext(index, at + firstStage, this.#shared);
        this.#context = context;
        const output = stage.execute(value, context);
        if (isThenable(output)) return this.#wait(output, at, context);
        if (stage.timeoutMs !== undefined && this.#timer.isLate(at, stage.timeoutMs)) return this.#failLate(at, stage.timeoutMs);
        value = at + 1 < maps.length ? outputCopy(output, serializer) : output;
      }
      if (fold === undefined) {
        this.#outputs[this.#succeeded++] = this.offset + 1 < this.limit ? outputCopy(value, serializer) : value;
        this.offset++;
        return undefined;
      }
      if (this.#runFirst < 0) this.#runFirst = this.offset;
      this.#partials.push(maps.length > 0 ? outputCopy(value, serializer) : value);
      return this.#carry(at, fold);
    } catch (thrown) {
      return this.#failThrown(thrown, at);
    }
  }

  /** Combines the last partial with the one before it, for as long as it is their turn. Then the current unit is done. */
  #carry(at: number, fold: FoldStage): Pause | undefined {
    const partials = this.#partials;
    const stage = at + this.#chain.firstStage;
    const last = this.#closing ? this.offset - 1 : this.offset;
    while (partials.size > 1) {
      const { leftWidth, rightWidth } = partials;
      if (leftWidth !== rightWidth && !this.#linear && !this.#closing) break;
      if (at > 0) this.#control.progress(last, stage);
      if (fold.timeoutMs !== undefined) this.#timer.start(at, fold.timeoutMs);
      const context = new CombineContext(this.#indexOf(last), stage, this.#shared, leftWidth, rightWidth, last + 1);
      this.#context = context;
      const combined = fold.combine(partials.left, partials.right, context);
      if (isThenable(combined)) return this.#wait(combined, at, context);
      if (fold.timeoutMs !== undefined && this.#timer.isLate(at, fold.timeoutMs)) return this.#failLate(at, fold.timeoutMs);
      if (!this.#join(combined, fold)) return undefined;
      if (partials.size > 1 && this.#control.turns?.isSpent() === true) {
        this.#isCarrying = true;
        return 'turn';
      }
    }
    this.#hold(fold);
    if (!this.#closing) this.offset++;
    return undefined;
  }

  /**
   * Puts a combined value in its place. A combine may fill the same objects anew. Then the partials that are held must be copies.
   * Values that cannot be copied are right only where no other partial is held: one unit after the other, from the start.
   */
  #join(combined: unknown, fold: FoldStage): boolean {
    if (this.#partials.join(combined, fold)) return true;
    if (fold.reuses === 'not seen') {
      fold.reuses = 'seen';
      this.#restartRun();
    } else {
      fold.reuses = 'also copied';
      this.#redoLinearly();
    }
    return false;
  }

  /** The last partial stays while others are combined. */
  #hold(fold: FoldStage): void {
    const partials = this.#partials;
    if (fold.reuses !== 'seen' || this.#closing || partials.rightWidth === 1) return;
    partials.replaceRight(outputCopy(partials.right, this.#chain.serializer));
  }

  /** Waits for the promise that the stage `at` returned, and sends the unit on through the stages after it. */
  async #wait(pending: PromiseLike<unknown>, at: number, context: TaskContext): Promise<unknown> {
    const timeoutMs = timeoutOf(this.#chain, at);
    const settled = ended(pending);
    let end: Ended | 'expired' | 'woken' = 'woken';
    if (!this.cancelled) {
      if (timeoutMs !== undefined) this.#timer.graceFor(at, timeoutMs, operationGraceMs);
      end = await this.#waiter.until(settled, timeoutMs === undefined ? undefined : this.#timer.leftMs(timeoutMs));
    }
    if (end === 'woken') return this.#abandon(settled);
    if (end === 'expired') return this.#expire(settled, at, timeoutMs ?? 0, context);
    if (timeoutMs !== undefined && this.#timer.isLate(at, timeoutMs)) return this.#failLate(at, timeoutMs);
    if ('thrown' in end) return this.#failThrown(end.thrown, at);
    const { maps, serializer } = this.#chain;
    if (at < maps.length) return this.#goThrough(at + 1 < maps.length ? outputCopy(end.value, serializer) : end.value, at + 1);
    // A chain that combines has a fold.
    const fold = this.#chain.fold as FoldStage;
    if (!this.#join(end.value, fold)) return undefined;
    return this.#goOnCarrying(at, fold);
  }

  /** The index of a unit's element; partials go by that of the first. */
  #indexOf(offset: number): number {
    const { first, units } = this.#batch;
    return units === 'elements' ? first + offset : first;
  }

  #goOnCarrying(at: number, fold: FoldStage): Pause | undefined {
    try {
      return this.#carry(at, fold);
    } catch (thrown) {
      return this.#failThrown(thrown, at);
    }
  }

  /** The operation has run past its timeout: the unit has failed, and the operation gets its signal and some time to stop. */
  async #expire(settled: Promise<Ended>, at: number, timeoutMs: number, context: TaskContext): Promise<void> {
    context.abort(new PaladinError('TASK_TIMEOUT', `ran past its timeout of ${timeoutMs} ms`));
    const end = this.cancelled ? 'woken' : await this.#waiter.within(settled, operationGraceMs);
    if (end === 'woken') return this.#abandon(settled);
    this.#failLate(at, timeoutMs);
    if (end === 'expired') this.#giveUp();
    return undefined;
  }

  /** The job is cancelled, and the operation has its signal: waits for it to stop. */
  async #abandon(settled: Promise<unknown>): Promise<void> {
    this.cancelled = true;
    this.#context?.abort();
    const end = await this.#waiter.within(settled, this.#chain.cancelGraceMs);
    if (end === 'expired') this.stuck = true;
  }

  #failThrown(thrown: unknown, at: number): Promise<void> | undefined {
    const timeoutMs = timeoutOf(this.#chain, at);
    if (timeoutMs !== undefined && this.#timer.isLate(at, timeoutMs)) return this.#failLate(at, timeoutMs);
    const { maps, fold } = this.#chain;
    if (fold !== undefined && at === maps.length) {
      if (!this.#linear && (this.#closing || this.#partials.size > 2 || this.#partials.rightWidth !== 1)) {
        this.#redoLinearly();
        return undefined;
      }
      // Neither of the two was combined before.
      if (this.#partials.leftWidth === 1 && thrownKind(thrown) !== 'transient') return this.#blame(thrown, at, fold);
    }
    return this.#fail(thrownFailure(this.offset, at + this.#chain.firstStage, thrown), at);
  }

  /**
   * Two units that were never combined before do not combine. The left one is to blame if it does not combine with the identity,
   * either. Where nothing combines with the identity (a broken `empty`), that tells nothing. Then the right one gets the blame,
   * as always.
   */
  async #blame(thrown: unknown, at: number, fold: FoldStage): Promise<void> {
    const { left, right } = this.#partials;
    const leftFails = await this.#isBad(left, this.#runFirst, at, fold);
    const blameLeft = leftFails && !this.cancelled && !(await this.#isBad(right, this.offset, at, fold));
    if (this.cancelled) return;
    const stage = at + this.#chain.firstStage;
    this.#fail(thrownFailure(blameLeft ? this.#runFirst : this.offset, stage, thrown), at);
  }

  /** Whether the unit does not combine with the identity. */
  async #isBad(value: unknown, offset: number, at: number, fold: FoldStage): Promise<boolean> {
    const stage = at + this.#chain.firstStage;
    const context = new CombineContext(this.#indexOf(offset), stage, this.#shared, 0, 1, offset + 1);
    this.#context = context;
    try {
      if (fold.timeoutMs !== undefined) this.#timer.start(at, fold.timeoutMs);
      const combined = fold.combine(fold.empty(), value, context);
      if (!isThenable(combined)) return false;
      const settled = ended(combined);
      const end = this.cancelled ? 'woken' : await this.#waiter.until(settled, fold.timeoutMs);
      if (end === 'woken') {
        await this.#abandon(settled);
        return true;
      }
      if (end !== 'expired') return 'thrown' in end;
      context.abort();
      if ((await this.#waiter.within(settled, operationGraceMs)) === 'expired') this.#giveUp();
      return true;
    } catch {
      return true;
    } finally {
      if (fold.timeoutMs !== undefined) this.#timer.stop(at);
    }
  }

  #fail(failure: UnitFailure, at: number): undefined {
    if (at === this.#chain.maps.length) this.#redoRun(failure);
    else this.#condemned = failure;
    return undefined;
  }

  /**
   * A combine failed, and may have changed its operands before. So the run is executed anew, from fresh values, up to the unit
   * that is to blame.
   */
  #redoRun(failure: UnitFailure): void {
    this.#condemned = failure;
    if (this.stuck) this.limit = failure.offset + 1;
    this.#restartRun();
  }

  /**
   * A combine of partials failed, and may have changed its operands. Now each unit is combined by itself, to find the one that is
   * to blame, if any.
   */
  #redoLinearly(): void {
    this.#linear = true;
    this.#restartRun();
  }

  #restartRun(): void {
    this.#values = this.#decode();
    this.offset = this.#runFirst;
    this.#dropRun();
  }

  #dropRun(): void {
    this.#partials.clear();
    this.#runFirst = -1;
    this.#closing = false;
  }

  #settleFailed(failure: UnitFailure): void {
    this.#condemned = undefined;
    this.failures.push(failure);
    this.#failureBytes += failureBytes(failure);
    this.offset++;
    // The rest is given back, so that no result outgrows its message.
    if (this.#failureBytes > maxFailureBytes) this.limit = Math.min(this.limit, this.offset);
  }

  #failLate(at: number, timeoutMs: number): undefined {
    return this.#fail(lateFailure(this.offset, at + this.#chain.firstStage, timeoutMs), at);
  }

  /** An operation is stuck, so no further unit is begun. */
  #giveUp(): void {
    this.stuck = true;
    this.limit = Math.min(this.limit, this.#condemned === undefined ? this.offset : this.#condemned.offset + 1);
  }

  /** Combines what is left of the current run to one partial. If the run must be executed anew instead, `offset` has changed. */
  #closeRun(): Pause | undefined {
    if (this.#runFirst < 0) return undefined;
    const { maps, serializer } = this.#chain;
    // There is a run, so there is a unit that was executed, and a fold.
    if (this.#partials.size > 1) {
      this.#closing = true;
      const waiting = this.#goOnCarrying(maps.length, this.#chain.fold as FoldStage);
      if (waiting !== undefined || this.#runFirst < 0) return waiting;
    }
    const { right } = this.#partials;
    // A later combine may fill the same object anew.
    const partial = this.offset < this.limit ? outputCopy(right, serializer) : right;
    this.runs.push({ partial, first: this.#runFirst, units: this.offset - this.#runFirst });
    this.#dropRun();
    return undefined;
  }
}
