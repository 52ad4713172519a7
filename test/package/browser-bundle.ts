import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What esbuild makes of a module for a browser, from the built package. Fails where a built-in module of Node is needed. */
export interface BrowserBundle {
  readonly code: string;
  /** The files that went into it, relative to the project. */
  readonly inputs: readonly string[];
  /** What it would still import. */
  readonly externals: readonly string[];
}

/**
 * @param source a module as TypeScript text; its relative imports start from this folder
 * @param minify whether it is made small, as for visitors
 */
export async function bundleForBrowser(source: string, minify = false): Promise<BrowserBundle> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    absWorkingDir: root,
    bundle: true,
    minify,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    logLevel: 'silent',
    // The paths of tsconfig.json lead to the sources; the bundle is to hold what is published.
    tsconfigRaw: {},
  });
  return {
    code: outputFiles.map(({ text }) => text).join('\n'),
    inputs: Object.keys(metafile.inputs),
    externals: Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path),
    ),
  };
}
