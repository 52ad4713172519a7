/**
 * Lets CommonJS modules require TypeScript, and find it as people name it. Node 20 and 22 do not ask hooks for all that CommonJS
 * modules require. They ask these functions, which others replace, too.
 */
import * as nodeModule from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TypeScript } from './typescript.js';

interface CommonJsModule {
  readonly filename?: string | null;
  _compile(code: string, path: string, format: string): unknown;
}

interface CommonJsLoader {
  _resolveFilename(specifier: string, parent: CommonJsModule | null | undefined, ...rest: unknown[]): string;
  readonly _extensions: Record<string, (module: CommonJsModule, path: string) => void>;
}

const loader = nodeModule.Module as unknown as CommonJsLoader;
const typeScript = new TypeScript();
/** Replaces the functions. */
export function patchCommonJs(): void {
  const resolveFilename = loader._resolveFilename.bind(loader);

  loader._resolveFilename = (specifier, parent, ...rest) => {
    const parentUrl = typeof parent?.filename === 'string' ? pathToFileURL(parent.filename).href : undefined;
    const byPaths = typeScript.byPaths(specifier, parentUrl);
    if (byPaths !== undefined) return fileURLToPath(byPaths);
    try {
      return resolveFilename(specifier, parent, ...rest);
    } catch (thrown) {
      const url = typeScript.instead(specifier, parentUrl, thrown);
      if (url === undefined) throw thrown;
      return fileURLToPath(url);
    }
  };

  for (const extension of ['.ts', '.tsx', '.mts', '.cts']) {
    // A version that has it asks hooks first.
    loader._extensions[extension] ??= (module, path) => {
      const { source, format } = typeScript.load(pathToFileURL(path).href);
      module._compile(source, path, format);
    };
  }
}
