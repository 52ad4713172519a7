/**
 * The leader's part of a job: one subscription of one stage chain.
 *
 * Theory of operation. Elements come from the source into the backlog. While the hub is connected, has slots for the job and admits
 * more batches, the job cuts contiguous batches off the backlog (`BatchSizing` says how large), encodes them and sends them. It keeps
 * each batch, as bytes, until it is settled (`BatchLedger`): a result settles it; a loss sends it again, under the next attempt number.
 * Units that failed are judged one by one: tried again alone, left out, or the end of the job. What succeeded goes to `Emission`, which
 * brings outputs into source order, or to `FoldAssembly`, which makes further batches of the partials until one partial is left.
 *
 * Rules.
 * 1. An element is in exactly one place: backlog, one batch, waiting for emission or in a partial, or released. So none is emitted
 *    twice and none is lost; a result whose batch is settled already is dropped and counted.
 * 2. Cut but not released elements never exceed the window. A slow element holds up emission, not dispatch within the window.
 * 3. The error that ends a job is that of the lowest index: in source order everything before it is emitted first, and a fold waits
 *    for the elements before it.
 * 4. A batch lost while executing is split until the element that kills is alone; only then does it collect deaths.
 * 5. Nothing is sent while disconnected; on reconnection every unsettled batch is sent again.
 * 6. When something that should be sent finds no slot for too long, the job ends with `NO_WORKER`.
 */
import { PaladinError } from '../../errors/paladin-error.js';
import { retryDelayMs, type OnFatal } from '../../errors/retry.js';
import { batchBudgetMs, maxJobBytesInFlight, singleTripCombineMs } from '../../limits.js';
import type { BatchLoss, BatchResult } from '../../protocol/messages.js';
import { splitParts } from '../../protocol/parts.js';
import type { Machine } from '../machine.js';
import { Backlog } from './backlog.js';
import { BatchLedger, type BatchRecord } from './batch-ledger.js';
import { BatchSizing } from './batch-sizing.js';
import { Emission, type ErrorAt } from './emission.js';
import { encodeElements } from './encode-elements.js';
import { failureError, judge, poisonFailure, siteError, timeoutFailure, type Failure, type FailureSite } from './failure.js';
import { FoldAssembly, joinPartials } from './fold-assembly.js';
import type { JobConfig, JobEffect, JobEvent } from './job-events.js';
import { checkResult, readValues, succeededRuns, unreadable, type Run } from './result-check.js';

type Source = { readonly state: 'open' | 'completed' } | { readonly state: 'failed'; readonly error: unknown };

export class Job implements Machine<JobEvent, JobEffect> {
  readonly #config: JobConfig;
  readonly #sizing: BatchSizing;
  readonly #backlog = new Backlog();
  readonly #ledger = new BatchLedger();
  readonly #emission: Emission;
  /** There when the chain ends in a fold. */
  readonly #fold: FoldAssembly | undefined;
  #source: Source = { state: 'open' };
  #over = false;
  #connected = false;
  #slots = 0;
  /** Why there are no slots, in the hub's words. */
  #missing = '';
  /** Since when there was work and no slot for it. */
  #starvedSince: number | undefined;
  /** Elements taken from the backlog so far: the index of the next one. */
  #cut = 0;
  /** Elements of a fold that are in a partial or left out. */
  #folded = 0;
  /** The failure of the lowest index that ends the job; elements from there on are not sent any more. */
  #failure: { readonly index: number; readonly error: unknown } | undefined;
  /** Estimated time of one combine; undefined before the first group of partials came back. */
  #combineMs: number | undefined;
  /** How many elements the source was last told that it may emit in all. */
  #demanded = 0;
  #staleResults = 0;
  /** The effects of the event in hand. */
  #effects: JobEffect[] = [];

  constructor(config: JobConfig) {
    this.#config = config;
    this.#sizing = new BatchSizing(config.batch, config.window);
    this.#emission = new Emission(config.ordered);
    this.#fold = config.stages.at(-1)?.kind === 'fold' ? new FoldAssembly() : undefined;
  }

  /** Results that came for batches which were settled already. */
  get staleResults(): number {
    return this.#staleResults;
  }

  handle(event: JobEvent, now: number): JobEffect[] {
    if (this.#over) return [];
    this.#effects = [];
    try {
      this.#apply(event, now);
      if (!this.#ending) this.#advance(now);
    } catch (error) {
      // What a worker sent made no sense; every other error is a bug and goes on.
      if (!(error instanceof PaladinError)) throw error;
      this.#effects.push({ type: 'failed', error });
    }
    if (this.#ending) this.#letGo();
    return this.#effects;
  }

  nextDeadline(): number | undefined {
    const due = this.#ledger.nextDueAt() ?? Infinity;
    const starved = this.#starvedSince === undefined ? Infinity : this.#starvedSince + this.#config.noWorkerTimeoutMs;
    const deadline = Math.min(due, starved);
    return this.#over || deadline === Infinity ? undefined : deadline;
  }

  validate(): void {
    if (this.#over) return;
    const fail = (what: string): never => {
      throw new Error(`${what}; ${this.#story()}`);
    };
    this.#ledger.validate();
    this.#fold?.validate();
    if (!this.#connected && this.#ledger.sent > 0) fail('batches sent while disconnected');
    if (this.#released > this.#cut) fail('more released than cut');
    if (this.#cut - this.#released > this.#config.window) fail(`window of ${this.#config.window} exceeded`);
  }

  #apply(event: JobEvent, now: number): void {
    switch (event.type) {
      case 'elements':
        this.#expectOpenSource(event.type);
        this.#backlog.push(event.values);
        break;
      case 'sourceCompleted':
        this.#expectOpenSource(event.type);
        this.#source = { state: 'completed' };
        break;
      case 'sourceFailed':
        this.#expectOpenSource(event.type);
        this.#source = { state: 'failed', error: event.error };
        break;
      case 'connected':
        this.#connected = true;
        break;
      case 'disconnected':
        this.#connected = false;
        this.#slots = 0;
        this.#ledger.allAgain();
        break;
      case 'capacity':
        this.#slots = event.slots;
        this.#missing = event.missing;
        break;
      case 'result':
        this.#result(event.workerId, event.result, now);
        break;
      case 'lost':
        this.#lost(event.workerId, event.loss, now);
        break;
      case 'refused':
        this.#effects.push({ type: 'failed', error: event.error });
        break;
      case 'cancelled':
        this.#effects.push({ type: 'closed' });
        break;
      case 'tick':
        break;
    }
  }

  // What follows from the present state, after each event.

  #advance(now: number): void {
    for (const part of this.#ledger.wake(now)) this.#fold?.put(part);
    this.#dispatch();
    if (!this.#ending) this.#complete();
    if (!this.#ending) this.#watchStarvation(now);
    if (!this.#ending) this.#demand();
  }

  #dispatch(): void {
    if (!this.#connected || this.#slots === 0) return;
    const limit = Math.min(this.#sizing.inFlightLimit(this.#slots), this.#config.limits().maxBatches);
    while (this.#ledger.sent < limit && (this.#ledger.sent === 0 || this.#ledger.bytesSent < maxJobBytesInFlight)) {
      const record = this.#nextRecord();
      if (record === undefined || this.#ending) return;
      this.#ledger.send(record);
      const { seq, attempt, first, count, units, payload } = record;
      const budgetMs = this.#config.batch === 'auto' && units === 'elements' ? batchBudgetMs : 0;
      this.#effects.push({ type: 'send', batch: { seq, attempt, first, count, units, budgetMs, payload } });
    }
  }

  /** The batch to send next: of what is to be sent again first, then what a fold has ready, then new elements. */
  #nextRecord(): BatchRecord | undefined {
    const nextReady = (): BatchRecord | undefined => this.#ledger.nextReady(this.#failure?.index ?? Infinity);
    const record = nextReady();
    if (record !== undefined) return record;
    if (this.#queueGroup() || this.#queueCut() || this.#queueIdleGroup()) return nextReady();
    return undefined;
  }

  #queueGroup(): boolean {
    const group = this.#failure === undefined ? this.#fold?.takeGroup() : undefined;
    if (group !== undefined) this.#ledger.addPartials(group);
    return group !== undefined;
  }

  #queueIdleGroup(): boolean {
    if (this.#fold === undefined || this.#failure !== undefined) return false;
    this.#fold.groupForIdle({
      slots: this.#slots - this.#ledger.sent,
      last: this.#source.state !== 'open' && this.#backlog.size === 0,
      cheap: this.#combineMs !== undefined && this.#combineMs * this.#fold.size < singleTripCombineMs,
      maxBytes: this.#config.limits().maxPayloadBytes,
    });
    return this.#queueGroup();
  }

  /** Cuts elements off the backlog and encodes them. Whether there is a new batch to send. */
  #queueCut(): boolean {
    let queued = false;
    while (!queued && !this.#ending) {
      const count = this.#cutSize();
      if (count === 0) return false;
      const first = this.#cut;
      this.#cut += count;
      const { maxPayloadBytes } = this.#config.limits();
      for (const piece of encodeElements(this.#config.serializer, this.#backlog.take(count), first, maxPayloadBytes)) {
        if (piece.type === 'unfit') {
          this.#unfit(piece.code, piece.reason, piece.index, piece.cause);
          continue;
        }
        this.#sizing.observeBytes(piece.count, piece.payload.byteLength);
        if (this.#fold !== undefined && this.#foldsElements && piece.count === 1) {
          this.#folded += 1;
          this.#fold.put({ first: piece.first, count: 1, bytes: piece.payload, level: 0, retries: 0 });
        } else {
          this.#ledger.add(piece);
          queued = true;
        }
      }
    }
    return queued;
  }

  #cutSize(): number {
    // What waits for emission counts against the bytes as what is under way does; the batch it waits for is out already.
    if (this.#ledger.sent > 0 && this.#ledger.bytesSent + this.#emission.waitingBytes >= maxJobBytesInFlight) return 0;
    const room = this.#config.window - (this.#cut - this.#released);
    const available = Math.max(0, Math.min(this.#backlog.size, room, (this.#failure?.index ?? Infinity) - this.#cut));
    const last = this.#source.state !== 'open' && available === this.#backlog.size;
    const count = this.#sizing.next({ available, last, slots: this.#slots, inFlight: this.#ledger.sent });
    return count === 1 && this.#foldsElements ? Math.min(2, available) : count;
  }

  /** Whether the fold is of the elements themselves. A lone one is its own partial then, and need not travel. */
  get #foldsElements(): boolean {
    return this.#config.stages[0]?.kind === 'fold';
  }

  /** An element that cannot even be sent. */
  #unfit(code: 'NOT_SERIALIZABLE' | 'PAYLOAD_TOO_LARGE', reason: string, index: number, cause: unknown): void {
    const policy = this.#stage(0);
    const site: FailureSite = { operation: policy.operation, index, width: 1, attempts: 0 };
    this.#failed(policy.onFatal, 'elements', 0, site, () => siteError(code, reason, site, cause));
  }

  #complete(): void {
    if (this.#fold !== undefined) {
      this.#completeFold(this.#fold);
    } else if (this.#source.state !== 'open' && this.#backlog.size === 0 && this.#emission.released === this.#cut) {
      this.#effects.push(this.#source.state === 'failed' ? { type: 'failed', error: this.#source.error } : { type: 'completed' });
    }
  }

  #completeFold(fold: FoldAssembly): void {
    const total = this.#cut + this.#backlog.size;
    if (this.#source.state === 'failed') this.#failure ??= { index: total, error: this.#source.error };
    if (this.#failure !== undefined) {
      const { index, error } = this.#failure;
      if (this.#cut >= index && !this.#ledger.holdsElementBelow(index)) this.#effects.push({ type: 'failed', error });
      return;
    }
    if (this.#source.state === 'open' || this.#backlog.size > 0) return;
    const whole = fold.whole(total);
    if (whole === undefined && total > 0) return;
    const values = whole?.bytes === undefined ? [this.#config.empty?.()] : readValues(this.#config.serializer, whole.bytes, 1);
    this.#effects.push({ type: 'emit', values }, { type: 'completed' });
  }

  #watchStarvation(now: number): void {
    const work = this.#backlog.size > 0 || this.#ledger.size > 0 || (this.#fold !== undefined && this.#source.state !== 'open');
    if (!this.#connected || this.#slots > 0 || !work) {
      this.#starvedSince = undefined;
      return;
    }
    this.#starvedSince ??= now;
    const { noWorkerTimeoutMs } = this.#config;
    if (now - this.#starvedSince < noWorkerTimeoutMs) return;
    const { operation } = this.#stage(0);
    const message = `no worker took operation '${operation}' within ${noWorkerTimeoutMs} ms: ${this.#missing}`;
    this.#effects.push({ type: 'failed', error: new PaladinError('NO_WORKER', message, { operation }) });
  }

  /** Lets a source that can be asked emit as much as keeps the batches full, within the window. */
  #demand(): void {
    if (this.#source.state !== 'open') return;
    const room = this.#config.window - (this.#cut - this.#released);
    const wanted = this.#sizing.full * this.#sizing.inFlightLimit(Math.max(1, this.#slots));
    const total = this.#cut + Math.min(room, wanted);
    if (total <= this.#demanded) return;
    this.#effects.push({ type: 'demand', count: total - this.#demanded });
    this.#demanded = total;
  }

  // What comes back.

  #result(workerId: string, result: BatchResult, now: number): void {
    const record = this.#ledger.get(result.seq);
    // An earlier attempt may still be the first to succeed; what it failed at is with a later one.
    const late = record !== undefined && result.attempt < record.attempt && result.failures.length === 0;
    if (record === undefined || (result.attempt !== record.attempt && !late)) {
      this.#staleResults += 1;
      return;
    }
    checkResult(result, record.count, this.#config.stages.length);
    this.#ledger.settle(record);
    this.#learn(record, result);
    const runs = succeededRuns(result);
    if (this.#fold === undefined) this.#emit(record, result, runs);
    else this.#foldIn(this.#fold, record, result, runs);
    this.#judge(record, result.failures, workerId, now);
    this.#giveBack(record, result.done, record.count);
  }

  #learn(record: BatchRecord, { done, elapsedMs, payload }: BatchResult): void {
    if (record.units === 'elements') {
      this.#sizing.observe(done, elapsedMs);
      if (this.#fold === undefined) this.#sizing.observeBytes(done, payload.byteLength);
    } else if (done > 1) {
      const sample = elapsedMs / (done - 1);
      this.#combineMs = this.#combineMs === undefined ? sample : (this.#combineMs + sample) / 2;
    }
  }

  #emit(record: BatchRecord, result: BatchResult, runs: readonly Run[]): void {
    const { serializer } = this.#config;
    const { payload } = result;
    const succeeded = result.done - result.failures.length;
    if (result.failures.length === 0) {
      const values = (): readonly unknown[] => readValues(serializer, payload, succeeded);
      this.#emission.put({ type: 'values', first: record.first, count: succeeded, bytes: payload.byteLength, values }, this.#effects);
      return;
    }
    const all = succeeded === 0 ? [] : readValues(serializer, payload, succeeded);
    let at = 0;
    for (const { start, end } of runs) {
      const slice = all.slice(at, at + end - start);
      at += end - start;
      this.#emission.put({ type: 'values', first: record.first + start, count: end - start, bytes: 0, values: () => slice }, this.#effects);
    }
  }

  #foldIn(fold: FoldAssembly, record: BatchRecord, result: BatchResult, runs: readonly Run[]): void {
    const partials = readPartials(result.payload);
    if (partials.length !== runs.length) throw unreadable(`${partials.length} partials for ${runs.length} runs`);
    const retries = record.retries[this.#config.stages.length - 1] ?? 0;
    runs.forEach(({ start, end }, at) => {
      const bytes = partials[at] ?? new Uint8Array(0);
      if (record.units === 'elements') {
        this.#folded += end - start;
        fold.put({ first: record.first + start, count: end - start, bytes, level: 0, retries });
      } else {
        fold.put(joinPartials(record.parts.slice(start, end), bytes));
      }
    });
  }

  #lost(workerId: string, loss: BatchLoss, now: number): void {
    const record = this.#ledger.get(loss.seq);
    if (record?.state !== 'sent' || record.attempt !== loss.attempt) {
      this.#staleResults += 1;
      return;
    }
    const offset = loss.offset ?? (record.count === 1 ? 0 : undefined);
    const culprit = offset !== undefined && offset < record.count ? offset : undefined;
    if (loss.cause === 'timeout' && culprit !== undefined) {
      this.#ledger.settle(record);
      const stage = loss.stage ?? Math.max(0, this.#config.stages.findLastIndex((policy) => policy.timeoutMs !== undefined));
      this.#judge(record, [timeoutFailure(culprit, stage, this.#stage(stage).timeoutMs)], workerId, now);
      this.#giveBack(record, 0, culprit);
      this.#giveBack(record, culprit + 1, record.count);
    } else if (loss.cause !== 'death') {
      this.#ledger.again(record);
    } else {
      this.#ledger.settle(record);
      if (record.units === 'partials') this.#partialsDied(record, workerId, loss.reason, now);
      else this.#elementsDied(record, culprit, workerId, loss.reason, now);
    }
  }

  #elementsDied(record: BatchRecord, culprit: number | undefined, workerId: string, reason: string, now: number): void {
    if (culprit === undefined) {
      this.#giveBack(record, 0, record.count >> 1);
      this.#giveBack(record, record.count >> 1, record.count);
      return;
    }
    const deaths = [...record.deaths, workerId];
    const poisonous = deaths.length >= this.#config.maxDeaths;
    if (poisonous) this.#judge(record, [poisonFailure(culprit, 0, deaths, reason)], workerId, now);
    else this.#giveBack(record, culprit, culprit + 1, deaths);
    this.#giveBack(record, 0, culprit);
    this.#giveBack(record, culprit + 1, record.count);
  }

  /** Halves the group until it is a pair; a pair that kills again and again fails at its right partial. */
  #partialsDied(record: BatchRecord, workerId: string, reason: string, now: number): void {
    const deaths = [...record.deaths, workerId];
    const { parts, attempt } = record;
    if (record.count > 2) {
      for (const half of [parts.slice(0, record.count >> 1), parts.slice(record.count >> 1)]) {
        if (half.length > 1) this.#ledger.addPartials(half, { attempt });
        else for (const part of half) this.#fold?.put(part);
      }
    } else if (deaths.length < this.#config.maxDeaths) {
      this.#ledger.addPartials(parts, { attempt, deaths });
    } else {
      this.#giveBack(record, 0, 1);
      this.#judge(record, [poisonFailure(1, this.#config.stages.length - 1, deaths, reason)], workerId, now);
    }
  }

  /** Decides for each failed unit of a settled batch: try it again, leave it out, or let the job end with it. */
  #judge(record: BatchRecord, failures: readonly Failure[], workerId: string, now: number): void {
    for (const failure of failures) {
      if (this.#ending) return;
      const policy = this.#stage(failure.stage);
      const part = record.parts[failure.offset];
      const retries = part?.retries ?? record.retries[failure.stage] ?? 0;
      const verdict = judge(failure, policy, retries);
      if (verdict.action === 'retry') {
        const delayMs = retryDelayMs(verdict.strategy, retries, this.#config.random());
        const dueAt = delayMs === 0 ? 0 : now + delayMs;
        if (part === undefined) this.#retryElement(record, failure, dueAt);
        else if (dueAt === 0) this.#fold?.put({ ...part, retries: retries + 1 });
        else this.#ledger.addPartials([{ ...part, retries: retries + 1 }], {}, dueAt);
        continue;
      }
      const site: FailureSite = {
        operation: policy.operation,
        index: part?.first ?? record.first + failure.offset,
        width: part?.count ?? 1,
        attempts: failure.code === 'POISON_TASK' ? this.#config.maxDeaths : retries + 1,
        workerId,
      };
      const { code } = verdict;
      const error: ErrorAt = (skipped) => failureError(code, failure, { ...site, index: site.index - skipped });
      this.#failed(verdict.action, record.units, failure.stage, site, error);
    }
  }

  #retryElement(record: BatchRecord, { offset, stage }: Failure, dueAt: number): void {
    const payload = this.#slice(record, offset, offset + 1);
    const retries = this.#config.stages.map((_, at) => (record.retries[at] ?? 0) + (at === stage ? 1 : 0));
    const deaths = record.count === 1 ? record.deaths : [];
    this.#ledger.add({ first: record.first + offset, count: 1, payload, attempt: record.attempt, retries, deaths }, dueAt);
  }

  /** A unit failed for good. */
  #failed(action: OnFatal, units: BatchRecord['units'], stage: number, site: FailureSite, error: ErrorAt): void {
    const { index, width } = site;
    if (action === 'terminate') {
      if (index < (this.#failure?.index ?? Infinity)) this.#failure = { index, error: error(0) };
      if (this.#fold === undefined) this.#emission.put({ type: 'failure', first: index, count: 0, stage, error }, this.#effects);
    } else if (this.#fold === undefined) {
      this.#emission.put({ type: 'skip', first: index, count: 1, stage, error }, this.#effects);
    } else {
      this.#effects.push({ type: 'skipped', stage, error: error(0) });
      if (units === 'elements') this.#folded += 1;
      this.#fold.put({ first: index, count: width, bytes: undefined, level: 0, retries: 0 });
    }
  }

  /** Makes new batches, of the size that is right by now, of units of a settled batch that were not executed. */
  #giveBack(record: BatchRecord, start: number, end: number, deaths: readonly string[] = []): void {
    if (start >= end || this.#ending) return;
    if (record.units === 'partials') {
      for (const part of record.parts.slice(start, end)) this.#fold?.put(part);
      return;
    }
    const { attempt } = record;
    const retries = record.count === 1 ? record.retries : [];
    const size = Math.min(this.#sizing.full, Math.ceil((end - start) / Math.max(1, this.#slots)));
    for (let at = start; at < end; at += size) {
      const stop = Math.min(at + size, end);
      const payload = this.#slice(record, at, stop);
      this.#ledger.add({ first: record.first + at, count: stop - at, payload, attempt, retries, deaths });
    }
  }

  /** The payload of some of a batch's elements. */
  #slice(record: BatchRecord, start: number, end: number): Uint8Array {
    if (start === 0 && end === record.count) return record.payload;
    const { serializer } = this.#config;
    return serializer.encode(serializer.decode(record.payload).slice(start, end));
  }

  // The state at large.

  get #ending(): boolean {
    const last = this.#effects.at(-1)?.type;
    return last === 'failed' || last === 'completed' || last === 'closed';
  }

  get #released(): number {
    return this.#fold === undefined ? this.#emission.released : this.#folded;
  }

  #letGo(): void {
    this.#over = true;
    this.#starvedSince = undefined;
    this.#backlog.clear();
    this.#ledger.clear();
    this.#emission.clear();
    this.#fold?.clear();
  }

  #stage(stage: number): JobConfig['stages'][number] {
    const policy = this.#config.stages[stage];
    if (policy === undefined) throw new Error(`stage ${stage} of ${this.#config.stages.length}; ${this.#story()}`);
    return policy;
  }

  #expectOpenSource(event: string): void {
    if (this.#source.state !== 'open') throw new Error(`'${event}' after the source has ended; ${this.#story()}`);
  }

  #story(): string {
    return `source ${this.#source.state}, ${this.#cut} cut, ${this.#released} released, ${this.#ledger.size} batches unsettled`;
  }
}

function readPartials(payload: Uint8Array): Uint8Array[] {
  try {
    return splitParts(payload);
  } catch (error) {
    throw unreadable(`its partials: ${error instanceof Error ? error.message : String(error)}`);
  }
}

