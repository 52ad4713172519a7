/** Loads TypeScript by hooks that Node calls in this thread. */
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { codeOf, isLoaded, TypeScript } from './typescript.js';

interface Context {
  readonly parentURL?: string | undefined;
  readonly format?: string | null | undefined;
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
        if (codeOf(thrown) === 'ERR_INVALID_RETURN_PROPERTY_VALUE' && !isOurs) return commonJs(url);
        if (codeOf(thrown) !== 'ERR_UNKNOWN_FILE_EXTENSION' || !isOurs) throw thrown;
      }
      return typeScript.load(url);
    },
  });
}

function commonJs(url: string): Loaded {
  return { format: 'commonjs', source: readFileSync(new URL(url), 'utf8'), shortCircuit: true };
}
