/**
 * What Node's own loader needs to load TypeScript: where specifiers lead, and what a module is without its types. Node 22.15 and
 * later ask in the thread itself (`sync-hooks.ts`), earlier ones from a thread of their own (`async-hooks.ts`).
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { asText, isError, readOr } from '../../errors/thrown.js';
import { fileFor, isTypeScript } from './file-for.js';
import { isOwn } from './imported-file.js';
import { Projects } from './tsconfig.js';
import { withoutTypes } from './without-types.js';

/** What a loading hook returns. */
export interface Loaded {
  readonly format: 'module' | 'commonjs';
  readonly source: string;
  readonly shortCircuit: true;
}

export class TypeScript {
  readonly #projects = new Projects();

  /**
   * The URL that `paths` of a `tsconfig.json` gives a specifier; undefined when it gives none. It goes before all else. This
   * package is what it is without them: a thread has one copy of it.
   */
  byPaths(specifier: string, parentUrl: string | undefined): string | undefined {
    const isName = !isRelative(specifier) && !/^[a-z][a-z0-9+.-]+:/iu.test(specifier);
    if (!isName || isOwn(specifier) || parentUrl?.startsWith('file:') !== true) return undefined;
    return asUrl(this.#projects.fileByPaths(specifier, dirname(fileURLToPath(parentUrl))));
  }

  /** The URL of what is meant by a specifier for which Node finds nothing; undefined when there is none. */
  instead(specifier: string, parentUrl: string | undefined, thrown: unknown): string | undefined {
    if (!notFound.has(codeOf(thrown))) return undefined;
    if (isRelative(specifier) || specifier.startsWith('file:')) {
      const url = new URL(specifier, parentUrl);
      return asUrl(fileFor(fileURLToPath(url)), url.search);
    }
    if (specifier.startsWith('/')) return asUrl(fileFor(resolve(specifier)));
    // A package may export `./x.js`, and have `./x.ts` alone.
    const missing = isError(thrown) ? readOr(thrown, 'url') : undefined;
    return typeof missing === 'string' && missing.startsWith('file:') ? asUrl(fileFor(fileURLToPath(missing))) : undefined;
  }

  /** Whether this is to load a module, unless another loader has. */
  loads(url: string): boolean {
    return url.startsWith('file:') && isTypeScript(new URL(url).pathname);
  }

  /** A module as JavaScript. @throws a SyntaxError that names the place */
  load(url: string): Loaded {
    const path = fileURLToPath(url);
    const options = path.endsWith('.tsx') ? this.#projects.optionsOf(dirname(path)) : {};
    return { ...withoutTypes(readFileSync(path, 'utf8'), path, options), shortCircuit: true };
  }
}

/** Whether another loader has loaded a module: one whose source Node can execute. */
export function isLoaded({ format, source }: { readonly format?: unknown; readonly source?: unknown }): boolean {
  return (format === 'module' || format === 'commonjs') && source !== undefined && source !== null;
}

/** The code of an error of Node; '' when there is none. */
export function codeOf(thrown: unknown): string {
  return isError(thrown) ? asText(readOr(thrown, 'code') ?? '') : '';
}

const notFound: ReadonlySet<string> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT']);

function isRelative(specifier: string): boolean {
  return /^\.{1,2}(?:\/|$)/u.test(specifier);
}

function asUrl(path: string | undefined, search = ''): string | undefined {
  return path === undefined ? undefined : pathToFileURL(path).href + search;
}
