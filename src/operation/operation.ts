import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { HostAbortSignal } from '../host-types.js';
import { PaladinError } from '../errors/paladin-error.js';
import { checkSchemas, type Schemas } from './schema.js';
import { describe } from '../errors/describe.js';
import { checkOptions, type Known } from '../errors/options.js';

/** Marks definitions across realms and across copies of this package. The value under it is the definition. */
export const definitionKey: unique symbol = Symbol.for('paladin-rx.definition');

/** What an operation is told about the task that it executes. */
export interface OperationContext {
  /** Aborted when the job is cancelled, or when the task has run past its `timeout`. A thread that goes on is terminated then. */
  readonly signal: HostAbortSignal;
  /** The place of the element in the operator's source, from 0. */
  readonly index: number;
  /**
   * Which try of the task this is, from 1. A try counts when it was begun, as far as the leader knows. An element that was handed
   * back before it was begun has not been tried.
   */
  readonly attempt: number;
  /** The id of the job to which the task belongs; unique among all jobs. Calls of `runtime.run` may share a job: see `key`. */
  readonly jobId: string;
  /**
   * A name of the task. It is the same each time that this task is executed, and different for every other task, of whatever job,
   * leader or program. Side effects that are to happen once write under it. Each operation of a chain has a key of its own. A
   * combine has that of the elements whose fold it makes. It has some 30 to 60 letters, digits, `-`, `_` and `.`, and is made
   * when it is read.
   */
  readonly key: string;
  /**
   * Waits for a job of the operation's own, without its slot: other batches are executed there meanwhile. An operation that keeps
   * its slot while it waits for its own cluster may wait for ever: others like it may have all slots.
   *
   * Calls of `runtime.run` and subscriptions through remote operators are seen without this, on whatever runtime. Two things are
   * not seen: what another process runs for the operation, and what a timer or queue of its module begins outside of it. The slot
   * is given up while elements of the inner job are under way, also when the operation does something else meanwhile.
   *
   * The time counts in the element's `timeout`. In threads the operation keeps its thread, and another thread is started for what
   * is executed meanwhile.
   *
   * @param work begins the job and waits for it
   * @returns what `work` returns or resolves to. The promise rejects as `work` does, or with the signal's reason once the signal
   *   is aborted. It rejects with `LIMIT_EXCEEDED` when too many operations of this worker wait already: 1,024 inline; in threads
   *   four for each thread, and 32 at least.
   *
   * @example
   * ```ts
   * import { defineOperation, inMemory } from 'paladin-rx';
   *
   * const runtime = inMemory({ workers: 1 });
   * const half = defineOperation({ name: 'half', execute: (n: number) => n / 2 });
   * const halves = defineOperation({
   *   name: 'halves',
   *   execute: async (n: number, context) => (await context.run(() => runtime.run(half, n))) + 1,
   * });
   *
   * console.log(await runtime.run(halves, 8)); // 5
   * await runtime.close();
   * ```
   */
  run<T>(work: () => T | PromiseLike<T>): Promise<T>;
}

/** A function that executes one task. It may be async. */
export type Execute<Input, Output> = (input: Input, context: OperationContext) => Output | PromiseLike<Output>;

/** What leader and worker know under one name. */
export interface OperationDefinition {
  readonly kind: 'operation' | 'monoid';
  readonly name: string;
  readonly version: number;
  /** Makes the function of one job on one executor from the job's arguments: `execute`, or a monoid's `combine`. */
  readonly create: (...args: never[]) => unknown;
  /** A monoid's identity, from the job's arguments. */
  readonly empty?: (...args: never[]) => unknown;
  /** Whether it may be executed several times, also at once, as if it were once. */
  readonly idempotent: boolean;
  /** The schemas that check its values, on each executor; absent when nothing is checked. */
  readonly schemas?: Schemas;
  /** The functions and schemas that it was defined with. Definitions with the same ones are the same definition. */
  readonly functions: readonly unknown[];
}

/** An operation with its arguments: what `remoteMap` takes. */
export interface Operation<in Input, out Output> {
  /** The name under which leader and workers know it. */
  readonly name: string;
  /** Its version, from 1: workers offer it as `name@version`. */
  readonly version: number;
  /** The arguments that `create` gets on each executor; empty for an operation without. */
  readonly args: readonly unknown[];
  /** What it was defined with: for this package alone. */
  readonly [definitionKey]: object;
  /** Types only; never there at run time. */
  readonly '~types'?: { readonly input: (input: Input) => void; readonly output: Output };
}

/** An operation that wants arguments: call it with them to get the operation. */
export interface OperationFactory<Args extends readonly unknown[], Input, Output> {
  (...args: Args): Operation<Input, Output>;
  /** What it was defined with: for this package alone. */
  readonly [definitionKey]: object;
}

/** What is said in each definition of an operation or a monoid. */
export interface NamedOptions {
  /** The name under which leader and workers know it: 1 to 200 characters, without spaces and `@`. Required. */
  readonly name: string;
  /** A whole number from 1. Raise it when the meaning changes: workers of another version are not used. Default 1. */
  readonly version?: number | undefined;
  /**
   * Declares that to execute it several times, also at once, does no more than to execute it once; for a monoid, to combine a
   * pair. `speculate` needs that. Default false.
   */
  readonly idempotent?: boolean | undefined;
}

/** A schema of the input: part of what `defineOperation` takes. */
export interface InputOptions<Input, Accepted> {
  /**
   * A [Standard Schema](https://standardschema.dev) of the input, sync or async: Zod, Valibot and ArkType make them. Workers ask
   * it before `execute`, which gets what the schema returns. An input that it refuses fails with `INVALID_INPUT`. `remoteMap`
   * takes what the schema takes. Default: nothing is checked.
   */
  readonly input?: StandardSchemaV1<Input, Accepted> | undefined;
}

/** A schema of the output: part of what `defineOperation` takes. */
export interface OutputOptions<Returned, Output> {
  /**
   * A Standard Schema of what `execute` returns, asked after it. An output that it refuses fails with `OPERATION_FAILED`.
   * Default: nothing is checked.
   */
  readonly output: StandardSchemaV1<Returned, Output>;
}

/** No schema of the output: part of what `defineOperation` takes. */
export interface NoOutputOptions {
  /** Default: nothing is checked. */
  readonly output?: undefined;
}

/** A schema of the arguments: part of what `defineOperation` takes, with `create`. */
export interface ArgsOptions<Args, AcceptedArgs> {
  /**
   * A Standard Schema of the list of arguments, a tuple, asked before `create`. Arguments that it refuses fail with
   * `INVALID_INPUT`. Default: nothing is checked.
   */
  readonly args?: StandardSchemaV1<Args, AcceptedArgs> | undefined;
}

/** An operation without arguments: part of what `defineOperation` takes. */
export interface ExecutingOptions<Input, Output> {
  /** Executes one task. Either this or `create` is required. */
  readonly execute: Execute<Input, Output>;
  /** Not beside `execute`. Default: none. */
  readonly create?: undefined;
  /** Not beside `execute`, which has no arguments. Default: none. */
  readonly args?: undefined;
}

/** An operation with arguments: part of what `defineOperation` takes. */
export interface CreatingOptions<Args extends readonly unknown[], Input, Output> {
  /** Makes what executes a job's tasks, from the job's arguments. Either this or `execute` is required. */
  readonly create: (...args: Args) => Execute<Input, Output> | PromiseLike<Execute<Input, Output>>;
  /** Not beside `create`. Default: none. */
  readonly execute?: undefined;
}

const known: Known<NamedOptions & { readonly [part in 'execute' | 'create' | 'input' | 'output' | 'args']: unknown }> = {
  name: true,
  version: true,
  idempotent: true,
  execute: true,
  create: true,
  input: true,
  output: true,
  args: true,
};

const definition = "a definition, as in defineOperation({ name: 'double', execute: (x) => 2 * x })";
const ofOperators = 'it is an option of remoteMap and of run, where the operation is used.';
const hints = Object.fromEntries(['timeout', 'retry', 'onFatal', 'batch', 'labels'].map((name) => [name, ofOperators]));

/**
 * Defines an operation: a named function that workers execute.
 *
 * With `execute` it takes no arguments. With `create` the result is called with arguments, which travel once per job and worker.
 * `create` runs once per job on each executor. It is the place for an expensive set-up, and for data that all elements share.
 *
 * With schemas for `input`, `output` and `args`, workers check these values and go on with what the schemas make of them. The
 * types follow. A value that is refused is not tried again. An operation without schemas pays nothing for them.
 *
 * @param definition `name` and either `execute` or `create` are required; `version` is 1 and `idempotent` false by default
 * @returns the operation; with `create`, a function that makes it from arguments
 * @throws {@link PaladinError} `INVALID_INPUT` when the name, the version, the function or a schema is wrong, or an option is not
 * known
 *
 * @example
 * ```ts
 * import { defineOperation } from 'paladin-rx';
 *
 * export const length = defineOperation({ name: 'length', execute: (text: string) => text.length });
 * export const multiplyBy = defineOperation({ name: 'multiply-by', create: (factor: number) => (x: number) => factor * x });
 *
 * console.log(length.name, multiplyBy(2).args); // length [ 2 ]
 * ```
 */
export function defineOperation<Accepted, Output, Input = Accepted>(
  definition: NamedOptions & InputOptions<Input, Accepted> & NoOutputOptions & ExecutingOptions<Accepted, Output>,
): Operation<Input, Output>;
export function defineOperation<Accepted, Output, Input = Accepted, Returned = Output>(
  definition: NamedOptions &
    InputOptions<Input, Accepted> &
    OutputOptions<Returned, Output> &
    ExecutingOptions<Accepted, NoInfer<Returned>>,
): Operation<Input, Output>;
export function defineOperation<
  AcceptedArgs extends readonly unknown[],
  Accepted,
  Output,
  Args extends readonly unknown[] = AcceptedArgs,
  Input = Accepted,
>(
  definition: NamedOptions &
    ArgsOptions<Args, AcceptedArgs> &
    InputOptions<Input, Accepted> &
    NoOutputOptions &
    CreatingOptions<AcceptedArgs, Accepted, Output>,
): OperationFactory<Args, Input, Output>;
export function defineOperation<
  AcceptedArgs extends readonly unknown[],
  Accepted,
  Output,
  Args extends readonly unknown[] = AcceptedArgs,
  Input = Accepted,
  Returned = Output,
>(
  definition: NamedOptions &
    ArgsOptions<Args, AcceptedArgs> &
    InputOptions<Input, Accepted> &
    OutputOptions<Returned, Output> &
    CreatingOptions<AcceptedArgs, Accepted, NoInfer<Returned>>,
): OperationFactory<Args, Input, Output>;
export function defineOperation(
  options: NamedOptions & { readonly [part in 'execute' | 'create' | 'input' | 'output' | 'args']?: unknown },
): Operation<never, unknown> | OperationFactory<readonly unknown[], never, unknown> {
  const given = checkOptions('defineOperation', options, known, hints, definition);
  const { execute, create, input, output, args } = given;
  const named = checkNamed('operation', given);
  const { name } = named;
  const schemas = checkSchemas(`operation '${name}'`, given);
  const described = { kind: 'operation' as const, ...named, ...(schemas && { schemas }) };
  if (execute !== undefined && create === undefined) {
    if (args !== undefined) {
      throw new PaladinError('INVALID_INPUT', `operation '${name}': expected args with create only`, { operation: name });
    }
    const body = checkFunction(execute, `operation '${name}': execute`);
    return bind({ ...described, create: () => body, functions: [body, input, output] }, []);
  }
  if (create !== undefined && execute === undefined) {
    const body = checkFunction(create, `operation '${name}': create`);
    return bindFactory({ ...described, create: body, functions: [body, input, output, args] });
  }
  throw new PaladinError('INVALID_INPUT', `operation '${name}': expected either execute or create`, { operation: name });
}

/** The definition with its arguments. */
export function bind(definition: OperationDefinition, args: readonly unknown[]): Operation<never, unknown> {
  return Object.freeze({ name: definition.name, version: definition.version, args, [definitionKey]: definition });
}

/** The definition as a function of its arguments. */
export function bindFactory(definition: OperationDefinition): OperationFactory<readonly unknown[], never, unknown> {
  return Object.assign((...args: readonly unknown[]) => bind(definition, args), { [definitionKey]: definition });
}

/** The definition of an operation, a monoid or a factory of one; undefined for any other value. */
export function definitionOf(value: unknown): OperationDefinition | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    // Only `bind` and `bindFactory` of this package, in any copy, set the key.
    return Reflect.get(value, definitionKey) as OperationDefinition | undefined;
  } catch {
    // A Proxy of something else.
    return undefined;
  }
}

const longestName = 200;

export function checkNamed(what: string, options: NamedOptions): Pick<OperationDefinition, 'name' | 'version' | 'idempotent'> {
  const { name, version = 1, idempotent = false } = options;
  if (typeof name !== 'string' || name.length === 0 || name.length > longestName || /[\s@]/u.test(name)) {
    throw new PaladinError(
      'INVALID_INPUT',
      `${what}: expected name to be 1 to ${longestName} characters without spaces and '@', got ${describe(name)}`,
    );
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new PaladinError(
      'INVALID_INPUT',
      `${what} '${name}': expected version to be a whole number from 1, got ${describe(version)}`,
    );
  }
  if (typeof idempotent !== 'boolean') {
    throw new PaladinError(
      'INVALID_INPUT',
      `${what} '${name}': expected idempotent to be true or false, got ${describe(idempotent)}`,
    );
  }
  return { name, version, idempotent };
}

export function checkFunction(value: unknown, what: string): (...args: never[]) => unknown {
  if (typeof value !== 'function') {
    throw new PaladinError('INVALID_INPUT', `${what}: expected a function, got ${describe(value)}`);
  }
  // A function of unknown signature may be held as one that nobody can call without a cast.
  return value as (...args: never[]) => unknown;
}
