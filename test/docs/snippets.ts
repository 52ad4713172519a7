import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { expectedPrints, printedText, printsAsExpected, reportPrints } from './expected-prints.js';
import type { Fence } from './fences.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A snippet as a file of its own. The snippets of a page share a folder. */
export interface Snippet {
  readonly fence: Fence;
  /** Where it is to be found in the docs, as `README.md:12`. */
  readonly place: string;
  /** The path of its TypeScript file. */
  readonly path: string;
  /** The path of what is run. */
  readonly program: string;
  readonly run: boolean;
}

/** Whether it is a test that Vitest runs. Others are programs, also those that use `node:test`. */
export const isForVitest = ({ code }: Fence): boolean => /from 'vitest'/u.test(code);

/** What a snippet may carry after `ts` or `js`. */
const knownWord = /^(?:no-run|file=[\w./-]+\.(?:ts|mjs))$/u;

/**
 * Lays out the snippets as files below `folder`, which must lie in the project (but not in node_modules), so that they can import
 * the package by its name. What is plain JavaScript is laid out as TypeScript, too: it must be both.
 */
export function layOut(fences: readonly Fence[], folder: string): Snippet[] {
  rmSync(folder, { recursive: true, force: true });
  const snippets = fences.map((fence): Snippet => {
    const place = `${fence.page}:${fence.line}`;
    const unknown = fence.words.find((word) => !knownWord.test(word));
    if (unknown !== undefined) {
      throw new Error(`${place}: expected 'no-run' or 'file=….ts' or 'file=….mjs' after the fence, got '${unknown}'`);
    }
    const ending = `${isForVitest(fence) ? '.test' : ''}${fence.language === 'js' ? '.mjs' : '.ts'}`;
    const name = fence.words.find((word) => word.startsWith('file='))?.slice('file='.length) ?? `line-${fence.line}${ending}`;
    const program = join(folder, fence.page.replaceAll(/[^\w]+/gu, '-'), name).replace(/\.ts$/u, '.js');
    const path = program.replace(/js$/u, 'ts');
    return { fence, place, path, program, run: !fence.words.includes('no-run') };
  });
  for (const [at, { path, place, fence }] of snippets.entries()) {
    const twin = snippets.slice(0, at).find((other) => other.path === path);
    if (twin !== undefined) throw new Error(`${place}: has the same file name as ${twin.place}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fence.code);
  }
  return snippets;
}

/** Checks the types of all snippets, against the declarations of the built package, and compiles each beside itself. */
export function compile(snippets: readonly Snippet[], folder: string): Map<Snippet, string[]> {
  const isPlain = ({ fence }: Snippet): boolean => fence.language === 'js';
  const typed = compileTogether(
    snippets.filter((snippet) => !isPlain(snippet)),
    folder,
    {},
  );
  const plain = compileTogether(snippets.filter(isPlain), folder, {
    strict: false,
    exactOptionalPropertyTypes: false,
    // Some are for pages.
    lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
  });
  for (const [snippet, errors] of plain) {
    plain.set(snippet, [...notPlain(snippet), ...errors.filter((error) => tellsWithoutTypes.test(error))]);
  }
  return new Map([...typed, ...plain]);
}

/**
 * What the compiler knows of code without annotations: names and modules that are not there, unknown options, too many arguments.
 * Of most values it does not know the type.
 */
const tellsWithoutTypes = /error TS(?:2304|2305|2307|2353|2552|2554|2724|2561):/u;

/** What is no JavaScript in a snippet. */
function notPlain({ fence, program }: Snippet): string[] {
  const options = { allowJs: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext };
  const { diagnostics = [] } = ts.transpileModule(fence.code, {
    compilerOptions: options,
    fileName: program,
    reportDiagnostics: true,
  });
  return diagnostics.map(({ file, start = 0, code, messageText }) => {
    const line = fence.line + (file?.getLineAndCharacterOfPosition(start).line ?? 0);
    return `${fence.page}:${line}: error TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

function compileTogether(
  snippets: readonly Snippet[],
  folder: string,
  own: Readonly<Record<string, unknown>>,
): Map<Snippet, string[]> {
  const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => readFileSync(path, 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...(base.config as { compilerOptions: object }).compilerOptions,
      // A user's settings may be less strict than the project's; and what a snippet defines is often for its reader.
      erasableSyntaxOnly: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      rootDir: folder,
      inlineSourceMap: true,
      ...own,
    },
    root,
  );
  const program = ts.createProgram({
    rootNames: snippets.map(({ path }) => path),
    options,
    host: hostWithMemory(options, folder),
  });
  const errors = new Map<Snippet, string[]>(snippets.map((snippet) => [snippet, []]));
  const byPath = new Map(snippets.map((snippet) => [snippet.path, snippet]));
  const diagnostics = [
    ...ts.getPreEmitDiagnostics(program),
    ...program.emit(undefined, undefined, undefined, false, { before: [reportPrints] }).diagnostics,
  ];
  for (const { file, start, code, messageText } of diagnostics) {
    const message = `error TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    const snippet = file && byPath.get(file.fileName);
    if (snippet === undefined || file === undefined) throw new Error(`${file?.fileName ?? 'snippets'}: ${message}`);
    const line = snippet.fence.line + file.getLineAndCharacterOfPosition(start ?? 0).line;
    errors.get(snippet)?.push(`${snippet.fence.page}:${line}: ${message}`);
  }
  return errors;
}

const remembered = new Map<string, ts.SourceFile | undefined>();

/** Reads what lies outside the folder only once in this process: the declarations of the language, of Node and of packages. */
function hostWithMemory(options: ts.CompilerOptions, folder: string): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const getSourceFile: typeof host.getSourceFile = (path, ...rest) => {
    if (path.startsWith(folder)) return host.getSourceFile(path, ...rest);
    if (!remembered.has(path)) remembered.set(path, host.getSourceFile(path, ...rest));
    return remembered.get(path);
  };
  return { ...host, getSourceFile };
}

/** Runs a compiled snippet as a program of its own; what is wrong with it, or nothing. */
export async function execute(snippet: Snippet, snippets: readonly Snippet[], limitMs: number): Promise<string[]> {
  const { program } = snippet;
  const prelude = new URL('report-prints.js', import.meta.url).href;
  const args = isForVitest(snippet.fence) ? vitestArgs(program) : ['--enable-source-maps', '--import', prelude, program];
  const child = spawn(process.execPath, args, {
    cwd: dirname(program),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const [code, stdout, stderr, reports] = await Promise.all([
    new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode, signal) => resolve(exitCode ?? signal));
    }),
    textOf(child.stdout),
    textOf(child.stderr),
    textOf(child.stdio[3]),
  ]);
  const complaints: string[] = [];
  if (code === 'SIGKILL') complaints.push(`${snippet.place}: did not end within ${limitMs} ms`);
  else if (code !== 0) complaints.push(`${snippet.place}: exited with ${code}\n${inDocs(stdout + stderr, snippets)}`);
  const url = pathToFileURL(program).href;
  const printed = reports
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { url: string; number: number; text: string })
    .filter((report) => report.url === url);
  const expected = expectedPrints(ts.createSourceFile(snippet.path, snippet.fence.code, ts.ScriptTarget.Latest, true));
  for (const [number, { line, text }] of expected.entries()) {
    const texts = printed.filter((report) => report.number === number).map((report) => report.text);
    if (printsAsExpected(text, texts)) continue;
    const got = texts.length === 0 ? 'printed nothing' : `printed '${printedText(texts)}'`;
    complaints.push(`${snippet.fence.page}:${snippet.fence.line + line - 1}: expected to print '${text}', ${got}`);
  }
  return complaints;
}

/** The package is loaded by Node itself, as it is where it is installed. */
function vitestArgs(program: string): string[] {
  const folder = dirname(program);
  const config = join(folder, 'vitest.config.mjs');
  writeFileSync(
    config,
    'export default { test: { server: { deps: { external: [/\\/dist\\/(?:src|operators|server)\\//] } } } };\n',
  );
  return [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--config', config, program];
}

async function textOf(stream: unknown): Promise<string> {
  if (!(stream instanceof Readable)) throw new TypeError('expected a pipe');
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return text;
}

/** The text with the places of snippets' files turned into places of the docs. */
function inDocs(text: string, snippets: readonly Snippet[]): string {
  return snippets.reduce(
    (soFar, { path, fence }) =>
      soFar
        .replaceAll(pathToFileURL(path).href, path)
        .split(`${path}:`)
        .map((part, at) => (at === 0 ? part : part.replace(/^\d+/u, (line) => String(fence.line + Number(line) - 1))))
        .join(`${fence.page}:`),
    text,
  );
}

/** The help of the built command, or of one of its subcommands. */
export async function helpOf(subcommand: string | undefined): Promise<string> {
  const program = join(root, 'dist/server/command/paladin.js');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, ...(subcommand === undefined ? [] : [subcommand]), '--help'],
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`paladin ${subcommand ?? ''} --help failed: ${stderr}`));
      },
    );
  });
}
