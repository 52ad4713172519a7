import type { StandardSchemaV1 } from '@standard-schema/spec';
import { PaladinError } from '../errors/paladin-error.js';
import { SchemaError, type Subject } from '../errors/schema-error.js';
import { isThenable } from '../thenable.js';
import { holds } from '../errors/thrown.js';

/** The schemas of an operation's values. Each is absent where nothing is checked. */
export type Schemas = { readonly [subject in Subject]?: StandardSchemaV1 };

/**
 * The schemas among the options of a definition; undefined when there are none.
 *
 * @param what the definition, for the message
 * @throws {@link PaladinError} `INVALID_INPUT` when one is not a Standard Schema
 */
export function checkSchemas(what: string, options: { readonly [subject in Subject]?: unknown }): Schemas | undefined {
  const { input, output, args } = options;
  const schemas = Object.entries({ input, output, args }).filter(([, schema]) => schema !== undefined);
  for (const [subject, schema] of schemas) {
    if (holds(() => isSchema(schema))) continue;
    throw new PaladinError(
      'INVALID_INPUT',
      `${what}: expected ${subject} to be a Standard Schema, got ${schema === null ? 'null' : typeof schema}`,
    );
  }
  // All are schemas.
  return schemas.length === 0 ? undefined : Object.freeze(Object.fromEntries(schemas) as Schemas);
}

/** Whether it looks like one of version 1; some libraries make functions of them. */
function isSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = Reflect.get(value, '~standard');
  if (typeof standard !== 'object' || standard === null) return false;
  return Reflect.get(standard, 'version') === 1 && typeof Reflect.get(standard, 'validate') === 'function';
}

/**
 * Asks a schema about a value, and goes on with what the schema makes of it. It does so at once, or by a promise where the schema
 * returns one.
 *
 * @param goOn `late` tells that the schema was waited for
 * @returns what `goOn` returns
 * @throws {@link SchemaError} when the schema has issues. Also what the schema throws, and a `TypeError` when it returns no
 *   result.
 */
export function accept(
  schema: StandardSchemaV1,
  subject: Subject,
  value: unknown,
  goOn: (accepted: unknown, late: boolean) => unknown,
): unknown {
  // Its types are only its own word.
  const result: unknown = withoutStrays(() => schema['~standard'].validate(value));
  return isThenable(result)
    ? Promise.resolve(result).then((settled) => goOn(valueOf(settled, subject), true))
    : goOn(valueOf(result, subject), false);
}

function valueOf(result: unknown, subject: Subject): unknown {
  if (typeof result === 'object' && result !== null) {
    const issues: unknown = Reflect.get(result, 'issues');
    if (Array.isArray(issues)) throw new SchemaError(subject, issues);
    if (!issues && 'value' in result) return result.value;
  }
  throw new TypeError(`the schema of ${subject} returned neither a value nor a list of issues`);
}

/** Undefined in a browser: there a rejection that nobody handles ends nothing. */
const promiseHooks = (globalThis.process as Partial<NodeJS.Process> | undefined)?.getBuiltinModule?.('v8').promiseHooks;

/**
 * Asks a schema, and handles whatever promises are made meanwhile. A schema may leave promises to themselves. Zod first tries
 * without waiting. When it meets a promise, it drops that one, and asks again, waiting. If the dropped promise rejected, it would
 * end the thread or the process.
 */
function withoutStrays<Result>(ask: () => Result): Result {
  if (promiseHooks === undefined) return ask();
  const made: Promise<unknown>[] = [];
  const stop: unknown = promiseHooks.onInit((promise) => made.push(promise));
  try {
    return ask();
  } finally {
    // Its types say that it is any function.
    (stop as () => void)();
    // The promise's own `then` is not used: it may have been replaced.
    for (const promise of made) void Promise.prototype.then.call(promise, undefined, ignore);
  }
}

function ignore(): void {
  // If the schema waits for the promise, its answer tells of the rejection.
}
