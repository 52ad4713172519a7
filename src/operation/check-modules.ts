import { PaladinError } from '../errors/paladin-error.js';

/** @throws {@link PaladinError} `INVALID_INPUT` when it is not a list of paths and URLs */
export function checkModules(where: string, modules: unknown): void {
  const fits = Array.isArray(modules) && modules.every((module) => typeof module === 'string' || module instanceof URL);
  if (modules !== undefined && !fits) {
    throw new PaladinError('INVALID_INPUT', `${where}: expected modules to be a list of paths and URLs, got ${typeof modules}`);
  }
}
