import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileFor } from './file-for.js';

/** The conditions under which Node imports. */
const conditions: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'default']);

/** What of a `package.json` counts. */
export interface Package {
  readonly folder: string;
  readonly type?: unknown;
  readonly name?: unknown;
  readonly main?: unknown;
  readonly exports?: unknown;
  readonly imports?: unknown;
}

/** A specifier of a package, for example `@acme/orders/operations`. */
const packageSpecifier = /^(?<name>(?:@[^/\\%]+\/)?[^./\\%#@][^/\\%]*)(?:\/(?<part>.+))?$/u;

/**
 * The file that a specifier of a package means, seen from a folder: what `import` finds there. `#name` is one of the `imports` of
 * the folder's own package.
 *
 * @returns undefined when it cannot be a specifier of a package
 * @throws an error that says what is not there
 */
export function packageFile(specifier: string, folder: string): string | undefined {
  const own = packageAround(folder);
  if (specifier.startsWith('#')) return own && internalFile(specifier, own);
  const { name, part } = packageSpecifier.exec(specifier)?.groups ?? {};
  if (name === undefined) return undefined;
  if (own?.name === name && own.exports !== undefined) return partOf(own, part);
  for (const at of foldersUpFrom(folder)) {
    const found = join(at, 'node_modules', name);
    if (existsSync(found)) return partOf(packageIn(found) ?? { folder: found }, part);
  }
  throw new Error(`there is no package '${name}' in the node_modules of ${folder} or of a folder above it`);
}

function internalFile(specifier: string, own: Package): string {
  const target = isObject(own.imports) ? targetIn(own.imports, specifier) : undefined;
  if (target === undefined) throw new Error(`${own.folder} has no '${specifier}' among the imports of its package.json`);
  if (target.startsWith('./')) return fileIn(own, target);
  const file = packageFile(target, own.folder);
  if (file === undefined) throw new Error(`'${specifier}' leads to '${target}', which is no file and no package`);
  return file;
}

function partOf(of: Package, part: string | undefined): string {
  const { exports, main } = of;
  if (exports === undefined || exports === null) return fileIn(of, part ?? (typeof main === 'string' ? main : 'index.js'));
  const key = part === undefined ? '.' : `./${part}`;
  const isMap = isObject(exports) && Object.keys(exports).every((each) => each.startsWith('.'));
  const target = targetIn(isMap ? exports : { '.': exports }, key);
  if (target !== undefined) return fileIn(of, target);
  const exported = isMap ? Object.keys(exports).join(', ') : '.';
  throw new Error(`the package in ${of.folder} does not export '${key}'; it exports ${exported}`);
}

function fileIn({ folder }: Package, target: string): string {
  const path = join(folder, target);
  const file = fileFor(path);
  if (file === undefined) throw new Error(`the package in ${folder} has no file ${target}`);
  // Node imports by the real path. A module that others import by name must be the same one.
  return realpathSync(file);
}

/** The part of a pattern before its star counts first, then its whole length. */
const longestKey = 10_000;

/** What a map of `exports` or `imports` has for a key: the entry of that name, else the longest pattern that fits. */
function targetIn(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  if (Object.hasOwn(map, key) && !key.includes('*')) return chosen(map[key], '');
  let best: { readonly length: number; readonly target: unknown; readonly rest: string } | undefined;
  for (const [pattern, target] of Object.entries(map)) {
    const [prefix = '', suffix, ...more] = pattern.split('*');
    if (suffix === undefined || more.length > 0 || !key.startsWith(prefix) || !key.endsWith(suffix)) continue;
    const rest = key.slice(prefix.length, key.length - suffix.length);
    if (key.length < prefix.length + suffix.length || rest === '') continue;
    const length = prefix.length * longestKey + pattern.length;
    if (best === undefined || length > best.length) best = { length, target, rest };
  }
  return best && chosen(best.target, best.rest);
}

/** The first of the alternatives whose conditions hold. */
function chosen(target: unknown, rest: string): string | undefined {
  if (typeof target === 'string') return target.replaceAll('*', rest);
  if (Array.isArray(target)) return firstOf(target as unknown[], rest);
  if (!isObject(target)) return undefined;
  return firstOf(
    Object.entries(target).flatMap(([condition, value]) => (conditions.has(condition) ? [value] : [])),
    rest,
  );
}

function firstOf(targets: readonly unknown[], rest: string): string | undefined {
  for (const target of targets) {
    const found = chosen(target, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The package to which a folder belongs. */
export function packageAround(folder: string): Package | undefined {
  for (const at of foldersUpFrom(folder)) {
    const found = packageIn(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function packageIn(folder: string): Package | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return isObject(parsed) ? { ...parsed, folder } : undefined;
  } catch {
    return undefined;
  }
}

function* foldersUpFrom(folder: string): Iterable<string> {
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (dirname(at) === at) return;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
