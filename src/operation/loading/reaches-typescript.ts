import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mostParsedModules } from '../limits.js';
import { isOfProject, isTypeScript } from './file-for.js';
import { importedFile, isOfPackage, isOwn } from './imported-file.js';
import { specifiersIn } from './specifiers-in.js';

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
      const file = importedFile(specifier, dirname(path));
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

/** A text that looks like a specifier may be any string of a program. */
function mayBeOfPaths(specifier: string, folder: string): boolean {
  return /^[\w@~$][\w@~$./-]*$/u.test(specifier) && !isBuiltin(specifier) && isOfProject(folder);
}
