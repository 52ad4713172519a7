import { statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** What else a name with this extension may mean: its source, or what a compiler makes of it. */
const others: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.ts': ['.js'],
  '.tsx': ['.js'],
  '.mts': ['.mjs'],
  '.cts': ['.cjs'],
};

/** The extensions of modules, in the order in which they are tried. */
const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/**
 * The file that a path means. That is the file itself, if there is one. Else `x.js` means `x.ts`, and `x.ts` means `x.js`. A path
 * without an extension of modules means a file with one, or the `index` of a folder.
 *
 * @returns undefined when there is none of these
 */
export function fileFor(path: string): string | undefined {
  if (isFile(path)) return path;
  const extension = extname(path);
  const known = others[extension];
  if (known !== undefined) return known.map((other) => path.slice(0, -extension.length) + other).find(isFile);
  return [...extensions.map((each) => path + each), ...extensions.map((each) => join(path, `index${each}`))].find(isFile);
}

/** Whether a path or URL path has an extension of TypeScript. Declarations are no modules. */
export function isTypeScript(path: string): boolean {
  return /\.(?:[cm]?ts|tsx)$/u.test(path) && !isDeclaration(path);
}

/** Whether a path is that of a file which has types alone. */
export function isDeclaration(path: string): boolean {
  return /\.d\.[cm]?ts$/u.test(path);
}

/** Whether there is a `tsconfig.json` in a folder, or in one above it. */
export function isOfProject(folder: string): boolean {
  return isFile(join(folder, 'tsconfig.json')) || (dirname(folder) !== folder && isOfProject(dirname(folder)));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
