import { checkOptions, type Known } from '../errors/options.js';
import { PaladinError } from '../errors/paladin-error.js';
import { decodeError } from '../errors/remote-error.js';
import { messageOf } from '../errors/thrown.js';
import { SlotWaits } from '../executor/slot-waits.js';
import { setUpStage, type SetUp } from '../executor/stage.js';
import { checkOperation, checkSerializer } from '../leader/job-spec.js';
import type { Operation } from '../operation/operation.js';
import { Registry } from '../operation/registry.js';
import type { UnitFailure } from '../protocol/messages.js';
import { msgpack } from '../serializer/msgpack.js';
import type { SerializerName } from '../serializer/named.js';
import type { Serializer } from '../serializer/serializer.js';
import { contextOf, knownInContext, type TestContextOptions } from './test-context.js';

/** Options of {@link execute}: what the operation's context says, and how values travel. */
export interface ExecuteOptions extends TestContextOptions {
  /** The serializer by which arguments, input and output travel: a value, or a name. Default `msgpack`. */
  readonly serializer?: Serializer | SerializerName | undefined;
}

const known: Known<ExecuteOptions> = { ...knownInContext, serializer: true };

/**
 * Executes an operation once, with a context of your own, and without any runtime. It does what a worker does. Arguments, input
 * and output travel by the serializer. `create` runs, and schemas are asked. A monoid combines the pair that is its input.
 *
 * Nothing is tried again, and no `timeout` holds: the error that the operation throws is what the promise rejects with.
 *
 * @param operation made by `defineOperation` or `defineMonoid`, with its arguments if it takes any
 * @param input what the operation gets
 * @param options see {@link ExecuteOptions}
 * @returns the output
 * @throws what the operation, `create` or a schema throws. A `PaladinError` `NOT_SERIALIZABLE` when a value cannot travel, and
 *   `INVALID_INPUT` when the operation or an option is wrong.
 *
 * @example
 * ```ts
 * import { defineOperation, TransientError } from 'paladin-rx';
 * import { execute } from 'paladin-rx/testing';
 *
 * const flaky = defineOperation({
 *   name: 'flaky',
 *   execute: (n: number, { attempt }) => {
 *     if (attempt === 1) throw new TransientError('busy');
 *     return 10 * n;
 *   },
 * });
 *
 * console.log(await execute(flaky, 4, { attempt: 2 })); // 40
 * await execute(flaky, 4).catch((error: unknown) => console.log(error instanceof TransientError)); // true
 * ```
 */
export async function execute<Input, Output>(
  operation: Operation<Input, Output>,
  input: Input,
  options: ExecuteOptions = {},
): Promise<Output> {
  checkOperation('execute', 'an operation made by defineOperation, or a monoid made by defineMonoid', operation);
  const { serializer: chosen = msgpack, ...given } = checkOptions('execute', options, known);
  const serializer = checkSerializer('execute', chosen);
  const context = contextOf('execute', given);
  const { name, version, args } = operation;
  const travelled = (what: string, value: unknown): unknown => {
    try {
      return serializer.decode(serializer.encode([value]))[0];
    } catch (error) {
      const message = `the ${what} of operation '${name}' cannot be sent: ${messageOf(error)}`;
      throw new PaladinError('NOT_SERIALIZABLE', message, { operation: name, cause: error });
    }
  };
  const registry = new Registry();
  registry.add(operation, 'execute');
  // They are checked by themselves, so that an error says what cannot be sent.
  const sent = travelled('arguments', args) as readonly unknown[];
  const description = { kind: 'map', operation: name, version, args: serializer.encode(sent) } as const;
  const waits = new SlotWaits(() => undefined);
  const stage = ready(await setUpStage(description, 0, serializer, registry, waits));
  const output = await stage.execute(travelled('input', input), context);
  // The operation's type says what it returns.
  return travelled('output', output) as Output;
}

function ready(made: SetUp): Extract<SetUp, { kind: 'map' }> {
  if ('code' in made) throw errorOf(made);
  // It was described as a map.
  return made as Extract<SetUp, { kind: 'map' }>;
}

function errorOf({ error, code, message }: UnitFailure): unknown {
  return error.byteLength > 0 ? decodeError(error) : new PaladinError(code, message);
}
