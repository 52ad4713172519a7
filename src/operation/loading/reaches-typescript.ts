import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mostParsedModules } from '../limits.js';
import { fileFor, isTypeScript } from './file-for.js';
import { specifiersIn } from './specifiers-in.js';
import { packageFile } from './package-file.js';

/**
 * Whether any of the modules is TypeScript, or imports some. Then one loader that knows TypeScript has to load all of them. It
 * reads the texts of the modules that are not of packages, and executes nothing. It may be wrong in favour of TypeScript: an
 * import may stand in a comment. A name for which there is no package may be one of the `paths` of a `tsconfig.json`.
 */
export function reachesTypeScript(modules: readonly URL[]): boolean {
  const queue = modules.flatMap((url) => (url.protocol === 'file:' ? [fileURLToPath(url)] : []));
  const seen = new Set(queue);
  for (let path = queue.pop(); path !== undefined && seen.size <= mostParsedModules; path = queue.pop()) {
    if (isTypeScript(path)) return true;
    for (const specifier of specifiersIn(textOf(path))) {
      if (isOwn(specifier)) continue;
      const file = fileOf(specifier, dirname(path));
      if (file === undefined && mayBeOfPaths(specifier, dirname(path))) return true;
      if (file === undefined || seen.has(file) || (isOfPackage(file) && !isTypeScript(file))) continue;
      seen.add(file);
      queue.push(file);
    }
  }
  return false;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function fileOf(specifier: string, folder: string): string | undefined {
  try {
    if (/^\.{1,2}\//u.test(specifier)) return fileFor(resolve(folder, decodeURIComponent(specifier.replace(/[?#].*$/su, ''))));
    if (specifier.startsWith('file:')) return fileFor(fileURLToPath(specifier));
    // A package may be a folder of the same repository, with sources for exports.
    return isBuiltin(specifier) ? undefined : packageFile(specifier, folder);
  } catch {
    // Node says what is not there when it loads the module.
    return undefined;
  }
}

/** A text that looks like a specifier may be any string of a program. */
function mayBeOfPaths(specifier: string, folder: string): boolean {
  return /^[\w@~$][\w@~$./-]*$/u.test(specifier) && !isBuiltin(specifier) && isOfProject(folder);
}

function isOfProject(folder: string): boolean {
  return existsSync(join(folder, 'tsconfig.json')) || (dirname(folder) !== folder && isOfProject(dirname(folder)));
}

/** This package is JavaScript, wherever it lies. */
function isOwn(specifier: string): boolean {
  return /^paladin-rx(?:\/|$)/u.test(specifier);
}

function isOfPackage(path: string): boolean {
  return /[\\/]node_modules[\\/]/u.test(path);
}
