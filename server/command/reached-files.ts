import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a text of JavaScript or TypeScript seems to require or import. It may stand in a comment: then a file more is watched. */
const quoted = /\b(?:require|import|from)\s*(?:\(\s*)?(['"`])((?:(?!\1)[^\\\n])+)\1/gu;

/** What is tried for an import without an extension, or with that of what a compiler makes of it. */
const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** More files than this are not followed. Then a change of the others is not seen. */
const mostFiles = 10_000;

/**
 * The files that modules consist of: their own, and those that they import by paths, and so on. It reads texts and executes
 * nothing. Packages are left out: whoever installs another version starts the program anew. A file that is imported and not there
 * is among them, so that it is seen when it comes.
 *
 * @param modules paths from the working directory, or URLs of files
 */
export function reachedFiles(modules: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const waiting = modules.map((module) => fileFor(resolve(module.startsWith('file:') ? fileURLToPath(module) : module)));
  for (let path = waiting.pop(); path !== undefined && found.size < mostFiles; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const specifier of specifiersIn(path)) waiting.push(fileFor(resolve(dirname(path), specifier)));
  }
  return [...found];
}

/** The imports by paths in a file. */
function specifiersIn(path: string): string[] {
  if (!extensions.includes(extname(path))) return [];
  const all = Array.from(textOf(path).matchAll(quoted), ({ 2: specifier = '' }) => specifier);
  return all.filter((specifier) => /^\.{1,2}\//u.test(specifier)).map((specifier) => specifier.replace(/[?#].*$/su, ''));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It is not there yet, or is just being written.
    return '';
  }
}

/** The file that a path means: `x.js` may mean `x.ts`, and a path without an extension a file with one, or a folder's index. */
function fileFor(path: string): string {
  if (isFile(path)) return path;
  const base = path.slice(0, path.length - extname(path).length);
  const candidates = [base, path, resolve(path, 'index')].flatMap((start) => extensions.map((extension) => start + extension));
  return candidates.find(isFile) ?? path;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
