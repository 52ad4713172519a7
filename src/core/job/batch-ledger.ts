import { DisjointRanges } from '../../collections/disjoint-ranges.js';
import { Heap, type Placed } from '../../collections/heap.js';
import type { Batch, NamedWorker } from '../../protocol/messages.js';
import { joinParts } from '../../wire/parts.js';
import type { ValuedPartial } from '../fold/partial.js';

/** A worker, or a thread of it, has died. */
export interface Death extends NamedWorker {
  readonly of: 'worker' | 'thread';
  /** Whether it executed others beside, any of which may have been the cause. */
  readonly beside: boolean;
}

/** How many deaths of workers that also executed others count as one death whose cause is known. */
const deathsBeside = 4;

/** How many deaths these count as. Each is one, or less where others may have been the cause. */
export function weightOf(deaths: readonly Death[]): number {
  const beside = deaths.filter((death) => death.beside).length;
  return deaths.length - beside + beside / deathsBeside;
}

/** What the leader remembers of a batch until it is settled. */
export interface BatchRecord extends Placed {
  readonly seq: number;
  readonly units: Batch['units'];
  /** The index of the first element. */
  readonly first: number;
  /** How many units. */
  readonly count: number;
  /** How many elements these stand for together. */
  readonly width: number;
  readonly payload: Uint8Array;
  /** The partials that are its units; empty for elements. */
  readonly parts: readonly ValuedPartial[];
  /** How often the only unit was tried again in each stage; empty for batches of several. */
  readonly retries: readonly number[];
  /** Deaths while the only unit (the only pair, for partials) was executed. */
  deaths: readonly Death[];
  /** Whether a worker was lost that executed it, or what it is a part of. */
  suspect: boolean;
  /** Whether that happened again. */
  alone: boolean;
  /** The last dispatch; 0 before the first. */
  attempt: number;
  /** How often its units were begun in vain in earlier batches, as far as that is known. */
  readonly tried: number;
  /** The attempts of this batch that were begun, and came to nothing. */
  spent: readonly number[];
  state: 'ready' | 'sent' | 'delayed';
  /** The attempts that the hub has not answered for. A batch that is sent usually has one. */
  underWay: readonly number[];
  /** When the first of these was sent. */
  sentAt: number;
  /** Whether it was sent a second time beside the first. */
  speculated: boolean;
  /** When it may be sent again; counts while delayed. */
  dueAt: number;
  /** Its elements, once they had to be looked at again. */
  inputs?: readonly unknown[];
}

/** What a new record needs; the rest is as for a batch that was never sent. */
export type NewRecord = Pick<BatchRecord, 'first' | 'count' | 'payload'> &
  Partial<Pick<BatchRecord, 'parts' | 'retries' | 'deaths' | 'suspect' | 'alone' | 'tried' | 'units'>>;

/**
 * The unsettled batches of a job. A batch is ready to be sent (lowest index first), sent, or delayed until a time.
 * `docs/architecture.md` says what leads from one state to the next, under "A batch's life".
 *
 * Invariant: a batch is `sent` as long as attempts of it are under way. `sent` and `bytesSent` count these attempts. All other
 * batches are in the heap of their state. Elements are counted once, however many attempts there are.
 */
export class BatchLedger {
  readonly #records = new Map<number, BatchRecord>();
  /** The batches, found by their elements. */
  readonly #ranges = new DisjointRanges<BatchRecord>(({ first, width }) => first + width);
  readonly #ready = new Heap<BatchRecord>((record) => record.first);
  readonly #delayed = new Heap<BatchRecord>((record) => record.dueAt);
  #nextSeq = 0;
  #sent = 0;
  #bytesSent = 0;
  #combining = 0;
  #elements = 0;
  #elementsSent = 0;
  #elementsDropped = 0;

  get size(): number {
    return this.#records.size;
  }

  /** Attempts that are under way. */
  get sent(): number {
    return this.#sent;
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Batches of partials among those sent. */
  get combining(): number {
    return this.#combining;
  }

  /** Elements in its batches; those in partials do not count. */
  get elements(): number {
    return this.#elements;
  }

  /** How many of these are in batches that are sent. */
  get elementsSent(): number {
    return this.#elementsSent;
  }

  /** Elements that are sent no more, because one before them ends the job. */
  get elementsDropped(): number {
    return this.#elementsDropped;
  }

  get(seq: number): BatchRecord | undefined {
    return this.#records.get(seq);
  }

  /** The batch whose range begins at this index. */
  startingAt(index: number): BatchRecord | undefined {
    return this.#ranges.startingAt(index);
  }

  /** The batch whose range ends before this index. */
  endingAt(index: number): BatchRecord | undefined {
    return this.#ranges.endingAt(index);
  }

  /** Takes a batch that is to be sent, at once or from a time on. */
  add(record: NewRecord, dueAt = 0): void {
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    const { parts = [], count } = record;
    const added: BatchRecord = {
      units: 'elements',
      width: parts.length === 0 ? count : parts.reduce((sum, part) => sum + part.count, 0),
      parts: [],
      retries: [],
      deaths: [],
      suspect: false,
      alone: false,
      attempt: 0,
      tried: 0,
      spent: [],
      ...record,
      seq,
      state: 'ready',
      underWay: [],
      sentAt: 0,
      speculated: false,
      dueAt,
      place: -1,
    };
    this.#records.set(seq, added);
    this.#elements += elementsOf(added);
    this.#ranges.add(added);
    this.#queue(added);
  }

  /** Takes partials that are to be combined. */
  addPartials(parts: readonly ValuedPartial[], from: Partial<Pick<BatchRecord, 'tried' | 'suspect'>> = {}, dueAt = 0): void {
    const payload = joinParts(parts.map((part) => part.bytes));
    this.add({ ...from, units: 'partials', first: parts[0]?.first ?? 0, count: parts.length, payload, parts }, dueAt);
  }

  /** The ready batch of the lowest index, if that is below `stopAt`. Batches from `stopAt` on are dropped. */
  nextReady(stopAt: number): BatchRecord | undefined {
    for (let record = this.#ready.first; record !== undefined; record = this.#ready.first) {
      if (record.first < stopAt) return record;
      this.drop(elementsOf(record));
      this.#forget(record);
    }
    return undefined;
  }

  /** So many elements are sent no more. They are in none of its batches. */
  drop(elements: number): void {
    this.#elementsDropped += elements;
  }

  /** Dispatches a batch: the one that `nextReady` returned, or one that is sent already. */
  send(record: BatchRecord, now: number): void {
    record.attempt += 1;
    this.#begin(record, record.attempt, now);
  }

  /** An attempt that had been given up is under way after all. */
  adopt(record: BatchRecord, attempt: number, now: number): void {
    if (!record.underWay.includes(attempt)) this.#begin(record, attempt, now);
  }

  /** The attempt came to nothing. */
  lose(record: BatchRecord, attempt: number): void {
    const left = record.underWay.filter((each) => each !== attempt);
    const ended = record.underWay.length - left.length;
    record.underWay = left;
    this.#sent -= ended;
    this.#bytesSent -= ended * record.payload.byteLength;
    if (record.units === 'partials') this.#combining -= ended;
  }

  /** The batch, of which nothing is under way, is to be sent again as it is. */
  again(record: BatchRecord): void {
    this.#elementsSent -= elementsOf(record);
    record.dueAt = 0;
    this.#queue(record);
  }

  /** Forgets the batch. */
  settle(record: BatchRecord): void {
    for (const attempt of record.underWay) this.lose(record, attempt);
    this.#forget(record);
  }

  /** The batches that are sent, those first that were sent first. */
  *sentBatches(): Iterable<BatchRecord> {
    for (const record of this.#records.values()) if (record.state === 'sent') yield record;
  }

  /** All unsettled batches, the lowest index first. */
  inOrder(): BatchRecord[] {
    return this.#ranges.inOrder();
  }

  /** The delayed batch that is due next. */
  get nextDelayed(): BatchRecord | undefined {
    return this.#delayed.first;
  }

  /** When it is due. */
  nextDueAt(): number | undefined {
    return this.#delayed.first?.dueAt;
  }

  /** Makes batches ready whose time has come. Partials that waited alone are settled and returned. */
  wake(now: number): ValuedPartial[] {
    const alone: ValuedPartial[] = [];
    for (let record = this.#delayed.first; record !== undefined && record.dueAt <= now; record = this.#delayed.first) {
      this.#delayed.take();
      const [part] = record.parts;
      if (part !== undefined) {
        this.settle(record);
        alone.push(part);
      } else {
        record.dueAt = 0;
        this.#queue(record);
      }
    }
    return alone;
  }

  clear(): void {
    this.#records.clear();
    this.#ranges.clear();
    this.#ready.clear();
    this.#delayed.clear();
    this.#sent = 0;
    this.#combining = 0;
    this.#bytesSent = 0;
    this.#elements = 0;
    this.#elementsSent = 0;
  }

  validate(): void {
    let sent = 0;
    let bytes = 0;
    let combining = 0;
    let elementsSent = 0;
    for (const record of this.sentBatches()) {
      const { units, underWay, payload } = record;
      sent += underWay.length;
      elementsSent += elementsOf(record);
      if (units === 'partials') combining += underWay.length;
      bytes += underWay.length * payload.byteLength;
    }
    if (sent !== this.#sent) throw new Error(`${sent} attempts under way, ${this.#sent} counted`);
    if (combining !== this.#combining) throw new Error(`${combining} combines under way, ${this.#combining} counted`);
    if (bytes !== this.#bytesSent) throw new Error(`${bytes} bytes under way, ${this.#bytesSent} counted`);
    if (elementsSent !== this.#elementsSent) throw new Error(`${elementsSent} elements under way, ${this.#elementsSent} counted`);
    let elements = 0;
    for (const record of this.#records.values()) {
      elements += elementsOf(record);
      const { seq, state, underWay: attempts } = record;
      if ((state === 'sent') !== attempts.length > 0) throw new Error(`batch ${seq} is ${state}, ${attempts.length} under way`);
      const isFound = this.#ready.has(record) === (state === 'ready') && this.#delayed.has(record) === (state === 'delayed');
      if (!isFound) throw new Error(`batch ${seq} is ${state}, and not where those are`);
    }
    if (elements !== this.#elements) throw new Error(`${elements} elements in batches, ${this.#elements} counted`);
    for (const part of [this.#ranges, this.#ready, this.#delayed]) part.validate();
    const queued = this.#ready.size + this.#delayed.size;
    const isOver = this.#ranges.size !== this.#records.size || queued > this.#records.size;
    if (isOver) throw new Error('batches are found that are over');
  }

  #forget(record: BatchRecord): void {
    this.#records.delete(record.seq);
    this.#elements -= elementsOf(record);
    if (record.state === 'sent') this.#elementsSent -= elementsOf(record);
    this.#ranges.delete(record);
    this.#unqueue(record);
  }

  #queue(record: BatchRecord): void {
    record.state = record.dueAt === 0 ? 'ready' : 'delayed';
    (record.state === 'ready' ? this.#ready : this.#delayed).add(record);
  }

  #unqueue(record: BatchRecord): void {
    if (!this.#ready.delete(record)) this.#delayed.delete(record);
  }

  #begin(record: BatchRecord, attempt: number, now: number): void {
    if (record.state !== 'sent') {
      this.#unqueue(record);
      this.#elementsSent += elementsOf(record);
      record.state = 'sent';
      record.sentAt = now;
    }
    record.underWay = record.underWay.length === 0 ? [attempt] : [...record.underWay, attempt];
    this.#sent += 1;
    this.#bytesSent += record.payload.byteLength;
    if (record.units === 'partials') this.#combining += 1;
  }
}

function elementsOf({ units, count }: BatchRecord): number {
  return units === 'elements' ? count : 0;
}

/** How many of the tries ended in stages before this one, so that it was not reached. */
export function unreachedOf({ retries }: Pick<BatchRecord, 'retries'>, stage: number): number {
  return retries.slice(0, stage).reduce((sum, count) => sum + count, 0);
}

/** How often its units were begun in vain, as far as that is known. */
export function triedOf({ tried, spent }: BatchRecord): number {
  return tried + spent.length;
}
