/**
 * Runs in a thread of its own when an ES module has a syntax error. V8 says what the error is. Node does not say in which of the
 * loaded modules it is. So this parses a module and all that it imports, and executes nothing. It posts the module that cannot be
 * parsed, or that imports what is sought.
 */
import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileFunction, SourceTextModule } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { mostParsedModules } from './limits.js';
import { fileFor, isTypeScript } from './loading/file-for.js';
import { specifiersIn } from './loading/specifiers-in.js';
import { withoutTypes } from './loading/without-types.js';

/** What is walked, and what for. */
export interface Walk {
  readonly root: string;
  /** The URL, specifier or name of a built-in module whose import is sought; absent: a module that cannot be parsed is sought. */
  readonly sought?: string;
  /** What is imported of it. */
  readonly name?: string;
}

/** Where it was found. */
export interface Found {
  readonly url: string;
  /** The specifier by which the module imports what is sought. */
  readonly specifier?: string;
}

function walk({ root, sought, name = '' }: Walk): Found | undefined {
  const seen = new Set([root]);
  // Modules of packages come last: seldom are they to blame.
  const own = [root];
  const foreign: string[] = [];
  for (let url = own.shift(); url !== undefined && seen.size <= mostParsedModules; url = own.shift() ?? foreign.shift()) {
    const source = sourceOf(url);
    if (source === undefined) continue;
    const imports = importsOf(url, source);
    if (imports === undefined && sought === undefined) return { url };
    for (const specifier of imports ?? []) {
      const found = resolved(specifier, url);
      // Built-in modules, and those that are not found, are resolved to undefined. When nothing is sought, they must not match.
      const isSought = sought !== undefined && (specifier === sought || found === sought);
      if (isSought && source.includes(name)) return { url, specifier };
      if (found === undefined || seen.has(found)) continue;
      seen.add(found);
      (found.includes('/node_modules/') ? foreign : own).push(found);
    }
  }
  return undefined;
}

/** What a module imports; undefined when it cannot be parsed. */
function importsOf(url: string, source: string): readonly string[] | undefined {
  // Node says itself which CommonJS module cannot be parsed.
  if (/\.c[jt]s$/u.test(url)) return specifiersIn(source);
  try {
    const parsed = new SourceTextModule(source, { identifier: url });
    // Newer versions of Node say more of each.
    const requests: unknown = Reflect.get(parsed, 'moduleRequests');
    const imports = Array.isArray(requests)
      ? requests.map((request: { readonly specifier: string }) => request.specifier)
      : parsed.dependencySpecifiers;
    return [...imports, ...specifiersIn(source)];
  } catch {
    return isScript(source) ? specifiersIn(source) : undefined;
  }
}

/** Whether it can be parsed as CommonJS. */
function isScript(source: string): boolean {
  try {
    compileFunction(source, ['exports', 'require', 'module', '__filename', '__dirname']);
    return true;
  } catch {
    return false;
  }
}

/** The source of a module, without types; undefined for other files, and for those that cannot be translated. */
function sourceOf(url: string): string | undefined {
  try {
    const path = fileURLToPath(url);
    if (!isTypeScript(path) && !/\.[cm]?js$/u.test(path)) return undefined;
    const source = readFileSync(path, 'utf8');
    return isTypeScript(path) ? withoutTypes(source, path).source : source;
  } catch {
    return undefined;
  }
}

function resolved(specifier: string, parent: string): string | undefined {
  try {
    if (/^(?:\.{0,2}\/|file:)/u.test(specifier)) return meant(new URL(specifier, parent));
    const path = createRequire(fileURLToPath(parent)).resolve(specifier);
    return isBuiltin(path) ? undefined : pathToFileURL(path).href;
  } catch {
    return undefined;
  }
}

function meant(url: URL): string {
  const file = fileFor(fileURLToPath(url));
  return file === undefined ? url.href : pathToFileURL(file).href;
}

// Nothing else starts this file.
parentPort?.postMessage(walk(workerData as Walk));
