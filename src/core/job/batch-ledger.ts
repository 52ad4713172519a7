import { Heap } from '../../collections/heap.js';
import type { Batch } from '../../protocol/messages.js';
import { joinParts } from '../../protocol/parts.js';
import type { ValuedPartial } from './fold-assembly.js';

/** What the leader remembers of a batch until it is settled. */
export interface BatchRecord {
  readonly seq: number;
  readonly units: Batch['units'];
  /** The index of the first element. */
  readonly first: number;
  /** How many units. */
  readonly count: number;
  readonly payload: Uint8Array;
  /** The partials that are its units; empty for elements. */
  readonly parts: readonly ValuedPartial[];
  /** How often the only unit was tried again in each stage; empty for batches of several. */
  readonly retries: readonly number[];
  /** The workers that died of the only unit (of the only pair, for partials). */
  readonly deaths: readonly string[];
  /** The last dispatch; 0 before the first. */
  attempt: number;
  state: 'ready' | 'sent' | 'delayed';
  /** When it may be sent again; counts while delayed. */
  dueAt: number;
  /** Its elements, once they had to be looked at again. */
  inputs?: readonly unknown[];
}

/** What a new record needs; the rest is as for a batch that was never sent. */
export type NewRecord = Pick<BatchRecord, 'first' | 'count' | 'payload'> &
  Partial<Pick<BatchRecord, 'parts' | 'retries' | 'deaths' | 'attempt' | 'units'>>;

/**
 * The unsettled batches of a job: ready to be sent, lowest index first; sent; or delayed until a time.
 *
 * Invariant: `sent` and `bytesSent` count the records in state `sent`. The heaps may hold records that have been settled since; these
 * are passed over.
 */
export class BatchLedger {
  readonly #records = new Map<number, BatchRecord>();
  readonly #ready = new Heap<BatchRecord>((record) => record.first);
  readonly #delayed = new Heap<BatchRecord>((record) => record.dueAt);
  #nextSeq = 0;
  #sent = 0;
  #bytesSent = 0;
  #combining = 0;

  get size(): number {
    return this.#records.size;
  }

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

  get(seq: number): BatchRecord | undefined {
    return this.#records.get(seq);
  }

  /** Takes a batch that is to be sent, at once or from a time on. */
  add(record: NewRecord, dueAt = 0): void {
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    const added: BatchRecord = {
      units: 'elements',
      parts: [],
      retries: [],
      deaths: [],
      attempt: 0,
      ...record,
      seq,
      state: 'ready',
      dueAt,
    };
    this.#records.set(seq, added);
    this.#queue(added);
  }

  /** Takes partials that are to be combined. */
  addPartials(parts: readonly ValuedPartial[], from: Partial<Pick<BatchRecord, 'attempt' | 'deaths'>> = {}, dueAt = 0): void {
    const payload = joinParts(parts.map((part) => part.bytes));
    const attempt = Math.max(from.attempt ?? 0, ...parts.map((part) => part.attempt));
    this.add({ ...from, attempt, units: 'partials', first: parts[0]?.first ?? 0, count: parts.length, payload, parts }, dueAt);
  }

  /** The ready batch of the lowest index, if that is below `stopAt`; those from there on are dropped. */
  nextReady(stopAt: number): BatchRecord | undefined {
    for (let record = this.#ready.peek(); record !== undefined; record = this.#ready.peek()) {
      if (this.#is(record, 'ready')) {
        if (record.first < stopAt) return record;
        this.#records.delete(record.seq);
      }
      this.#ready.pop();
    }
    return undefined;
  }

  /** Dispatches the batch that `nextReady` returned. */
  send(record: BatchRecord): void {
    this.#ready.pop();
    record.state = 'sent';
    record.attempt += 1;
    this.#sent += 1;
    if (record.units === 'partials') this.#combining += 1;
    this.#bytesSent += record.payload.byteLength;
  }

  /** The batch is not with the hub any more, and is to be sent again as it is. */
  again(record: BatchRecord): void {
    this.#unsend(record);
    record.dueAt = 0;
    this.#queue(record);
  }

  /** All sent batches are to be sent again. */
  allAgain(): void {
    for (const record of this.#records.values()) if (record.state === 'sent') this.again(record);
  }

  /** Forgets the batch. */
  settle(record: BatchRecord): void {
    this.#unsend(record);
    this.#records.delete(record.seq);
  }

  /** When the next delayed batch is due. */
  nextDueAt(): number | undefined {
    return this.#delayed.peek()?.dueAt;
  }

  /** Makes batches ready whose time has come; partials that waited alone are settled and returned. */
  wake(now: number): ValuedPartial[] {
    const alone: ValuedPartial[] = [];
    for (let record = this.#delayed.peek(); record !== undefined && record.dueAt <= now; record = this.#delayed.peek()) {
      this.#delayed.pop();
      if (!this.#is(record, 'delayed')) continue;
      const [part] = record.parts;
      if (part !== undefined && record.count === 1) {
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
    this.#sent = 0;
    this.#combining = 0;
    this.#bytesSent = 0;
  }

  validate(): void {
    const sent = [...this.#records.values()].filter((record) => record.state === 'sent');
    if (sent.length !== this.#sent) throw new Error(`${sent.length} batches sent, ${this.#sent} counted`);
    const bytes = sent.reduce((sum, record) => sum + record.payload.byteLength, 0);
    if (bytes !== this.#bytesSent) throw new Error(`${bytes} bytes sent, ${this.#bytesSent} counted`);
    const elements = [...this.#records.values()].filter((record) => record.units === 'elements');
    let end = 0;
    for (const record of elements.toSorted((a, b) => a.first - b.first)) {
      if (record.first < end) throw new Error(`batches overlap at ${record.first}`);
      end = record.first + record.count;
    }
  }

  #is(record: BatchRecord, state: BatchRecord['state']): boolean {
    return record.state === state && this.#records.get(record.seq) === record;
  }

  #queue(record: BatchRecord): void {
    record.state = record.dueAt === 0 ? 'ready' : 'delayed';
    (record.state === 'ready' ? this.#ready : this.#delayed).push(record);
  }

  #unsend(record: BatchRecord): void {
    if (record.state !== 'sent') return;
    this.#sent -= 1;
    if (record.units === 'partials') this.#combining -= 1;
    this.#bytesSent -= record.payload.byteLength;
  }
}
