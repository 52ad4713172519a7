/**
 * What runs in a thread of its own when an ES module has a syntax error: V8 says what it is, and Node not in which of the modules
 * that were loaded with it. It parses a module and all that it imports, executes nothing, and posts the module that cannot be
 * parsed, or that imports what is sought.
 */
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileFunction, SourceTextModule } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { mostParsedModules } from './limits.js';

/** What is walked, and what for. */
export interface Walk {
  readonly root: string;
  /** The URL, specifier or name of a built-in module whose import is sought; absent: what cannot be parsed. */
  readonly sought?: string;
  /** What is imported of it. */
  readonly name?: string;
}

/** Where it was found. */
export interface Found {
  readonly url: string;
  /** By which the module imports what is sought. */
  readonly specifier?: string;
}

function walk({ root, sought, name = '' }: Walk): Found | undefined {
  const seen = new Set([root]);
  // Those of packages come last: it is seldom them.
  const own = [root];
  const foreign: string[] = [];
  for (let url = own.shift(); url !== undefined && seen.size <= mostParsedModules; url = own.shift() ?? foreign.shift()) {
    const source = sourceOf(url);
    if (source === undefined) continue;
    const imports = importsOf(url, source, isTypeScript(root));
    if (imports === undefined && sought === undefined) return { url };
    for (const specifier of imports ?? []) {
      const found = resolved(specifier, url);
      // What Node has built in, and what is not found, is resolved to nothing: neither is what is sought when nothing is.
      const isSought = sought !== undefined && (specifier === sought || found === sought);
      if (isSought && source.includes(name)) return { url, specifier };
      if (found === undefined || seen.has(found)) continue;
      seen.add(found);
      (found.includes('/node_modules/') ? foreign : own).push(found);
    }
  }
  return undefined;
}

/** What it imports; undefined when it cannot be parsed. */
function importsOf(url: string, source: string, byCompiler: boolean): readonly string[] | undefined {
  // Of CommonJS Node says itself what cannot be parsed, and so does the compiler of what it compiles.
  if (/\.c[jt]s$/u.test(url) || (byCompiler && stripTypeScriptTypes === undefined)) return namedIn(source);
  try {
    const parsed = new SourceTextModule(source, { identifier: url });
    // Newer versions of Node say more of each.
    const requests: unknown = Reflect.get(parsed, 'moduleRequests');
    const imports = Array.isArray(requests)
      ? requests.map((request: { readonly specifier: string }) => request.specifier)
      : parsed.dependencySpecifiers;
    return [...imports, ...namedIn(source)];
  } catch {
    return isScript(source) ? namedIn(source) : undefined;
  }
}

/** What it requires or imports, by the look of it. */
function namedIn(source: string): readonly string[] {
  const quoted = /\b(?:require|import|from)\s*(?:\(\s*)?(['"`])((?:(?!\1)[^\\\n])+)\1/gu;
  return [...source.matchAll(quoted)].map(({ 2: specifier = '' }) => specifier);
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

/** Newer versions of Node have it; older ones load what has types by a compiler, or not at all. */
const { stripTypeScriptTypes } = nodeModule as { readonly stripTypeScriptTypes?: (source: string) => string };

function isTypeScript(url: string): boolean {
  return /\.[cm]?ts$/u.test(url);
}

/** Of modules alone; without types, where this version of Node can strip them. */
function sourceOf(url: string): string | undefined {
  if (!/\.[cm]?[jt]s$/u.test(url)) return undefined;
  try {
    const source = readFileSync(new URL(url), 'utf8');
    return isTypeScript(url) && stripTypeScriptTypes !== undefined ? stripTypeScriptTypes(source) : source;
  } catch {
    return undefined;
  }
}

function resolved(specifier: string, parent: string): string | undefined {
  try {
    if (/^(?:\.{0,2}\/|file:)/u.test(specifier)) return new URL(specifier, parent).href;
    const path = nodeModule.createRequire(fileURLToPath(parent)).resolve(specifier);
    return nodeModule.isBuiltin(path) ? undefined : pathToFileURL(path).href;
  } catch {
    return undefined;
  }
}

// Nothing else starts this file.
parentPort?.postMessage(walk(workerData as Walk));
