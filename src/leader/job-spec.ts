import type { CallSite } from '../errors/call-site.js';
import { isObservable } from '../rxjs.js';
import { PaladinError } from '../errors/paladin-error.js';
import { checkRetry, type OnFatal, type RetryStrategy } from '../errors/retry.js';
import {
  maxBatchUnits,
  maxDeaths,
  maxDescribedLength,
  maxJobLabels,
  maxNameLength,
  maxPeerNameLength,
  maxPriority,
  maxStages,
} from '../limits.js';
import { definitionOf, type Operation, type OperationDefinition } from '../operation/operation.js';
import { areNames, isName } from '../protocol/names.js';
import { serializerNamed, type SerializerName } from '../serializer/named.js';
import { isSerializer } from '../serializer/is-serializer.js';
import type { Serializer } from '../serializer/serializer.js';
import { describe } from '../errors/describe.js';
import { abridged, holds, readOr } from '../errors/thrown.js';
import { checkFlag, checkMs, checkOptions, type Known } from '../errors/options.js';
import type { JobProgress } from './job-progress.js';

/** Options of one stage: how its failures are treated. */
export interface StageOptions {
  /**
   * How long one element may take at a worker, in milliseconds: from 1 to 2,147,483,647, or `Infinity`. Then it fails with
   * `TASK_TIMEOUT`. The wait for a worker does not count. Nor does `create`, which may take any time: the worker warns of one
   * that takes more than 30 s. Default: any time.
   */
  readonly timeout?: number | undefined;
  /**
   * How an element is tried again if its error does not say so itself. These errors are neither transient nor fatal by class, or
   * are transient and name no strategy. Default: the former are fatal, the latter are tried again at once, at most 3 times.
   */
  readonly retry?: RetryStrategy | undefined;
  /** What a fatal error does. `terminate` ends the job, `skip` leaves the element out. Default `terminate`. */
  readonly onFatal?: OnFatal | undefined;
  /**
   * Called once for each element that is left out, with the error and a copy of the element as the chain took it in. Where
   * operators are fused, that is the element of the first one's source. A partial of a fold that cannot be combined is left out
   * with all its elements. Then each element has an error of its own, with its `index`. Elements that were combined are not kept:
   * their `input` is `undefined`. Default: nobody is told.
   */
  readonly onSkip?: ((error: PaladinError, input: unknown) => void) | undefined;
  /**
   * Asks the operation's schemas at the leader, too, before anything is sent. It asks that of the arguments, and that of each
   * element where the stage is the first of its chain. They must answer at once. What they make of a value is not sent. Workers
   * ask them in any case. A value that is refused fails with `INVALID_INPUT`. Default false.
   */
  readonly validate?: boolean | undefined;
}

/** Options of a whole job. */
export interface JobOptions {
  /** Whether outputs come in source order, or else in completion order. Default true. */
  readonly ordered?: boolean | undefined;
  /**
   * The most elements in one batch: a whole number from 1 to 1,048,576. With `auto`, cost and size of the elements decide.
   * Default `auto`.
   */
  readonly batch?: 'auto' | number | undefined;
  /**
   * The most elements that are taken in and not emitted yet: a whole number from 1. Where the chain ends in a fold, those that
   * are not folded yet. Default 65,536.
   */
  readonly window?: number | undefined;
  /** The job's share of the slots: a whole number from -10 to 10. Each step up doubles it. Default 0. */
  readonly priority?: number | undefined;
  /** Labels that a worker must carry to be given the job's work: at most 64, of 1 to 300 characters each. Default: none. */
  readonly labels?: readonly string[] | undefined;
  /**
   * Whether slow batches are executed a second time near the end of the job, on slots that are idle. The first success counts. It
   * needs operations that are declared `idempotent`. Default false.
   */
  readonly speculate?: boolean | undefined;
  /**
   * The serializer of inputs, outputs and arguments: a value, or the name of one of this package's. Workers must know one of the
   * same name. Default: the runtime's.
   */
  readonly serializer?: Serializer | SerializerName | undefined;
  /** The job's name, for people who look at progress: 1 to 200 characters. Default: the names of its operations. */
  readonly name?: string | undefined;
  /**
   * How many elements the source has, if that is known before: a whole number from 0. It says how long the job still takes, and
   * bounds nothing. Default: unknown until the source has completed.
   */
  readonly total?: number | undefined;
  /**
   * Is told how far the job is, four times a second while the job is open. It is told of the end once, before the subscriber is.
   * It is told nothing after the subscriber has left. What it throws does not touch the job: it is thrown in a turn of its own.
   * Default: nobody is told, and that costs nothing.
   */
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
}

export const stageOptions: Known<StageOptions> = { timeout: true, retry: true, onFatal: true, onSkip: true, validate: true };

export const jobOptions: Known<JobOptions> = {
  ordered: true,
  batch: true,
  window: true,
  priority: true,
  labels: true,
  speculate: true,
  serializer: true,
  name: true,
  total: true,
  onProgress: true,
};

/** One operator of a stage chain. */
export interface StageSpec extends StageOptions {
  /** Whether the stage maps each element, or folds all of them. Only the last stage can fold. Required. */
  readonly kind: 'map' | 'fold';
  /** What is executed: an operation with its arguments, or, for a fold, a monoid with its arguments. Required. */
  readonly operation: Operation<never, unknown>;
}

/** Where the program has made a stage, beside the fields that it may set. */
const madeAt: unique symbol = Symbol('where it was made');

/** The stage, with the place where the program has made it. */
export function madeStage(stage: StageSpec, site: CallSite): StageSpec {
  return Object.assign(stage, { [madeAt]: site });
}

/** Where the program has made the stage; undefined where it has opened the job itself. */
function madeAtOf(stage: StageSpec): CallSite | undefined {
  // Only `madeStage` has the symbol.
  return (stage as { readonly [madeAt]?: CallSite })[madeAt];
}

/** Where the program has made the stage of an operation, or the last one; undefined where nobody knows. */
export function siteOf(stages: readonly StageSpec[]): (operation: string | undefined) => CallSite | undefined {
  return (name) => {
    const stage = stages.find(({ operation }) => operation.name === name) ?? stages.at(-1);
    return stage && madeAtOf(stage);
  };
}

const knownStage: Known<StageSpec> = { ...stageOptions, kind: true, operation: true };

/** What `openJob` takes: a stage chain, of which only the last may be a fold, and the job's options. */
export interface JobSpec extends JobOptions {
  /** The stages that each element goes through in one trip: 1 to 1,000. Required. */
  readonly stages: readonly StageSpec[];
}

/**
 * Checks the parts of a stage.
 *
 * @param where the caller, for the message
 * @throws {@link PaladinError} `INVALID_INPUT` naming the option and what was expected
 */
export function checkStage(where: string, stage: StageSpec): void {
  checkOptions(where, stage, knownStage);
  // Callers in JavaScript may hand in anything.
  const { kind, operation, timeout, retry, onFatal, onSkip, validate }: Readonly<Partial<Record<keyof StageSpec, unknown>>> =
    stage;
  if (kind !== 'map' && kind !== 'fold') throw invalid(where, "kind to be 'map' or 'fold'", kind);
  const what = kind === 'fold' ? 'a monoid made by defineMonoid' : 'an operation made by defineOperation';
  const definition = checkOperation(where, what, operation);
  if (kind === 'fold' && definition.kind !== 'monoid') throw invalid(where, 'a monoid', `operation '${definition.name}'`);
  if (timeout !== undefined) checkMs(where, 'timeout', timeout, 1);
  if (retry !== undefined) checkRetry(retry, where);
  if (onFatal !== undefined && onFatal !== 'terminate' && onFatal !== 'skip') {
    throw invalid(where, "onFatal to be 'terminate' or 'skip'", onFatal);
  }
  if (onSkip !== undefined && typeof onSkip !== 'function') throw invalid(where, 'onSkip to be a function', onSkip);
  checkFlag(where, 'validate', validate);
}

/**
 * @param what what it is to be
 * @throws {@link PaladinError} `INVALID_INPUT` when it is none, or a function of arguments that is to return one
 */
export function checkOperation(where: string, what: string, operation: unknown): OperationDefinition {
  const definition = definitionOf(operation);
  if (definition !== undefined && typeof operation !== 'function') return definition;
  const hint = definition === undefined ? '' : '; it takes arguments: call it with them';
  throw invalid(where, `${what}${hint}`, operation);
}

/**
 * Checks the options of a job.
 *
 * @param where the caller, for the message
 * @throws {@link PaladinError} `INVALID_INPUT` naming the option and what was expected
 */
export function checkJobOptions(where: string, options: JobOptions): void {
  const given: Readonly<Partial<Record<keyof JobOptions, unknown>>> = options;
  const { ordered, batch, window, priority, labels, speculate, serializer, name, total, onProgress } = given;
  checkFlag(where, 'ordered', ordered);
  if (batch !== undefined && batch !== 'auto' && !(isCount(batch) && batch <= maxBatchUnits)) {
    throw invalid(where, `batch to be 'auto' or a whole number from 1 to ${maxBatchUnits}`, batch);
  }
  checkWindow(where, window);
  if (
    priority !== undefined &&
    !(typeof priority === 'number' && Number.isInteger(priority) && Math.abs(priority) <= maxPriority)
  ) {
    throw invalid(where, `priority to be a whole number from -${maxPriority} to ${maxPriority}`, priority);
  }
  if (labels !== undefined && !(areNames(labels) && labels.length <= maxJobLabels)) {
    throw invalid(
      where,
      `labels to be a list of at most ${maxJobLabels} names, of at most ${maxNameLength} characters each`,
      labels,
    );
  }
  checkFlag(where, 'speculate', speculate);
  if (serializer !== undefined) checkSerializer(where, serializer);
  if (name !== undefined && !(isName(name) && name.length <= maxPeerNameLength)) {
    throw invalid(where, `name to have 1 to ${maxPeerNameLength} characters`, name);
  }
  if (total !== undefined && total !== 0 && !isCount(total)) throw invalid(where, 'total to be a whole number from 0', total);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid(where, 'onProgress to be a function', onProgress);
  }
}

/**
 * @throws {@link PaladinError} `INVALID_INPUT` when an operation is to be executed twice at once and is not declared idempotent
 */
export function checkSpeculation(where: string, stages: readonly StageSpec[], { speculate = false }: JobOptions): void {
  const other = stages.find(({ operation }) => !isIdempotent(operation));
  if (!speculate || other === undefined) return;
  throw invalid(where, 'speculate for operations that are declared idempotent: true', `operation '${other.operation.name}'`);
}

export function isIdempotent(operation: StageSpec['operation']): boolean {
  return definitionOf(operation)?.idempotent === true;
}

/** @throws {@link PaladinError} `INVALID_INPUT` when it is given and not a number of elements */
export function checkWindow(where: string, window: unknown): void {
  if (window !== undefined && !isCount(window)) throw invalid(where, 'window to be a whole number from 1', window);
}

/** One of RxJS is told nothing by a job, and would throw where nobody expects it. */
export function checkObserver(what: string, observer: unknown): void {
  for (const name of ['next', 'completed', 'failed']) {
    const listener = typeof observer === 'object' && observer !== null ? readOr(observer, name) : undefined;
    if (typeof listener === 'function') continue;
    const got = typeof observer === 'object' && observer !== null ? `${name} ${describe(listener)}` : describe(observer);
    throw new PaladinError('INVALID_INPUT', `${what}: expected an observer with next, completed and failed, got ${got}`);
  }
}

/** @throws {@link PaladinError} `INVALID_INPUT` when it is not an observable */
export function checkObservable(where: string, source: unknown): void {
  if (!holds(() => isObservable(source))) throw invalid(where, 'an observable', source);
}

/** @throws {@link PaladinError} `INVALID_INPUT` when it is not a runtime */
export function checkRuntime(where: string, runtime: unknown): void {
  const isRuntime = typeof runtime === 'object' && runtime !== null && typeof readOr(runtime, 'openJob') === 'function';
  if (isRuntime) return;
  const expected = 'a runtime, made by inMemory() or connect(url)';
  const isPromise = typeof runtime === 'object' && runtime !== null && typeof readOr(runtime, 'then') === 'function';
  const got = isPromise ? 'a promise of one: write await connect(url)' : describe(runtime);
  const hint = typeof runtime === 'function' ? ': call it' : '';
  throw new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got ${got}${hint}`);
}

/** @throws {@link PaladinError} `INVALID_INPUT` when it is given and not an abort signal, of whatever realm */
export function checkSignal(where: string, signal: unknown): void {
  if (signal === undefined) return;
  const isSignal = typeof signal === 'object' && signal !== null && typeof readOr(signal, 'throwIfAborted') === 'function';
  if (!isSignal) throw invalid(where, 'signal to be an AbortSignal', signal);
}

/**
 * Takes a serializer, or the name of one of this package's.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when it is neither
 */
export function checkSerializer(where: string, given: unknown): Serializer {
  const serializer = serializerNamed(given);
  if (!isSerializer(serializer)) throw invalid(where, "serializer to be a serializer, 'msgpack' or 'flatted'", given);
  if (!isName(serializer.name)) {
    throw invalid(where, `the serializer's name to have 1 to ${maxNameLength} characters`, serializer.name);
  }
  return serializer;
}

/**
 * Checks the number of deaths that make an element poison.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when it is neither a whole number from 1 nor Infinity
 */
export function checkDeaths(where: string, value: unknown = maxDeaths): number {
  if (value === Infinity || (typeof value === 'number' && Number.isInteger(value) && value >= 1)) return value;
  throw invalid(where, 'maxDeaths to be a whole number from 1, or Infinity', value);
}

/** Only a last stage may fold; a monoid there gives the identity. */
export function checkChain(where: string, stages: readonly StageSpec[]): void {
  const given: unknown = stages;
  if (!Array.isArray(given)) throw invalid(where, 'stages to be a list of stages', given);
  if (stages.length === 0) throw invalid(where, 'at least one stage', 'none');
  if (stages.length > maxStages) throw invalid(where, `at most ${maxStages} stages`, stages.length);
  for (const stage of stages) checkStage(where, stage);
  const fold = stages.findIndex((stage) => stage.kind === 'fold');
  if (fold !== -1 && fold !== stages.length - 1) throw invalid(where, 'a fold only as the last stage', `one as stage ${fold}`);
}

/** The identity of the monoid that the stage folds by. */
export function identityOf({ operation }: StageSpec): unknown {
  const empty = definitionOf(operation)?.empty;
  if (empty === undefined) throw new PaladinError('INVALID_INPUT', `operation '${operation.name}' has no identity`);
  // The monoid's type makes sure that these are arguments for it.
  return empty(...(operation.args as never[]));
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function invalid(where: string, expected: string, got: unknown): PaladinError {
  // A text may say of itself what was found.
  const text = typeof got === 'string' ? abridged(got, maxDescribedLength) : describe(got);
  return new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got ${text}`);
}
