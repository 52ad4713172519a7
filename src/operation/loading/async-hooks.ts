/** Loads TypeScript by hooks that Node calls in a thread of their own, for versions before 22.15. Node loads this file there. */
import type { LoadHook, ResolveHook } from 'node:module';
import { forImport } from './imported-common-js.js';
import { codeOf, isLoaded, TypeScript } from './typescript.js';

const typeScript = new TypeScript();

export const resolve: ResolveHook = async (specifier, context, next) => {
  const byPaths = typeScript.byPaths(specifier, context.parentURL);
  if (byPaths !== undefined) return { url: byPaths, shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch (thrown) {
    const url = typeScript.instead(specifier, context.parentURL, thrown);
    if (url === undefined) throw thrown;
    return { url, shortCircuit: true };
  }
};

export const load: LoadHook = async (url, context, next) => {
  const isOurs = typeScript.loads(url);
  try {
    const loaded = await next(url, context);
    if (!isOurs || isLoaded(loaded)) return loaded;
  } catch (thrown) {
    if (codeOf(thrown) !== 'ERR_UNKNOWN_FILE_EXTENSION' || !isOurs) throw thrown;
  }
  const loaded = typeScript.load(url);
  return loaded.format === 'commonjs' ? { ...loaded, source: forImport(loaded.source) } : loaded;
};
