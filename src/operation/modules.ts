import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PaladinError } from '../errors/paladin-error.js';
import type { Registry } from './registry.js';
import { isError, messageOf, readOr } from '../errors/thrown.js';
import { later, nextTurn } from '../real-time.js';
import { ownRejectionMs } from './limits.js';

const extensions = /\.[cm]?[jt]s$/u;

/**
 * Loads modules, and takes the operations, monoids and serializers that they export into the registry.
 *
 * Node loads TypeScript where it can, else jiti does. Types are not checked.
 *
 * @param modules URLs, or paths from the working directory, of `.js`, `.mjs`, `.cjs`, `.ts`, `.mts` or `.cts` files
 * @throws {@link PaladinError} `INVALID_INPUT` when a module cannot be loaded or exports nothing of use, or when two different
 *   things have one name
 */
export async function loadModules(modules: readonly (string | URL)[], registry: Registry): Promise<void> {
  const urls = modules.map(resolveModule);
  // One loader serves all modules. So what they share is loaded once, and its operations are the same in each.
  const load = urls.some(isTypeScript) && !hasNativeTypeScript() ? await jitiLoader() : loadNatively;
  for (const url of urls) {
    const path = shownPath(url);
    if (registry.addModule(await loadModule(url, path, load), url.href) === 0) {
      throw new PaladinError(
        'INVALID_INPUT',
        `module ${path} exports no operation: export what defineOperation or defineMonoid returns, as in ` +
          `\`export const double = defineOperation({ name: 'double', execute: (x) => 2 * x })\``,
      );
    }
  }
}

/** The URL of a module that is given by URL, or by path from the working directory. */
export function resolveModule(module: string | URL): URL {
  if (module instanceof URL) return module;
  // A single letter before the colon is a drive.
  return /^[a-z][a-z0-9+.-]+:/iu.test(module) ? new URL(module) : pathToFileURL(resolve(module));
}

type Load = (url: URL) => Promise<unknown>;

async function loadModule(url: URL, path: string, load: Load): Promise<object> {
  const cannot = (reason: string, cause?: unknown): PaladinError =>
    new PaladinError('INVALID_INPUT', `cannot load module ${path}: ${reason}`, { cause });
  if (url.protocol === 'file:') {
    if (!extensions.test(url.pathname)) throw cannot('expected a .js, .mjs, .cjs, .ts, .mts or .cts file');
    if (!existsSync(url)) throw cannot('there is no such file');
  }
  try {
    const exports = await loadOnce(load, url);
    return typeof exports === 'object' && exports !== null ? exports : { default: exports };
  } catch (thrown) {
    // Only on demand: modules load as a rule.
    const { loadError } = await import('./load-error.js');
    throw cannot(await loadError(thrown, url), thrown);
  }
}

/**
 * An ES module may import a CommonJS module that fails. Then Node 20 rejects the import, and also a promise of its own that
 * nobody can handle. That must not end the process or thread: the importer is told. So all rejections that nothing handles are
 * held back until the import has ended. They count a little later, unless the import has failed.
 */
async function loadOnce(load: Load, url: URL): Promise<unknown> {
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

async function loadNatively(url: URL): Promise<unknown> {
  try {
    return await import(url.href);
  } catch (thrown) {
    if (!(isTypeScript(url) && isOfNativeTypeScript(thrown)) && !isOfNoTypeScript(thrown)) throw thrown;
    return (await jitiLoader())(url);
  }
}

/**
 * Node's own TypeScript does not find `x.ts` by './x.js'. It takes no enums, and no `import` in a `.cts` file. jiti does all
 * three.
 */
function isOfNativeTypeScript(thrown: unknown): boolean {
  const code = isError(thrown) ? readOr(thrown, 'code') : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return true;
  return isError(thrown) && /import statement outside a module|Unexpected token 'export'/u.test(messageOf(thrown));
}

/** Node 20 knows no TypeScript. It says so before it executes any of the modules, also where JavaScript imports some. */
function isOfNoTypeScript(thrown: unknown): boolean {
  const isUnknown = isError(thrown) && readOr(thrown, 'code') === 'ERR_UNKNOWN_FILE_EXTENSION';
  return isUnknown && /^Unknown file extension "\.[cm]?ts"/u.test(messageOf(thrown));
}

async function jitiLoader(): Promise<Load> {
  // Only on demand: whoever has no TypeScript need not load a compiler.
  const { createJiti } = await import('jiti');
  const jiti = createJiti(import.meta.url);
  return (url) => (url.protocol === 'file:' ? jiti.import(fileURLToPath(url)) : import(url.href));
}

function isTypeScript(url: URL): boolean {
  return /\.[cm]?ts$/u.test(url.pathname);
}

function hasNativeTypeScript(): boolean {
  return Boolean(Reflect.get(process.features, 'typescript'));
}

function shownPath(url: URL): string {
  return url.protocol === 'file:' ? fileURLToPath(url) : url.href;
}
