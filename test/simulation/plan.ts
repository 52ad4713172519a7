import type { StagePolicy } from '../../src/core/job/job-events.js';
import type { ErrorCode } from '../../src/errors/paladin-error.js';
import type { JobDescription } from '../../src/protocol/messages.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { isBlameless, type SimulationOptions } from './options.js';
import type { Random } from './random.js';
import type { SimulatedJobSpec } from './simulated-leader.js';

/** How an element goes wrong. */
export type Flaw = 'fatal' | 'turning' | 'deadly' | 'crashing' | 'hanging' | 'oversized' | 'sour';

/** One job of a run, and what is to come of it. */
export interface Plan {
  readonly leader: number;
  readonly spec: SimulatedJobSpec;
  readonly elements: number;
  /** The elements that go wrong. */
  readonly flaws: ReadonlyMap<number, Flaw>;
  /** Whether partials of several elements may not combine, so that all elements of one are left out. */
  readonly clashes: boolean;
  readonly sourceFails: boolean;
  /** When the subscriber leaves; undefined: never. */
  readonly cancelAfterMs: number | undefined;
  /** The pause of its source between elements, at most. */
  readonly sourcePauseMs: number;
  /** Whether the code of an operation runs it, while none executes there: then it does not wait for slots that others keep. */
  readonly isStray: boolean;
  /** Whether its source waits for the leader's next job, so that open jobs may wait for others that are not. */
  readonly follows: boolean;
  /** The element that waits at its worker until the leader's next job is over, if one does. */
  readonly waitsAt: number | undefined;
  /** How long its subscriber pauses, at most; undefined: never. */
  readonly hesitationMs: number | undefined;
}

/** What the source of every job with `sourceFails` fails with. */
export const sourceError: Error = new Error('the source failed');

/** The code that an element's flaw ends its job with. */
export const codes: Readonly<Record<Flaw, ErrorCode>> = {
  fatal: 'OPERATION_FAILED',
  turning: 'RETRIES_EXHAUSTED',
  deadly: 'POISON_TASK',
  crashing: 'POISON_TASK',
  hanging: 'TASK_TIMEOUT',
  oversized: 'PAYLOAD_TOO_LARGE',
  sour: 'OPERATION_FAILED',
};

/** How long an element may take where there is a timeout; far more than any that does not hang. */
const timeoutMs = 400_000;

export function planJob(leader: number, number: number, options: SimulationOptions, random: Random): Plan {
  const operation = `map-${leader}-${number}`;
  const folds = random.chance(0.5);
  const maps = folds ? random.int(0, 2) : random.int(1, 2);
  const onFatal = random.chance(0.5) ? 'skip' : 'terminate';
  const policy = (kind: 'map' | 'fold', name: string): StagePolicy => ({
    kind,
    operation: name,
    timeoutMs: kind === 'map' ? timeoutMs : undefined,
    retry: undefined,
    onFatal,
  });
  const divides = options.pools.length > 0;
  const nameOf = (at: number): string => (divides ? `${operation}.${at}` : operation);
  const stages = [
    ...Array.from({ length: maps }, (_, at) => policy('map', nameOf(at))),
    ...(folds ? [policy('fold', 'concat')] : []),
  ];
  const most = options.mostElements;
  const elements = random.pick([0, 1, 2, random.int(3, 40), random.int(Math.min(40, most), most)]);
  const description: JobDescription = {
    stages: stages.map((stage) => ({ kind: stage.kind, operation: stage.operation, version: 1, ...timeoutOf(stage) })),
    serializer: 'msgpack',
  };
  const flaws = planFlaws(elements, maps, folds && onFatal === 'skip', options, random);
  // What takes very long takes slots for so long that jobs wait for them in vain.
  const isStray = random.chance(options.veryLong ? 0.4 : 0.1);
  return {
    leader,
    isStray,
    spec: {
      stages,
      empty: folds ? () => '' : undefined,
      ordered: random.chance(0.8),
      batch: random.pick(['auto', 'auto', 1, 3, 16] as const),
      window: random.pick([1, 2, 7, 64, 65_536]),
      serializer: msgpack,
      noWorkerTimeoutMs: Infinity,
      // More often than an innocent element is with a worker that a fault kills, where it was not told to go.
      maxDeaths: isBlameless(options) ? 4 : 12 + Math.ceil(options.faultsUntilMs / options.faultEveryMs),
      speculate: random.chance(0.2),
      divisible: stages.length > 1,
      random: random.next,
      description,
      priority: random.int(-2, 2),
      isStray,
    },
    elements,
    flaws,
    // Behind a map that leaves elements out, a fold counts its own elements.
    clashes: folds && onFatal === 'skip' && [...flaws.values()].every((flaw) => flaw === 'sour') && random.chance(0.3),
    sourceFails: random.chance(0.1),
    cancelAfterMs: random.chance(0.1) ? random.int(0, 2_000) : undefined,
    // Long ones let a job be idle, and wake again.
    sourcePauseMs: random.pick([0, 0, 1, 20, 300]),
    follows: random.chance(0.15),
    waitsAt: maps > 0 && options.nests && random.chance(0.5) ? random.int(0, Math.max(0, elements - 1)) : undefined,
    hesitationMs: random.chance(0.3) ? random.pick([1, 20, 300]) : undefined,
  };
}

function planFlaws(
  elements: number,
  maps: number,
  skippingFold: boolean,
  { deadly, limits, pools }: SimulationOptions,
  random: Random,
): Map<number, Flaw> {
  const flaws = new Map<number, Flaw>();
  if (elements === 0) return flaws;
  const add = (flaw: Flaw, count: number): void => {
    for (let left = count; left > 0; left -= 1) flaws.set(random.int(0, elements - 1), flaw);
  };
  // Where every element is sour, there is no telling which to leave out.
  if (skippingFold && elements > 20 && random.chance(0.5)) add('sour', 10);
  if (maps > 0 && random.chance(0.3)) add('fatal', 2);
  if (maps > 0 && deadly) {
    for (const flaw of ['deadly', 'crashing', 'hanging'] as const) if (random.chance(0.15)) add(flaw, 1);
    // Of these it is known where they stand in their batch: anywhere, with others of them before and behind.
    for (const flaw of ['deadly', 'hanging'] as const) if (random.chance(0.15)) add(flaw, 3);
  }
  if (maps > 0 && limits.maxPayloadBytes < 2 ** 20 && random.chance(0.5)) add('oversized', 1);
  // Transiently, in one stage and in the other by turns. One alone: an index is counted without what earlier stages left out.
  // Which of them fails is by how often the element failed in both.
  if (maps > 1 && pools.length === 0 && flaws.size === 0 && random.chance(0.5)) add('turning', 1);
  return flaws;
}

function timeoutOf({ timeoutMs: ms }: StagePolicy): { readonly timeoutMs?: number } {
  return ms === undefined ? {} : { timeoutMs: ms };
}

/** What an element is made of. */
export function inputOf({ flaws, spec }: Plan, index: number, maxPayloadBytes: number): string {
  const flaw = flaws.get(index);
  if (flaw === 'sour' && spec.stages.at(-1)?.kind === 'fold') return `${index}!.`;
  return flaw === 'oversized' ? `${index}${' '.repeat(maxPayloadBytes)}.` : `${index}.`;
}

/** What comes of an element that goes well. */
export function outputOf({ spec }: Plan, index: number): string {
  const maps = spec.stages.filter((stage) => stage.kind === 'map').length;
  return `${'<'.repeat(maps)}${index}.${'>'.repeat(maps)}`;
}

/** What is to come of a job that nobody cancels. */
export interface Expected {
  /** Outputs, in order; a fold's one is what is expected if it completes. */
  readonly outputs: readonly string[];
  /** The first element that ends the job; Infinity: none does. */
  readonly stopAt: number;
  readonly fails: boolean;
  readonly skips: boolean;
  readonly folds: boolean;
}

export function expectedOf({ spec, elements, flaws, sourceFails, ...rest }: Plan): Expected {
  const skips = spec.stages[0]?.onFatal === 'skip';
  const folds = spec.stages.at(-1)?.kind === 'fold';
  const stopAt = skips ? Infinity : Math.min(Infinity, ...flaws.keys());
  const plan = { spec, elements, flaws, sourceFails, ...rest };
  const good = Array.from({ length: Math.min(stopAt, elements) }, (_, index) => index).filter((index) => !flaws.has(index));
  const outputs = good.map((index) => outputOf(plan, index));
  return { outputs: folds ? [outputs.join('')] : outputs, stopAt, fails: stopAt < Infinity || sourceFails, skips, folds };
}
