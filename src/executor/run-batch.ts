import { messageOf } from '../errors/thrown.js';
import type { Registry } from '../operation/registry.js';
import type { Batch, BatchResult, JobDescription, UnitFailure } from '../protocol/messages.js';
import { jobIdOf, leaderOf } from '../protocol/job-id.js';
import { splitParts } from '../wire/parts.js';
import type { Serializer } from '../serializer/serializer.js';
import { noValues, packOutputs, packPartials, type Packed, type Redo } from './batch-payload.js';
import type { BatchControl } from './batch-control.js';
import { BatchRun, type Pause } from './batch-run.js';
import { withinCarried, type Within } from './carried-context.js';
import type { Chain } from './stage-chain.js';
import type { Outcome } from '../protocol/outcome.js';
import { executing } from './executing-now.js';
import { failureBytes, fatalFailure } from './unit-failures.js';
import { maxFailureBytes } from '../limits.js';
import { maxUnexecutedFailures, operationGraceMs } from './limits.js';
import { Waiter } from './waiter.js';
import { SharedWaits } from './slot-waits.js';
import type { WatchCreate } from './slow-creates.js';
import { setUpStage, type MapStage, type SetUp, type Stage } from './stage.js';
import { realNow } from '../real-time.js';

/** How a batch ended, and whether an operation (or set-up) of it is stuck: aborted, but not settled in time. */
export interface BatchEnd {
  readonly outcome: Outcome;
  readonly stuck: boolean;
}

/** What an execution of a batch keeps from one attempt to the next, which has fewer units. */
interface Plan {
  readonly limit: number;
  readonly startedMs: number;
  /** For how long the batch had waited by then. */
  readonly waitedMs: number;
  readonly failAfter?: UnitFailure;
  readonly stuck: boolean;
}

/**
 * One job on one executor: its stages, each set up once and before its first batch, and the execution of its batches.
 *
 * A set-up that fails is not kept. The units of the batch at hand fail with it, and the next batch tries anew.
 */
export class JobExecution {
  readonly #jobId: string;
  readonly #description: JobDescription;
  readonly #registry: Registry | UnitFailure;
  readonly #maxPayloadBytes: number;
  readonly #cancelGraceMs: number;
  /** The waits of the code that sets stages up. */
  readonly #setUpWaits = new SharedWaits();
  /** The stages that are set up, or being set up, by their place in the chain. */
  readonly #stages: (Stage | Promise<SetUp> | undefined)[];
  /** What is to be called when a batch is aborted: one for each that is under way. */
  readonly #underWay = new Map<Batch, () => void>();
  readonly #watchCreate: WatchCreate;
  /** What is to be called when a set-up is not waited for any more: one for each that is under way. */
  readonly #watched = new Set<() => void>();
  #aborted = false;

  /**
   * @param registry where its operations are, or why all its units fail
   * @param maxPayloadBytes the most bytes that the payload of a result may have
   * @param cancelGraceMs how long an aborted operation is waited for; Infinity where someone else ends it
   * @param watchCreate is told which stage is being set up
   */
  constructor(
    jobId: string,
    description: JobDescription,
    registry: Registry | UnitFailure,
    maxPayloadBytes: number,
    cancelGraceMs: number = operationGraceMs,
    watchCreate: WatchCreate = () => () => undefined,
  ) {
    const { part } = description;
    this.#jobId = part === undefined ? jobId : jobIdOf(leaderOf(jobId).leaderId, part.of);
    this.#description = description;
    this.#registry = registry;
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#cancelGraceMs = cancelGraceMs;
    this.#watchCreate = watchCreate;
    this.#stages = description.stages.map(() => undefined);
  }

  /** Executes a batch: at once and without a promise where all its operations are synchronous. It never throws or rejects. */
  run(batch: Batch, control: BatchControl): BatchEnd | Promise<BatchEnd> {
    if (this.#aborted || control.aborted) return this.#cancelled(batch, 0, false);
    const startedMs = realNow();
    control.progress(0, batch.units === 'elements' ? 0 : this.#description.stages.length - 1);
    const { serializer: name, stages } = this.#description;
    const registry = this.#registry;
    if ('code' in registry) return this.#allFailed(batch, undefined, registry, startedMs);
    const serializer = registry.serializer(name);
    if (serializer === undefined) {
      const offered = registry.offers().serializers.join(', ');
      return this.#allFailed(
        batch,
        undefined,
        fatalFailure(0, 0, 'PROTOCOL', `there is no serializer '${name}' here; on offer: ${offered}`),
        startedMs,
      );
    }
    const from = batch.units === 'elements' ? 0 : stages.length - 1;
    const ready = this.#setUp(from, serializer, registry);
    control.took(realNow() - startedMs);
    if (!(ready instanceof Promise)) return this.#runReady(batch, control, serializer, ready, startedMs);
    return this.#runWhenReady(batch, control, serializer, ready, startedMs);
  }

  /** Abandons the batches under way: their operations' signals abort, and they settle as lost. Further ones are not executed. */
  abort(): void {
    this.#aborted = true;
    for (const abort of this.#underWay.values()) abort();
    for (const over of this.#watched) over();
    this.#watched.clear();
  }

  /** Abandons one batch, whose control says that it is aborted. */
  abortBatch(batch: Batch): void {
    this.#underWay.get(batch)?.();
  }

  async #runWhenReady(
    batch: Batch,
    control: BatchControl,
    serializer: Serializer,
    setUp: Promise<Stage[] | UnitFailure>,
    startedMs: number,
  ): Promise<BatchEnd> {
    const waiter = new Waiter();
    const wake = (): void => waiter.wake();
    this.#underWay.set(batch, wake);
    const forget = this.#setUpWaits.join(control.waits);
    let ready = await waiter.until(setUp);
    forget();
    this.#underWay.delete(batch);
    if (ready === 'woken') ready = await waiter.within(setUp, this.#cancelGraceMs);
    if (ready === 'woken' || ready === 'expired' || this.#aborted || control.aborted) {
      return this.#cancelled(batch, 0, ready === 'expired');
    }
    return this.#runReady(batch, control, serializer, ready, startedMs);
  }

  /** The stages from `from` on, or why there are none. */
  #setUp(from: number, serializer: Serializer, registry: Registry): Stage[] | UnitFailure | Promise<Stage[] | UnitFailure> {
    const stages: SetUp[] = [];
    const pending: Promise<unknown>[] = [];
    for (const [index, description] of this.#description.stages.entries()) {
      if (index < from) continue;
      const stage =
        this.#stages[index] ??
        this.#setUpStage(index, () => setUpStage(description, index, serializer, registry, this.#setUpWaits.waits));
      if (stage instanceof Promise) pending.push(stage.then((made) => (stages[index - from] = made)));
      else if ('code' in stage) return stage;
      else stages[index - from] = stage;
    }
    return pending.length > 0 ? Promise.all(pending).then(() => allOrFailure(stages)) : allOrFailure(stages);
  }

  #setUpStage(index: number, make: () => SetUp | Promise<SetUp>): SetUp | Promise<SetUp> {
    const over = this.#watchCreate(index);
    const made = withinCarried(this.#description.headers)(make);
    if (made instanceof Promise) {
      this.#watched.add(over);
      void made.then(() => {
        this.#watched.delete(over);
        over();
      });
      // Batches that come meanwhile wait for the same set-up.
      this.#stages[index] = made;
      void made.then((stage) => (this.#stages[index] = 'code' in stage ? undefined : stage));
    } else {
      over();
      if (!('code' in made)) this.#stages[index] = made;
    }
    return made;
  }

  #runReady(
    batch: Batch,
    control: BatchControl,
    serializer: Serializer,
    ready: Stage[] | UnitFailure,
    startedMs: number,
  ): BatchEnd | Promise<BatchEnd> {
    if (!Array.isArray(ready)) return this.#allFailed(batch, serializer, ready, startedMs);
    const stages = this.#description.stages;
    const last = ready.at(-1);
    const fold = last?.kind === 'fold' ? last : undefined;
    const maps = ready.filter((stage): stage is MapStage => stage.kind === 'map');
    const firstStage = stages.length - ready.length;
    const chain = {
      jobId: this.#jobId,
      fromStage: this.#description.part?.from ?? 0,
      maps,
      fold,
      firstStage,
      cancelGraceMs: this.#cancelGraceMs,
      serializer,
    };
    if (last === undefined || maps.length + (fold ? 1 : 0) !== ready.length || (batch.units === 'partials' && !fold)) {
      const message = 'expected a chain of maps, which may end in a fold, and partials only for a fold';
      return this.#allFailed(batch, serializer, fatalFailure(0, 0, 'PROTOCOL', message), startedMs);
    }
    return this.#execute(batch, control, serializer, chain, {
      limit: batch.count,
      startedMs: realNow(),
      waitedMs: control.waits.ms,
      stuck: false,
    });
  }

  #execute(batch: Batch, control: BatchControl, serializer: Serializer, chain: Chain, plan: Plan): BatchEnd | Promise<BatchEnd> {
    let run: BatchRun;
    try {
      run = new BatchRun(chain, batch, () => decodeUnits(batch, serializer), plan.limit, control, plan.startedMs);
    } catch (thrown) {
      // The message says it all. Details would go out once for each unit, and a leader may claim any number of units.
      const message = `the input cannot be decoded: ${messageOf(thrown)}`;
      return this.#allFailed(batch, serializer, fatalFailure(0, chain.firstStage, 'PROTOCOL', message), plan.startedMs);
    }
    const abort = (): void => run.abort();
    this.#underWay.set(batch, abort);
    if (this.#aborted) run.abort();
    const finish = (): BatchEnd | Promise<BatchEnd> => {
      this.#underWay.delete(batch);
      return this.#finish(batch, control, serializer, chain, plan, run);
    };
    const within = withinCarried(this.#description.headers, batch.headers);
    const waiting = executing(control.waits, () => within(() => advance(run, control)));
    return waiting === undefined ? finish() : advanceToEnd(run, waiting, control, within).then(finish);
  }

  #finish(
    batch: Batch,
    control: BatchControl,
    serializer: Serializer,
    chain: Chain,
    plan: Plan,
    run: BatchRun,
  ): BatchEnd | Promise<BatchEnd> {
    const stuck = run.stuck || plan.stuck;
    if (run.cancelled) return this.#cancelled(batch, run.offset, stuck);
    const packing = {
      serializer,
      maxPayloadBytes: this.#maxPayloadBytes,
      stage: this.#description.stages.length - 1,
      units: batch.units,
    };
    const { failures, runs } = run;
    const executed = { done: run.offset, failures, outputs: run.takeOutputs(), runs };
    let packed: Packed | Redo;
    try {
      packed = chain.fold === undefined ? packOutputs(executed, packing) : packPartials(executed, packing);
    } catch (thrown) {
      // The serializer wrote some of the outputs, and then failed at fewer of them.
      const message = `outputs cannot be encoded: ${messageOf(thrown)}`;
      return this.#allFailed(batch, serializer, fatalFailure(0, packing.stage, 'NOT_SERIALIZABLE', message), plan.startedMs);
    }
    if ('limit' in packed) {
      const { startedMs, waitedMs } = plan;
      const afterMs = startedMs + run.awayMs;
      return this.#execute(batch, control, serializer, chain, { ...packed, startedMs: afterMs, waitedMs, stuck });
    }
    // The time that it has waited since then is not its own: others used it.
    const sinceMs = plan.startedMs + run.awayMs + control.waits.ms - plan.waitedMs;
    return settled(batch, plan.failAfter === undefined ? packed : withFailure(packed, plan.failAfter), sinceMs, stuck);
  }

  /** No unit was executed, and all fail with the same. */
  #allFailed(batch: Batch, serializer: Serializer | undefined, failure: UnitFailure, startedMs: number): BatchEnd {
    // The rest is given back, and fails in results of its own.
    const most = Math.min(maxUnexecutedFailures, Math.floor(maxFailureBytes / failureBytes(failure)));
    const done = Math.min(batch.count, Math.max(1, most));
    const failures = Array.from({ length: done }, (_, offset) => ({ ...failure, offset }));
    const isFold = this.#description.stages.at(-1)?.kind === 'fold';
    const payload = isFold || serializer === undefined ? new Uint8Array(0) : noValues(serializer);
    return settled(batch, { done, failures, payload }, startedMs, false);
  }

  #cancelled({ seq, attempt }: Batch, offset: number, stuck: boolean): BatchEnd {
    return {
      outcome: { type: 'lost', loss: { seq, attempt, cause: 'cancelled', offset, reason: 'its job was cancelled' } },
      stuck,
    };
  }
}

function advance(run: BatchRun, control: BatchControl): Pause | undefined {
  const sinceMs = realNow();
  const waiting = run.advance();
  control.took(realNow() - sinceMs);
  return waiting;
}

async function advanceToEnd(run: BatchRun, waiting: Pause, control: BatchControl, within: Within): Promise<void> {
  let next: Pause | undefined = waiting;
  while (next !== undefined) {
    if (next === 'turn') await leaveToOthers(run, control);
    else await next;
    next = executing(control.waits, () => within(() => advance(run, control)));
  }
}

async function leaveToOthers(run: BatchRun, { turns }: BatchControl): Promise<void> {
  const sinceMs = realNow();
  await turns?.goOn();
  run.postpone(realNow() - sinceMs);
}

function decodeUnits({ units, count, payload }: Batch, serializer: Serializer): readonly unknown[] {
  const values =
    units === 'elements' ? serializer.decode(payload) : splitParts(payload).flatMap((part) => serializer.decode(part));
  if (values.length !== count) throw new RangeError(`expected ${count} values, got ${values.length}`);
  return values;
}

function allOrFailure(stages: readonly SetUp[]): Stage[] | UnitFailure {
  const ready: Stage[] = [];
  for (const stage of stages) {
    if ('code' in stage) return stage;
    ready.push(stage);
  }
  return ready;
}

function withFailure({ done, failures, payload }: Packed, failure: UnitFailure): Packed {
  // Fewer units may have been done than were asked for. Then the unit of that failure is given back, too.
  return failure.offset === done ? { done: done + 1, failures: [...failures, failure], payload } : { done, failures, payload };
}

function settled({ seq, attempt }: Batch, packed: Packed, startedMs: number, stuck: boolean): BatchEnd {
  const { done, failures, payload } = packed;
  // Sums of times are rounded.
  const elapsedMs = Math.max(0, realNow() - startedMs);
  const result: BatchResult = { seq, attempt, done, failures, elapsedMs, payload };
  return { outcome: { type: 'result', result }, stuck };
}
