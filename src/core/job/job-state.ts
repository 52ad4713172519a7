import { Backlog } from './backlog.js';
import type { Arrivals } from './arrivals.js';
import { BatchLedger } from './batch-ledger.js';
import { BatchSizing } from './batch-sizing.js';
import { Emission } from './emission.js';
import { EventInHand } from './event-in-hand.js';
import { Fold } from '../fold/fold.js';
import { LeftOut } from './left-out.js';
import { Tally } from './tally.js';
import { Whereabouts } from './whereabouts.js';
import type { DueDivision, Gone, Inheritance, Past } from './inheritance.js';
import type { JobConfig, SourceState, StagePolicy } from './job-events.js';

/** The state of a job. The code that sends batches, the code that settles them, and the job that leads both share it. */
export class JobState {
  readonly config: JobConfig;
  readonly sizing: BatchSizing;
  readonly backlog: Backlog;
  /** Which elements these are, where the job is a later part of a chain. */
  readonly arrivals: Arrivals | undefined;
  /** Its stages, of those in its config; `to` excluded. */
  readonly from: number;
  readonly to: number;
  /** For elements that are still to be cut: how often the chain was tried with them before it was divided, in order. */
  past: readonly Past[];
  /** When it is to be divided. */
  division: DueDivision | undefined = undefined;
  readonly ledger: BatchLedger = new BatchLedger();
  readonly emission: Emission;
  readonly tally: Tally;
  readonly whereabouts: Whereabouts = new Whereabouts();
  /** There when the chain ends in a fold. */
  readonly fold: Fold | undefined;
  /** Which elements a fold has left out. */
  readonly leftOut: LeftOut | undefined;
  source: SourceState = { state: 'open' };
  /** Whether any of it may have been executed. */
  begun = false;
  connected = false;
  /** When the connection was lost last. */
  disconnectedAt = 0;
  /** None while it is not connected. */
  slots = 0;
  /** Elements taken from the backlog so far: the index of the next one. */
  cut = 0;
  /** How many elements the source was last told that it may emit in all. */
  demanded = 0;
  /** How many elements there were before it counted from 0 again. */
  origin = 0;
  /** The index of the first element whose failure ends the job; those from there on are not sent any more. */
  stopAt: number = Infinity;
  /** Whether it would send more, if the leader's other jobs left it room at the hub. */
  blocked = false;
  /** Whether it has nothing under way and something to send, for which it has no place or no slot. */
  wanting = false;
  /** Batches that went with their workers, and the last of them; for the error when no worker is left. */
  gone: Gone | undefined = undefined;
  /** Results that came for batches which were settled already. */
  staleResults = 0;
  /** The event in hand. */
  inHand: EventInHand = new EventInHand();

  constructor(config: JobConfig) {
    this.config = config;
    this.sizing = new BatchSizing(config.batch, config.window);
    const { part, stages } = config;
    // Only `divide` makes these.
    const inherited = part?.inherited as Inheritance | undefined;
    this.from = part?.from ?? 0;
    this.to = part?.to ?? stages.length;
    this.backlog = inherited?.backlog ?? new Backlog();
    this.arrivals = inherited?.arrivals;
    this.past = inherited?.past ?? [];
    const folds = this.to === stages.length && stages.at(-1)?.kind === 'fold';
    this.fold = folds ? (inherited?.fold ?? new Fold()) : undefined;
    this.leftOut = folds ? (inherited?.leftOut ?? new LeftOut()) : undefined;
    this.emission = inherited?.emission ?? new Emission(config.ordered || folds);
    this.tally = inherited?.tally ?? new Tally();
    if (inherited !== undefined) this.#goOn(inherited);
  }

  #goOn({ source, records, cut, origin, stopAt, gone, demanded, dropped }: Inheritance): void {
    this.ledger.drop(dropped);
    Object.assign(this, { source, cut, origin, stopAt, gone, demanded });
    for (const { dueAt, ...record } of records) this.ledger.add(record, dueAt);
  }

  /** The next event is in hand, and nothing has come of it yet. */
  open(): EventInHand {
    this.inHand = new EventInHand();
    return this.inHand;
  }

  /** How many elements have come, and are neither cut nor known to be left out. */
  get uncut(): number {
    return this.backlog.size + (this.arrivals?.leftOut ?? 0);
  }

  /** The index of the next element to be cut, as far as one is there. */
  get nextIndex(): number {
    return this.arrivals?.nextIndex ?? this.cut;
  }

  /** Whether the event in hand ends the job. */
  get ending(): boolean {
    return this.inHand.end !== undefined;
  }

  /** Elements that may be cut before others are released, or in partials. */
  get room(): number {
    return this.config.window - (this.cut - this.emission.released - this.emission.foldedAhead);
  }

  /** Whether the fold is of the elements themselves. A lone one is its own partial then, and need not travel. */
  get foldsElements(): boolean {
    return this.config.stages[this.from]?.kind === 'fold';
  }

  stage(stage: number): StagePolicy {
    const policy = this.config.stages[stage];
    if (policy === undefined) throw new Error(`stage ${stage} of ${this.config.stages.length}; ${this.story()}`);
    return policy;
  }

  /** Where the job stands, for errors. */
  story(): string {
    return `source ${this.source.state}, ${this.cut} cut, ${this.emission.released} released, ${this.ledger.size} batches unsettled`;
  }

  /** Counts from 0 again. The numbers of batches go on, so that a late answer is not taken for that of a later batch. */
  rewind(): void {
    const { backlog, ledger, emission, fold, cut } = this;
    if (backlog.size + ledger.size > 0 || emission.released < cut || fold !== undefined) {
      throw new Error(`'rewound' while something is to be done; ${this.story()}`);
    }
    this.origin += cut;
    this.cut = 0;
    this.gone = undefined;
    emission.rewind();
  }

  validate(): void {
    const fail = (what: string): never => {
      throw new Error(`${what}; ${this.story()}`);
    };
    this.ledger.validate();
    this.fold?.validate();
    this.emission.validate();
    this.arrivals?.validate(this.backlog.size);
    this.tally.validate(this);
    if (this.emission.released > this.cut) fail('more released than cut');
    if (this.room < 0) fail(`window of ${this.config.window} exceeded`);
  }

  clear(): void {
    this.backlog.clear();
    this.ledger.clear();
    this.emission.clear();
    this.fold?.clear();
  }
}
