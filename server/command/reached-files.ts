import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findModule } from '../../src/operation/loading/find-modules.js';
import { importedFile, importedPath, isOfPackage, isOwn } from '../../src/operation/loading/imported-file.js';
import { specifiersIn } from '../../src/operation/loading/specifiers-in.js';
import { Projects } from '../../src/operation/loading/tsconfig.js';

/** More files than this are not followed. Then a change of the others is not seen. */
const mostFiles = 10_000;

/**
 * The files that modules consist of: their own, and those that they import, and so on. That is also by `paths`, and from packages
 * of the same repository. They are found as they are loaded. It reads texts and executes nothing. An import may stand in a
 * comment: then a file more is watched. Installed packages are left out: whoever installs another version starts the program
 * anew. A file that is imported by its path and not there is among them, so that it is seen when it comes.
 *
 * @param modules as `findModules` takes them
 */
export function reachedFiles(modules: readonly string[]): readonly string[] {
  // Read anew each time: they may have changed, too.
  const projects = new Projects();
  const waiting = modules.map((module) => fileOfModule(module, projects));
  const found = new Set<string>();
  for (let path = waiting.pop(); path !== undefined && found.size < mostFiles; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    if (hasImports.test(path)) waiting.push(...filesImportedIn(path, projects));
  }
  return [...found];
}

const hasImports = /\.(?:[cm]?[jt]s|[jt]sx)$/u;

/** The file of a module; where it will be, when it is not there yet. */
function fileOfModule(module: string, projects: Projects): string {
  try {
    return fileURLToPath(findModule(module, projects));
  } catch {
    return module.startsWith('file:') ? fileURLToPath(module) : resolve(module);
  }
}

function filesImportedIn(path: string, projects: Projects): string[] {
  const folder = dirname(path);
  return specifiersIn(textOf(path)).flatMap((specifier) => {
    if (isOwn(specifier)) return [];
    const file = importedFile(specifier, folder, projects) ?? importedPath(specifier, folder);
    return file === undefined || isOfPackage(file) ? [] : [file];
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It is not there yet, or is just being written.
    return '';
  }
}
