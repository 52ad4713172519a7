/**
 * What runs in a thread of its own when an ES module has a syntax error: V8 says what it is, and Node not in which of the modules that were loaded
 * with it. It parses a module and all that it imports, executes nothing, and posts the file that cannot be parsed.
 */
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SourceTextModule } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { mostParsedModules } from './limits.js';

parentPort?.postMessage(walk(String(workerData)));

/** One file that is parsed; `undefined` when all can be. */
function walk(root: string): string | undefined {
  const seen = new Set([root]);
  // Those of packages come last: it is seldom them.
  const own = [root];
  const foreign: string[] = [];
  for (let url = own.shift(); url !== undefined && seen.size <= mostParsedModules; url = own.shift() ?? foreign.shift()) {
    const imports = importsOf(url);
    if (imports === undefined) return url;
    for (const specifier of imports) {
      const found = resolved(specifier, url);
      if (found === undefined || seen.has(found)) continue;
      seen.add(found);
      (found.includes('/node_modules/') ? foreign : own).push(found);
    }
  }
  return undefined;
}

/** What it imports; undefined when it cannot be parsed. */
function importsOf(url: string): readonly string[] | undefined {
  const source = sourceOf(url);
  if (source === undefined) return [];
  try {
    const parsed = new SourceTextModule(source, { identifier: url });
    // Newer versions of Node say more of each.
    const requests: unknown = Reflect.get(parsed, 'moduleRequests');
    if (!Array.isArray(requests)) return parsed.dependencySpecifiers;
    return requests.map((request: { readonly specifier: string }) => request.specifier);
  } catch {
    return undefined;
  }
}

/** Of modules alone; without types, where this version of Node can strip them. */
function sourceOf(url: string): string | undefined {
  if (!/\.(?:js|mjs|ts|mts)$/u.test(url)) return undefined;
  try {
    const source = readFileSync(new URL(url), 'utf8');
    if (!url.endsWith('ts')) return source;
    // Where it is not there, Node has not loaded the file.
    const { stripTypeScriptTypes } = nodeModule as { readonly stripTypeScriptTypes?: (source: string) => string };
    return stripTypeScriptTypes?.(source);
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
