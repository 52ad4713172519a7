import { Job } from '../../src/core/job/job.js';
import type { JobFacts } from '../../src/core/job/facts.js';
import type { JobConfig, JobEvent } from '../../src/core/job/job-events.js';
import type { Batch } from '../../src/protocol/messages.js';
import { joinParts } from '../../src/wire/parts.js';
import { configOf, json, stage } from './job-harness.js';

/** What a run is of. Elements are told by their indices. */
export interface Shape {
  readonly name: string;
  readonly elements: number;
  /** How many its owner says that there are; undefined: so many as there are. */
  readonly total?: number;
  readonly slots: number;
  /** How long each element takes, in milliseconds. */
  readonly elementMs: (index: number) => number;
  /** When each comes from the source. */
  readonly comesAt: (index: number) => number;
  /** What a combine costs; undefined: the chain does not fold. */
  readonly combineMs?: number;
  /** When further slots come, and how many. */
  readonly later?: { readonly at: number; readonly slots: number };
}

/** One way between the job and a slot. */
const tripMs = 0.4;

/** Is told how many elements have come back so far, and may ask for more. */
type Look = (back: number, ask: () => JobFacts) => void;

/**
 * Runs a job against slots in virtual time, without a hub in between. What is sent first is executed first, and elements come
 * before partials.
 *
 * @returns how long it took
 */
export function runShape(shape: Shape, look: Look, changes: Partial<JobConfig> = {}): number {
  return new Slots(shape, look, changes).run();
}

class Slots {
  readonly #shape: Shape;
  readonly #look: Look;
  readonly #job: Job;
  readonly #agenda: { readonly at: number; readonly run: () => void }[] = [];
  readonly #queue: Batch[] = [];
  #now = 0;
  #idle: number;
  #next = 0;
  #back = 0;

  constructor(shape: Shape, look: Look, changes: Partial<JobConfig>) {
    this.#shape = shape;
    this.#look = look;
    this.#idle = shape.slots;
    const stages = [stage('map'), ...(shape.combineMs === undefined ? [] : [stage('fold')])];
    this.#job = new Job(configOf({ stages, window: 65_536, ...changes }));
  }

  run(): number {
    const { slots, later } = this.#shape;
    this.#tell({ type: 'connected' });
    this.#tell({ type: 'capacity', slots, leased: 0, missing: '' });
    if (later !== undefined) {
      this.#at(later.at, () => {
        this.#idle += later.slots;
        this.#tell({ type: 'capacity', slots: slots + later.slots, leased: 0, missing: '' });
        this.#serve();
      });
    }
    this.#feed();
    while (!this.#job.over) {
      const next = this.#agenda.shift();
      const due = this.#job.nextDeadline() ?? Infinity;
      if (due <= (next?.at ?? Infinity)) {
        if (next !== undefined) this.#agenda.unshift(next);
        if (due === Infinity) throw new Error(`'${this.#shape.name}' does not end`);
        this.#now = Math.max(this.#now, due);
        this.#tell({ type: 'tick' });
      } else if (next !== undefined) {
        this.#now = next.at;
        next.run();
      }
    }
    return this.#now;
  }

  #feed(): void {
    const { elements, comesAt } = this.#shape;
    const values: number[] = [];
    for (; this.#next < elements && comesAt(this.#next) <= this.#now; this.#next += 1) values.push(this.#next);
    if (values.length > 0) this.#tell({ type: 'elements', values });
    if (this.#next === elements) this.#tell({ type: 'sourceCompleted' });
    else this.#at(comesAt(this.#next), () => this.#feed());
  }

  #at(at: number, run: () => void): void {
    const before = this.#agenda.findLastIndex((entry) => entry.at <= at);
    this.#agenda.splice(before + 1, 0, { at, run });
  }

  #tell(event: JobEvent): void {
    const effects = this.#job.handle(event, this.#now);
    for (const effect of effects) {
      if (effect.type === 'failed') throw effect.error;
      if (effect.type === 'send') {
        const { batch } = effect;
        this.#at(this.#now + tripMs, () => {
          this.#queue.push(batch);
          this.#serve();
        });
      }
    }
    const { elements, total = elements } = this.#shape;
    this.#look(this.#back, () => this.#job.facts({ now: this.#now, hub: { awayBecause: undefined }, total }));
  }

  #serve(): void {
    while (this.#idle > 0 && this.#queue.length > 0) {
      const at = this.#queue.findIndex(({ units }) => units === 'elements');
      const [batch] = this.#queue.splice(Math.max(0, at), 1);
      if (batch === undefined) return;
      this.#idle -= 1;
      const elapsedMs = this.#timeOf(batch);
      this.#at(this.#now + elapsedMs, () => {
        this.#idle += 1;
        this.#serve();
        this.#at(this.#now + tripMs, () => this.#answer(batch, elapsedMs));
      });
    }
  }

  #timeOf({ units, first, count }: Batch): number {
    const { elementMs, combineMs = 0 } = this.#shape;
    const combines = combineMs * (count - 1);
    if (units === 'partials') return combines;
    return Array.from({ length: count }, (_, at) => elementMs(first + at)).reduce((sum, ms) => sum + ms, combines);
  }

  #answer({ seq, attempt, count, units }: Batch, elapsedMs: number): void {
    if (units === 'elements') this.#back += count;
    const { combineMs } = this.#shape;
    const outputs = Array.from({ length: count }, () => 0);
    const payload = combineMs === undefined ? json.encode(outputs) : joinParts([json.encode([0])]);
    const result = { seq, attempt, done: count, failures: [], elapsedMs, payload };
    this.#tell({ type: 'result', workerId: 'w', result });
  }
}
