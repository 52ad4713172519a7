import { isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileFor } from './file-for.js';
import { packageFile } from './package-file.js';
import type { Projects } from './tsconfig.js';

/**
 * The file that a module of a folder imports or requires. It is what the hooks and Node find together. What other loaders do is
 * not looked at.
 *
 * @param projects whose `paths` count; undefined: none
 * @returns undefined for a built-in module, and for what is not there
 */
export function importedFile(specifier: string, folder: string, projects?: Projects): string | undefined {
  try {
    const path = importedPath(specifier, folder);
    if (path !== undefined) return fileFor(path);
    // A package may be a folder of the same repository, with sources for exports.
    return projects?.fileByPaths(specifier, folder) ?? (isBuiltin(specifier) ? undefined : packageFile(specifier, folder));
  } catch {
    // Node says what is not there when it loads the module.
    return undefined;
  }
}

/** The path that a specifier names; undefined when it is a name. */
export function importedPath(specifier: string, folder: string): string | undefined {
  if (specifier.startsWith('file:')) return fileURLToPath(specifier);
  if (/^\.{0,2}(?:\/|$)/u.test(specifier)) return resolve(folder, decodeURIComponent(specifier.replace(/[?#].*$/su, '')));
  return undefined;
}

/** Whether a file is of an installed package. Such a package is compiled, and stays as it is. */
export function isOfPackage(path: string): boolean {
  return /[\\/]node_modules[\\/]/u.test(path);
}

/** Whether a specifier means this package. It is JavaScript, and stays as it is, wherever it lies. */
export function isOwn(specifier: string): boolean {
  return /^paladin-rx(?:\/|$)/u.test(specifier);
}
