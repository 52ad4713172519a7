import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { nearest } from '../../errors/nearest.js';
import { PaladinError } from '../../errors/paladin-error.js';
import { messageOf } from '../../errors/thrown.js';
import { fileFor, isOfProject } from './file-for.js';
import { packageFile } from './package-file.js';
import type { Projects } from './tsconfig.js';

/** The extensions of modules. */
const extensions = /\.(?:[cm]?[jt]s|tsx)$/u;

/**
 * The URLs of modules, as programs name them. A module is named by a URL, or by a text. A text is one of these, in this order:
 *
 * - a URL;
 * - a path from the working directory;
 * - a name that `paths` of the `tsconfig.json` there knows;
 * - a specifier of a package.
 *
 * Packages are looked for from the working directory, then from the folder of the main program: never from where this package
 * is.
 *
 * Where there is no `x.js`, its source `x.ts` is meant, and the other way round.
 *
 * @returns the URLs, at once unless `paths` may be meant
 * @throws {@link PaladinError} `INVALID_INPUT` when there is no such module
 */
export function findModules(modules: readonly (string | URL)[]): URL[] | Promise<URL[]> {
  return modules.some(mayBeOfPaths) ? findByPaths(modules) : modules.map((module) => findModule(module, undefined));
}

async function findByPaths(modules: readonly (string | URL)[]): Promise<URL[]> {
  // Only on demand: most programs give paths and URLs.
  const projects = new (await import('./tsconfig.js')).Projects();
  return modules.map((module) => findModule(module, projects));
}

/**
 * The URL of one module, see {@link findModules}.
 *
 * @param projects whose `paths` count; undefined: none
 */
export function findModule(module: string | URL, projects: Projects | undefined): URL {
  // Some test environments have a class of their own for URLs.
  if (typeof module !== 'string') return foundByUrl(module.href);
  if (isUrl(module)) return foundByUrl(module);
  const path = resolve(module);
  const file = fileFor(path);
  if (file !== undefined) return checked(file, module);
  if (isPath(module)) throw noFile(path);
  return pathToFileURL(fileByName(module, projects));
}

function mayBeOfPaths(module: string | URL): boolean {
  if (typeof module !== 'string' || isUrl(module) || isPath(module) || fileFor(resolve(module)) !== undefined) return false;
  return isOfProject(process.cwd());
}

/** A single letter before the colon is a drive. */
function isUrl(module: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/iu.test(module);
}

/** Whether it is a path alone, and no name. */
function isPath(module: string): boolean {
  return /^\.{0,2}(?:[\\/]|$)/u.test(module) || /^[a-z]:[\\/]/iu.test(module);
}

function foundByUrl(shown: string): URL {
  const url = readAs(shown, () => new URL(shown));
  if (url.protocol === 'data:') return url;
  if (url.protocol !== 'file:') {
    throw cannotLoad(shown, `expected a path, a package or a URL of a file, got one of ${url.protocol}`);
  }
  // The URL of a file may have no host, and no slash within a name.
  const path = readAs(shown, () => fileURLToPath(url));
  const file = fileFor(path);
  if (file === undefined) {
    const hint =
      'If the program is bundled, the bundler has not written this file: make the module an entry point of its own, ' +
      'and keep paladin-rx external (see docs/bundlers.md)';
    throw extensions.test(path) || extname(path) === '' ? noFile(path, hint) : wrongExtension(path);
  }
  if (file === path) {
    checked(file, path);
    return url;
  }
  return checked(file, path);
}

function readAs<T>(shown: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw cannotLoad(shown, messageOf(error), error);
  }
}

function checked(file: string, shown: string): URL {
  if (!extensions.test(file)) throw wrongExtension(shown);
  return pathToFileURL(file);
}

/** The file of a module that is no path: of an alias or a package. */
function fileByName(name: string, projects: Projects | undefined): string {
  const folders = [...new Set([process.cwd(), ...mainFolder()])];
  const aliased = projects?.fileByPaths(name, process.cwd());
  if (aliased !== undefined) return aliased;
  const problems: string[] = [];
  for (const folder of folders) {
    try {
      const file = packageFile(name, folder);
      if (file !== undefined) return file;
    } catch (thrown) {
      problems.push(messageOf(thrown));
    }
  }
  const sibling = siblingOf(resolve(name));
  const missing = `there is no such file in ${process.cwd()}${sibling === undefined ? '' : `; did you mean ${sibling}?`}`;
  throw cannotLoad(name, [missing, ...missingByPaths(name, projects), ...new Set(problems)].join('; '));
}

/** Which files `paths` gives the name, though they are not there. */
function missingByPaths(name: string, projects: Projects | undefined): string[] {
  const paths = projects?.pathsFor(name, process.cwd()) ?? [];
  if (paths.length === 0) return [];
  const sibling = paths.map(siblingOf).find((each) => each !== undefined);
  return [`paths of tsconfig.json means ${paths.join(' or ')}${sibling === undefined ? '' : `: did you mean ${sibling}?`}`];
}

/** The folder of the program that was started. A program of a package, as a test runner, is not the project. */
function mainFolder(): string[] {
  const main = process.argv[1];
  return main === undefined || /[\\/]node_modules[\\/]/u.test(main) || !existsSync(main) ? [] : [dirname(main)];
}

function noFile(path: string, hint?: string): PaladinError {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    return cannotLoad(path, 'it is a folder without an index module; name its modules, each by its file');
  }
  const sibling = siblingOf(path);
  const meant = sibling === undefined ? '' : `; did you mean ${sibling}?`;
  return cannotLoad(path, `there is no such file${meant}${hint === undefined ? '' : `${meant === '' ? '.' : ''} ${hint}`}`);
}

/** A module in the same folder whose name is much like that of a file which is not there. */
function siblingOf(path: string): string | undefined {
  try {
    const names = readdirSync(dirname(path)).filter((name) => extensions.test(name) && !/\.d\.[cm]?ts$/u.test(name));
    return nearest(basename(path), names);
  } catch {
    return undefined;
  }
}

function wrongExtension(shown: string): PaladinError {
  return cannotLoad(shown, 'expected a .js, .mjs, .cjs, .ts, .mts, .cts or .tsx file');
}

export function cannotLoad(shown: string, reason: string, cause?: unknown): PaladinError {
  return new PaladinError('INVALID_INPUT', `cannot load module ${shown}: ${reason}`, { cause });
}
