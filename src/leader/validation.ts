import type { JobConfig, Refusal } from '../core/job/job-events.js';
import { PaladinError } from '../errors/paladin-error.js';
import { SchemaError, type Subject } from '../errors/schema-error.js';
import { ended } from '../thenable.js';
import { definitionOf } from '../operation/operation.js';
import { accept, type Schemas } from '../operation/schema.js';
import type { StageSpec } from './job-spec.js';
import { isA, messageOf } from '../errors/thrown.js';

/**
 * The check of a chain's elements before they are sent: the input schema of its first stage. It is undefined where there is
 * nothing to check.
 */
export function refusalOf(first: StageSpec | undefined): JobConfig['refuse'] {
  if (first?.validate !== true) return undefined;
  const schema = definitionOf(first.operation)?.schemas?.input;
  return schema && ((value) => refusal(schema, 'input', value));
}

/** @throws {@link PaladinError} `INVALID_INPUT` when the schema of its arguments refuses them */
export function checkArguments(operation: StageSpec['operation']): void {
  const schema = definitionOf(operation)?.schemas?.args;
  const refused = schema && refusal(schema, 'args', operation.args);
  if (refused === undefined) return;
  const { code, reason, cause } = refused;
  throw new PaladinError(code, `operation '${operation.name}': ${reason}`, { operation: operation.name, cause });
}

/** Why the schema refuses the value; undefined where it does not. What it makes of the value is for workers. */
function refusal(schema: NonNullable<Schemas['input']>, subject: Subject, value: unknown): Refusal | undefined {
  try {
    const pending = accept(schema, subject, value, () => undefined);
    if (pending === undefined) return undefined;
    // Nobody waits for the promise, and it may reject.
    void ended(Promise.resolve(pending));
    const reason = `${subject}: its schema does not answer at once, and only workers wait for it; leave out 'validate'`;
    return { code: 'INVALID_INPUT', reason };
  } catch (thrown) {
    const code = isA(thrown, SchemaError) ? 'INVALID_INPUT' : 'OPERATION_FAILED';
    return { code, reason: messageOf(thrown), cause: thrown };
  }
}
