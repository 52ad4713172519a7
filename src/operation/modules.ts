import { fileURLToPath } from 'node:url';
import { PaladinError } from '../errors/paladin-error.js';
import type { Registry } from './registry.js';
import { later, nextTurn } from '../real-time.js';
import { checkNoneStarted } from '../executor/starting-threads.js';
import { ownRejectionMs } from './limits.js';
import { cannotLoad, findModules } from './loading/find-modules.js';
import { reachesTypeScript } from './loading/reaches-typescript.js';

/**
 * Loads modules, and takes the operations, monoids and serializers that they export into the registry.
 *
 * Node loads all of them. So what they share is loaded once, and is the same in each, as it is for all else in this thread. Where
 * one of them is TypeScript, or imports some, Node is told first how to load it. Types are not checked.
 *
 * @param modules as `findModules` takes them
 * @throws {@link PaladinError} `INVALID_INPUT` when a module is not there, cannot be loaded or exports nothing of use, or when
 *   two different things have one name
 */
export async function loadModules(modules: readonly (string | URL)[], registry: Registry): Promise<void> {
  const urls = await findModules(modules);
  // Only on demand: whoever has no TypeScript need not load what translates it.
  if (reachesTypeScript(urls)) await (await import('./loading/hooks.js')).typeScriptLoads;
  for (const url of urls) {
    if (registry.addModule(await loadModule(url), url.href) === 0) {
      throw new PaladinError(
        'INVALID_INPUT',
        `module ${shownPath(url)} exports no operation: export what defineOperation or defineMonoid returns, as in ` +
          `\`export const double = defineOperation({ name: 'double', execute: (x) => 2 * x })\``,
      );
    }
  }
}

async function loadModule(url: URL): Promise<object> {
  try {
    const exports = await loadOnce(url);
    return typeof exports === 'object' && exports !== null ? exports : { default: exports };
  } catch (thrown) {
    // Only on demand: modules load as a rule.
    const { loadError } = await import('./load-error.js');
    throw cannotLoad(shownPath(url), await loadError(thrown, url), thrown);
  }
}

/**
 * An ES module may import a CommonJS module that fails. Then Node 20 rejects the import, and also a promise of its own that
 * nobody can handle. That must not end the process or thread: the importer is told. So all rejections that nothing handles are
 * held back until the import has ended. They count a little later, unless the import has failed.
 */
async function loadOnce(url: URL): Promise<unknown> {
  if (!rejectsTwice || process.listenerCount('unhandledRejection') > 0) return await load(url);
  let failed = false;
  const onRejection = (reason: unknown): void => {
    const again = async (): Promise<void> => {
      await Promise.resolve();
      if (!failed) throw reason;
    };
    later(() => void again(), ownRejectionMs);
  };
  process.on('unhandledRejection', onRejection);
  try {
    return await load(url);
  } catch (thrown) {
    failed = true;
    // The rejection may come after the import has failed.
    await new Promise<void>(nextTurn);
    throw thrown;
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

const rejectsTwice = process.versions.node.startsWith('20.');

/** Bundlers are to leave the import alone: what it loads is known when the program runs. */
async function load(url: URL): Promise<unknown> {
  const exports: unknown = await import(/* webpackIgnore: true */ /* @vite-ignore */ url.href);
  checkNoneStarted();
  return exports;
}

function shownPath(url: URL): string {
  return url.protocol === 'file:' ? fileURLToPath(url) : url.href;
}
