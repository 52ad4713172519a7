import { PaladinError } from '../errors/paladin-error.js';
import { SchemaError } from '../errors/schema-error.js';
import type { OperationContext, OperationDefinition } from '../operation/operation.js';
import type { Registry } from '../operation/registry.js';
import { accept, type Schemas } from '../operation/schema.js';
import type { StageDescription, UnitFailure } from '../protocol/messages.js';
import type { Serializer } from '../serializer/serializer.js';
import { executing } from './executing-now.js';
import { fatalFailure, thrownFailure } from './unit-failures.js';
import { isThenable } from '../thenable.js';
import type { SlotWaits } from './slot-waits.js';
import { isA } from '../errors/thrown.js';

/** A stage that is set up for one job: its function, made from the job's arguments. */
export type Stage = MapStage | FoldStage;

export interface MapStage {
  readonly kind: 'map';
  readonly timeoutMs: number | undefined;
  readonly execute: (value: unknown, context: OperationContext) => unknown;
}

export interface FoldStage {
  readonly kind: 'fold';
  readonly timeoutMs: number | undefined;
  readonly combine: (left: unknown, right: unknown, context: OperationContext) => unknown;
  readonly empty: () => unknown;
  /** Whether combines were seen to fill the same object anew for several results, also after results were copied. */
  reuses: 'not seen' | 'seen' | 'also copied';
  /** How many results were compared with others in all their parts. */
  compared: number;
}

/** A stage, or why there is none (the failure's offset is 0, to be replaced by that of each unit). */
export type SetUp = Stage | UnitFailure;

/**
 * Makes the stage at place `index` of a chain. It returns a promise only if the operation's `create`, or the schema of its
 * arguments, returns one. It never throws or rejects.
 *
 * @param waits those of the set-up
 */
export function setUpStage(
  description: StageDescription,
  index: number,
  serializer: Serializer,
  registry: Registry,
  waits: SlotWaits,
): SetUp | Promise<SetUp> {
  const { operation, version, kind } = description;
  let definition: OperationDefinition;
  let args: readonly unknown[];
  try {
    definition = registry.lookup(operation, version, kind);
    args = description.args === undefined ? [] : serializer.decode(description.args);
  } catch (thrown) {
    if (isA(thrown, PaladinError)) return fatalFailure(0, index, 'PROTOCOL', thrown.message);
    return fatalFailure(0, index, 'PROTOCOL', `the arguments of operation '${operation}' cannot be decoded`, thrown);
  }
  const failed = (thrown: unknown): SetUp =>
    thrownFailure(0, index, thrown, isA(thrown, SchemaError) ? '' : `${definition.kind} '${operation}' could not be set up: `);
  const made = (result: unknown): SetUp => {
    if (typeof result !== 'function') {
      return failed(new TypeError(`expected create to return a function, got ${result === null ? 'null' : typeof result}`));
    }
    // What `create` returns is the operation's function; its types were checked where the chain was written.
    return stageOf(definition, description, args, result as AnyFunction);
  };
  try {
    const { schemas } = definition;
    const create = (): unknown =>
      schemas?.args === undefined ? call(definition.create, args) : callChecked(definition.create, schemas.args, args);
    const result = executing(waits, create);
    return isThenable(result) ? Promise.resolve(result).then(made).catch(failed) : made(result);
  } catch (thrown) {
    return failed(thrown);
  }
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

/**
 * The function, with its schemas asked before and after it. Without schemas it is the function itself, so that nothing is paid
 * for them.
 */
function checked(execute: AnyFunction, { input, output }: Schemas = {}): MapStage['execute'] {
  const inner: MapStage['execute'] =
    output === undefined
      ? execute
      : (value, context) => {
          const returned = execute(value, context);
          return isThenable(returned)
            ? Promise.resolve(returned).then((settled) => accept(output, 'output', settled, itself))
            : accept(output, 'output', returned, itself);
        };
  if (input === undefined) return inner;
  return (value, context) =>
    accept(input, 'input', value, (accepted, late) => {
      // Nobody waits for it any more.
      if (late) context.signal.throwIfAborted();
      return inner(accepted, context);
    });
}

function itself(value: unknown): unknown {
  return value;
}

/** Calls it with the arguments that the schema makes of these. */
function callChecked(of: (...args: never[]) => unknown, schema: NonNullable<Schemas['args']>, args: readonly unknown[]): unknown {
  return accept(schema, 'args', args, (accepted) => {
    if (!Array.isArray(accepted)) throw new TypeError(`expected the schema of args to make a list, got ${typeof accepted}`);
    return call(of, accepted);
  });
}

function stageOf(
  definition: OperationDefinition,
  { kind, timeoutMs }: StageDescription,
  args: readonly unknown[],
  execute: AnyFunction,
): Stage {
  if (kind === 'fold') {
    return {
      kind,
      timeoutMs,
      combine: execute,
      empty: () => definition.empty && call(definition.empty, args),
      reuses: 'not seen',
      compared: 0,
    };
  }
  if (definition.kind === 'operation') return { kind, timeoutMs, execute: checked(execute, definition.schemas) };
  const combinePair = (pair: unknown, context: OperationContext): unknown => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`monoid '${definition.name}' as an operation combines pairs: expected [left, right]`);
    }
    return execute(pair[0], pair[1], context);
  };
  return { kind, timeoutMs, execute: combinePair };
}

function call(of: (...args: never[]) => unknown, args: readonly unknown[]): unknown {
  // Types cannot follow a function by name over the wire; they were checked where the arguments were given.
  return of(...(args as never[]));
}
