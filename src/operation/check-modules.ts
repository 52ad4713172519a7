import { holds } from '../errors/thrown.js';
import { maxNames } from '../limits.js';
import { PaladinError } from '../errors/paladin-error.js';
import { describe } from '../errors/describe.js';

/** @throws {@link PaladinError} `INVALID_INPUT` when it is not a list of paths and URLs */
export function checkModules(where: string, modules: unknown): void {
  const fits = holds(
    () =>
      Array.isArray(modules) &&
      modules.length <= maxNames &&
      [...(modules as unknown[])].every((module) => typeof module === 'string' || isUrl(module)),
  );
  if (modules !== undefined && !fits) {
    throw new PaladinError(
      'INVALID_INPUT',
      `${where}: expected modules to be a list of paths and URLs, got ${describe(modules)}`,
    );
  }
  if (modules !== undefined && (modules as unknown[]).length === 0) {
    const expected = 'expected modules to name at least one module, got an empty list';
    throw new PaladinError('INVALID_INPUT', `${where}: ${expected}; leave it out to execute operations in this thread`);
  }
}

/** Some test environments have a class of their own for URLs. */
function isUrl(value: unknown): boolean {
  return (
    value instanceof URL ||
    (Object.prototype.toString.call(value) === '[object URL]' && typeof Reflect.get(value as object, 'href') === 'string')
  );
}
