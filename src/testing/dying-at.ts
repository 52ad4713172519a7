import { describe } from '../errors/describe.js';
import { checkOptions, type Known } from '../errors/options.js';
import { FatalError } from '../errors/operation-errors.js';
import { PaladinError } from '../errors/paladin-error.js';
import { isThreadOfBatches, servesPage } from '../executor/executing-now.js';
import {
  bind,
  bindFactory,
  definitionOf,
  type Operation,
  type OperationContext,
  type OperationDefinition,
  type OperationFactory,
} from '../operation/operation.js';
import { nodeModule } from '../platform.js';
import { isThenable } from '../thenable.js';

/** Options of {@link dyingAt}. */
export interface DyingAtOptions {
  /** At which element of the source the thread dies: a whole number from 0. Required. */
  readonly index: number;
  /** How many tries of the element the thread dies at: a whole number from 1, or `Infinity`. Default 1. */
  readonly deaths?: number | undefined;
}

const known: Known<DyingAtOptions> = { index: true, deaths: true };
const example = 'options, as in dyingAt(operation, { index: 5 })';

/** The exit code of a thread of Node that dies this way: so messages tell it from other deaths. */
const exitCode = 86;

/**
 * The same operation, under the same name, but its thread dies when it is to execute one element. Export it from a module that
 * the workers of a test load, in the place of the operation itself. What the thread was executing is executed again elsewhere. By
 * default the element succeeds at its second try. With `deaths: Infinity` its job ends with `POISON_TASK`.
 *
 * Only a thread of a worker dies: with `inMemory({ modules })`, `startWorker({ modules })` or `paladin worker`. An operation that
 * is executed inline fails instead, with a `FatalError` that says so: it would take your test along.
 *
 * @param operation made by `defineOperation`, with or without arguments
 * @param options see {@link DyingAtOptions}
 * @returns the operation, or its factory
 * @throws {@link PaladinError} `INVALID_INPUT` when the operation or an option is wrong
 *
 * @example
 * ```ts
 * import { defineOperation } from 'paladin-rx';
 * import { dyingAt } from 'paladin-rx/testing';
 *
 * const resize = defineOperation({ name: 'resize', execute: (width: number) => width / 2 });
 *
 * export const resizeThatDies = dyingAt(resize, { index: 3 });
 * console.log(resizeThatDies.name); // resize
 * ```
 */
export function dyingAt<Op extends Operation<never, unknown> | OperationFactory<never, never, unknown>>(
  operation: Op,
  options: DyingAtOptions,
): Op {
  const { index, deaths = 1 } = checkOptions('dyingAt', options, known, {}, example);
  const definition = definitionOf(operation);
  if (definition?.kind !== 'operation') throw invalid('an operation, made by defineOperation', operation);
  if (!Number.isSafeInteger(index) || index < 0) throw invalid('index to be a whole number from 0', index);
  if (deaths !== Infinity && (!Number.isSafeInteger(deaths) || deaths < 1)) {
    throw invalid('deaths to be a whole number from 1, or Infinity', deaths);
  }
  const deadly = deadlyDefinition(definition, (context) => context.index === index && context.attempt <= deaths);
  // What was an operation is one again, and what was a factory a factory.
  return (typeof operation === 'function' ? bindFactory(deadly) : bind(deadly, operation.args)) as unknown as Op;
}

function deadlyDefinition(
  definition: OperationDefinition,
  isDeadly: (context: OperationContext) => boolean,
): OperationDefinition {
  const wrapped = (execute: unknown): unknown => {
    if (typeof execute !== 'function') return execute;
    return (input: unknown, context: OperationContext): unknown => {
      if (isDeadly(context)) die(definition.name, context.index);
      return Reflect.apply(execute, undefined, [input, context]);
    };
  };
  const create = (...args: never[]): unknown => {
    const made = definition.create(...args);
    return isThenable(made) ? Promise.resolve(made).then(wrapped) : wrapped(made);
  };
  return { ...definition, create, functions: [create] };
}

function die(operation: string, index: number): never {
  if (!isThreadOfBatches()) {
    const message = `dyingAt: '${operation}' is executed inline here, and would end this program at element ${index}`;
    throw new FatalError(`${message}: give the workers its module, so that they have threads`);
  }
  // A Web Worker tells its page that it is closed.
  if (servesPage()) (globalThis as unknown as { readonly close: () => void }).close();
  else nodeModule('process')?.exit(exitCode);
  // It executes on for a moment, and nobody listens any more.
  throw new FatalError(`dyingAt: '${operation}' ends its thread at element ${index}`);
}

function invalid(expected: string, got: unknown): PaladinError {
  return new PaladinError('INVALID_INPUT', `dyingAt: expected ${expected}, got ${describe(got)}`);
}
