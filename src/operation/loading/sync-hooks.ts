/** Loads TypeScript by hooks that Node calls in this thread. */
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { forImport } from './imported-common-js.js';
import { codeOf, isLoaded, TypeScript, type Loaded as LoadedHere } from './typescript.js';

interface Context {
  readonly parentURL?: string | undefined;
  readonly format?: string | null | undefined;
  /** Whether it is for `import` or for `require`, among others. Some versions give a set. */
  readonly conditions: Iterable<string>;
}

interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}

interface Loaded {
  readonly format: string | null | undefined;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}

interface Hooks {
  resolve(specifier: string, context: Context, next: (specifier: string, context: Context) => Resolved): Resolved;
  load(url: string, context: Context, next: (url: string, context: Context) => Loaded): Loaded;
}

/** Node has it from version 22.15 on. */
const { registerHooks } = nodeModule as unknown as { readonly registerHooks: (hooks: Hooks) => void };

const typeScript = new TypeScript();

/** Sets the hooks. */
export function setSyncHooks(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const byPaths = typeScript.byPaths(specifier, context.parentURL);
      if (byPaths !== undefined) return { url: byPaths, shortCircuit: true };
      try {
        return next(specifier, context);
      } catch (thrown) {
        const url = typeScript.instead(specifier, context.parentURL, thrown);
        if (url === undefined) throw thrown;
        return { url, shortCircuit: true };
      }
    },
    load(url, context, next) {
      const isOurs = typeScript.loads(url);
      try {
        const loaded = next(url, context);
        if (!isOurs || isLoaded(loaded)) return loaded;
      } catch (thrown) {
        // Some versions refuse what asynchronous hooks of another loader say of CommonJS: that Node is to read it.
        if (codeOf(thrown) === 'ERR_INVALID_RETURN_PROPERTY_VALUE' && !isOurs) return asked(commonJs(url), context);
        if (!isOurs || !typeScriptUnknown.has(codeOf(thrown))) throw thrown;
      }
      return asked(typeScript.load(url), context);
    },
  });
}

/** What versions say that know no TypeScript, or only some of it. */
const typeScriptUnknown: ReadonlySet<string> = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
]);

function commonJs(url: string): LoadedHere {
  return { format: 'commonjs', source: readFileSync(new URL(url), 'utf8'), shortCircuit: true };
}

function asked(loaded: LoadedHere, { conditions }: Context): Loaded {
  if (loaded.format !== 'commonjs' || [...conditions].includes('require')) return loaded;
  return { ...loaded, source: forImport(loaded.source) };
}
