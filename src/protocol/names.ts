import { holds } from '../errors/thrown.js';
import { maxNameLength, maxNames } from '../limits.js';

/** Whether the value may travel as a name: of an operation, a serializer or a label. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxNameLength;
}

/** Whether the value may travel as a list of names. */
export function areNames(value: unknown): value is readonly string[] {
  return holds(() => Array.isArray(value) && value.length <= maxNames && value.every(isName));
}
