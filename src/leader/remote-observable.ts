import type { Subscriber, TeardownLogic } from 'rxjs';
import { Observable } from '../rxjs.js';
import {
  checkJobOptions,
  checkRuntime,
  checkSpeculation,
  checkStage,
  isIdempotent,
  jobOptions,
  madeStage,
  siteOf,
  stageOptions,
  type JobOptions,
  type StageOptions,
  type StageSpec,
} from './job-spec.js';
import { toBoth } from './job-progress.js';
import { joinFlow } from './flow.js';
import { operatorHints } from './misplaced-options.js';
import type { JobHandle } from './job-driver.js';
import type { Runtime } from './runtime.js';
import { SourceFeed } from './source-feed.js';
import { CallSite, showCall, type Called } from '../errors/call-site.js';
import { checkFlag, checkOptions, type Known } from '../errors/options.js';
import { PaladinError } from '../errors/paladin-error.js';
import { isA } from '../errors/thrown.js';

/**
 * Options of `remoteMap` and `remoteFold`: those of the stage, and those of the job that the stage is part of. An option that is
 * `undefined` counts as not given.
 */
export interface RemoteOptions extends StageOptions, JobOptions {
  /**
   * Whether the operator may share a trip with the remote operators next to it (fusion). Results are the same. Default true.
   */
  readonly fuse?: boolean | undefined;
}

const known: Known<RemoteOptions> = { ...stageOptions, ...jobOptions, fuse: true };

const noSeed = 'a fold begins with its first element, and with no seed: combine what it emits with yours.';
const foldHints = { ...operatorHints, '': noSeed, seed: noSeed, initial: noSeed, initialValue: noSeed };

/** What one subscription runs: a source, and the stages that its elements go through in one trip. */
interface StageChain {
  readonly source: Observable<unknown>;
  readonly runtime: Runtime;
  readonly stages: readonly StageSpec[];
  readonly options: JobOptions;
  readonly fuse: boolean;
}

/**
 * What a remote operator returns: an observable that carries its stage chain. So a remote operator after it can join the chain
 * (fusion). Any other operator makes an ordinary observable of it, and so ends the chain. Each subscription is a job of its own.
 */
export class RemoteObservable<T> extends Observable<T> {
  /** Marks these observables, also across copies of this package. */
  readonly '~paladinChain': StageChain;

  constructor(chain: StageChain) {
    super((subscriber) => runChain(chain, subscriber));
    this['~paladinChain'] = chain;
  }
}

/**
 * Puts a stage behind a source. Where the two may be fused, the stage joins the source's chain. Else it begins a chain of its
 * own.
 *
 * @param where the operator, for messages
 * @param called the operator itself: the stacks of errors begin with who has called it
 */
export function remoteStage<T>(
  where: string,
  kind: StageSpec['kind'],
  operation: StageSpec['operation'],
  runtime: Runtime,
  given: RemoteOptions,
  called: Called,
): (source: Observable<unknown>) => RemoteObservable<T> {
  const hints = kind === 'fold' ? foldHints : operatorHints;
  const { fuse = true, timeout, retry, onFatal, onSkip, validate, ...options } = checkOptions(where, given, known, hints);
  const parts: StageSpec = definedOnly({ kind, operation, timeout, retry, onFatal, onSkip, validate });
  const stage = madeStage(parts, new CallSite(called));
  checkStage(where, stage);
  checkRuntime(where, runtime);
  checkFlag(where, 'fuse', fuse);
  checkJobOptions(where, options);
  checkSpeculation(where, [stage], options);
  const added = definedOnly(options);
  return (source) => {
    const chain = chainOf(source);
    const joined = chain !== undefined && chain.runtime === runtime && fuse ? joinChain(chain, stage, added) : undefined;
    return new RemoteObservable(joined ?? { source, runtime, stages: [stage], options: added, fuse });
  };
}

/**
 * The chain with the stage behind it. It is undefined where results would differ from those without fusion:
 * - behind a fold;
 * - behind a stage that leaves elements out, because the next operator counts its indices without them;
 * - where the options of the two contradict, or place the work differently;
 * - where only one of them may be executed twice at once.
 *
 * Options of a stage stay with it: `timeout`, `retry`, `onFatal`, `onSkip`, `validate`. Either operator may set the options of
 * the whole trip: `batch`, `window`, `ordered`, `speculate`. What only tells of the trip never keeps it from
 * being shared. Of `name` and `total` the first one that is given counts. All `onProgress` are told.
 */
function joinChain(chain: StageChain, stage: StageSpec, options: JobOptions): StageChain | undefined {
  const last = chain.stages.at(-1);
  if (!chain.fuse || last?.kind === 'fold' || last?.onFatal === 'skip') return undefined;
  if (!arePlacedAlike(chain.options, options)) return undefined;
  const onProgress = toBoth(chain.options.onProgress, options.onProgress);
  const merged: JobOptions = { ...options, ...chain.options, ...(onProgress && { onProgress }) };
  if (merged.speculate === true && ![...chain.stages, stage].every(({ operation }) => isIdempotent(operation))) return undefined;
  for (const option of ['batch', 'window', 'ordered', 'speculate'] as const) {
    if (options[option] !== undefined && options[option] !== merged[option]) return undefined;
  }
  return { ...chain, stages: [...chain.stages, stage], options: merged };
}

/** Whether both ask for the same workers, the same share of the slots, and the same serializer. */
function arePlacedAlike(one: JobOptions, other: JobOptions): boolean {
  const labelsOf = ({ labels = [] }: JobOptions): string => JSON.stringify([...new Set(labels)].toSorted());
  return (
    labelsOf(one) === labelsOf(other) && (one.priority ?? 0) === (other.priority ?? 0) && one.serializer === other.serializer
  );
}

function chainOf(source: Observable<unknown>): StageChain | undefined {
  return '~paladinChain' in source ? (source as RemoteObservable<unknown>)['~paladinChain'] : undefined;
}

function runChain<T>(chain: StageChain, subscriber: Subscriber<T>): TeardownLogic {
  const { source, runtime, stages, options } = chain;
  const feed = new SourceFeed();
  let job: JobHandle;
  try {
    job = runtime.openJob(
      { ...options, stages },
      {
        next: (value) => {
          // The operator's types say what its last stage returns.
          subscriber.next(value as T);
        },
        skipped: (error, stage, input) => {
          const { onSkip } = stages[stage] ?? {};
          onSkip?.(error, input());
        },
        demand: (count) => {
          feed.ask(count);
        },
        completed: () => {
          subscriber.complete();
        },
        failed: (error) => {
          subscriber.error(error);
        },
      },
    );
  } catch (error) {
    if (isA(error, PaladinError)) showCall(error, siteOf(stages)(error.operation));
    subscriber.error(error);
    return undefined;
  }
  subscriber.add(() => {
    job.cancel();
  });
  if (subscriber.closed) return undefined;
  joinFlow(subscriber, job);
  return feed.start(source, job);
}

/** The object without the fields that are undefined. */
function definedOnly<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Fields that are undefined are gone.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
