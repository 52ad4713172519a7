import { createRequire } from 'node:module';
import { dirname, extname } from 'node:path';
import type { createJiti, JSXOptions, TransformOptions } from 'jiti';
import { KeptTranslation } from './kept-translation.js';
import { packageAround } from './package-file.js';

/** A TypeScript module as JavaScript, and of which kind it is. */
export interface Translation {
  readonly format: 'module' | 'commonjs';
  readonly source: string;
}

/** What of a project's compiler options counts. */
export interface TranslationOptions {
  readonly jsx?: string;
  readonly jsxImportSource?: string;
  readonly jsxFactory?: string;
  readonly jsxFragmentFactory?: string;
}

/**
 * Translates TypeScript into JavaScript, by the compiler that jiti has in it. Lines stay where they are. What was translated once
 * is kept, so that the compiler is loaded for what has changed alone.
 *
 * A module is of the kind that Node would take it for. A `.ts` or `.tsx` file that is not in a package of ES modules may be
 * CommonJS. It is that where it uses one of these, whatever else it has:
 *
 * - `require`, `module` or `exports`;
 * - `__filename` or `__dirname`.
 *
 * @throws a SyntaxError whose stack begins with the place, as those of Node
 */
export function withoutTypes(source: string, path: string, options: TranslationOptions = {}): Translation {
  const extension = extname(path);
  const text: Text = { source, path, jsx: extension === '.tsx' ? jsxOptions(options) : undefined };
  if (extension === '.cts') return asCommonJs(text);
  const module: Translation = { format: 'module', source: translated(text, 'module') };
  if (extension === '.mts' || packageAround(dirname(path))?.type === 'module') return module;
  if (!isModule.test(module.source)) return { ...module, format: 'commonjs' };
  return isCommonJs.test(module.source) && !isOnlyModule.test(module.source) ? asCommonJs(text) : module;
}

const isModule = /^\s*(?:import\s*[\w$*{'"]|export\s*[\w$*{])|\bimport\.meta\b/mu;
const isCommonJs = /\brequire\s*\(|\bmodule\.exports\b|\bexports\.|\b__(?:dirname|filename)\b/u;
const isOnlyModule = /\bimport\.meta\b|^await\b/mu;

interface Text {
  readonly source: string;
  readonly path: string;
  readonly jsx: JSXOptions | undefined;
}

function asCommonJs(text: Text): Translation {
  // The compiler has a function of jiti import what is imported later, and makes CommonJS of that. Node does both by itself.
  const source = translated(text, 'commonjs')
    .replaceAll('jitiImport(', 'import(')
    .replaceAll('.then((m) => _interopRequireWildcard(m))', '');
  return { format: 'commonjs', source };
}

function translated(text: Text, format: Translation['format']): string {
  const { source, path, jsx } = text;
  const kept = new KeptTranslation(path, JSON.stringify([format, jsx]), source);
  const before = kept.read();
  if (before !== undefined) return before;
  const options: TransformOptions = {
    source,
    filename: path,
    ts: true,
    interopDefault: true,
    ...(jsx && { jsx }),
    ...(format === 'module' && { babel: { wrapPluginVisitorMethod } }),
  };
  const code = jiti().createJiti(path, { fsCache: false }).transform(options);
  const failure = /^exports\.__JITI_ERROR__ = (?<json>\{.*\})$/su.exec(code)?.groups?.['json'];
  if (failure !== undefined) throw syntaxError(JSON.parse(failure) as Failure, source, path);
  kept.write(code);
  return code;
}

/** Only on demand: it takes as long to load as all else that a thread loads. */
function jiti(): { readonly createJiti: typeof createJiti } {
  return createRequire(import.meta.url)('jiti') as { readonly createJiti: typeof createJiti };
}

/** What jiti's compiler does to make CommonJS of a module. Node loads modules as they are. */
const ofCommonJs: ReadonlySet<string> = new Set([
  'transform-modules-commonjs',
  'import-meta-paths',
  'import-meta-resolve',
  '@import-meta-env/babel',
]);

function wrapPluginVisitorMethod(plugin: string, _: string, visit: unknown): unknown {
  return ofCommonJs.has(plugin) ? () => undefined : visit;
}

function jsxOptions({ jsx, jsxImportSource, jsxFactory, jsxFragmentFactory }: TranslationOptions): JSXOptions {
  if (jsx === undefined || jsx === 'react') {
    return {
      runtime: 'classic',
      ...(jsxFactory !== undefined && { pragma: jsxFactory }),
      ...(jsxFragmentFactory !== undefined && { pragmaFrag: jsxFragmentFactory }),
    };
  }
  return { runtime: 'automatic', ...(jsxImportSource !== undefined && { importSource: jsxImportSource }) };
}

interface Failure {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

function syntaxError({ line, column, message }: Failure, source: string, path: string): SyntaxError {
  const error = new SyntaxError(message.trim());
  const place = line > 0 ? { line, column } : secondDeclaration(error.message, source);
  const text = source.split('\n')[place.line - 1] ?? '';
  error.stack = `${path}:${place.line}\n${text}\n${' '.repeat(place.column)}^\n\nSyntaxError: ${error.message}`;
  return error;
}

/** The compiler does not say where a name is declared again. */
function secondDeclaration(message: string, source: string): Pick<Failure, 'line' | 'column'> {
  const name = /"(?<name>[\w$]+)"/u.exec(message)?.groups?.['name'] ?? '';
  const declarations = [...source.matchAll(/[\w$]+(?=\s*(?:[=:({,;}]|from\b))/gu)].filter(([word]) => word === name);
  const before = source.slice(0, declarations.at(1)?.index ?? 0).split('\n');
  return { line: before.length, column: before.at(-1)?.length ?? 0 };
}
