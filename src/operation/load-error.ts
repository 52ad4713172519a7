import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { asText, isError, messageOf, readOr } from '../errors/thrown.js';
import { findPlaceMs } from './limits.js';

/** A line about why a module cannot be loaded, with the file, line and column of the mistake, as far as they can be found. Never throws. */
export async function loadError(thrown: unknown, root: URL): Promise<string> {
  const message = messageOf(thrown).trim();
  if (!isError(thrown)) return message;
  const parsed = jitiPlace.exec(message)?.groups;
  if (parsed !== undefined) return `${parsed['what']} (${parsed['file']}:${parsed['line']}:${Number(parsed['column']) + 1})`;
  const place = await placeOf(thrown, root).catch(() => undefined);
  return place === undefined ? message : `${message} (${place})`;
}

/** What jiti says of TypeScript that cannot be parsed; it counts columns from 0. */
const jitiPlace = /^ParseError: (?<what>.*?)\s+(?<file>(?:\/|[a-z]:\\).*):(?<line>\d+):(?<column>\d+)$/iu;

async function placeOf(error: Error, root: URL): Promise<string | undefined> {
  const message = asText(readOr(error, 'message'));
  const ofStack = placeInStack(asText(readOr(error, 'stack')));
  if (ofStack !== undefined) return ofStack;
  const missing = missingImport(error, message);
  if (missing !== undefined) return missing;
  if (error.name !== 'SyntaxError') return undefined;
  const json = /^(?<file>.+\.json): .*JSON/su.exec(message)?.groups?.['file'];
  if (json !== undefined) return placeInJson(json);
  return root.protocol === 'file:' ? await placeByParsing(root) : undefined;
}

/** Where the stack begins with the place, the line, and a caret below it, as Node writes it for most mistakes. */
function placeInStack(stack: string): string | undefined {
  const [first = '', ...rest] = stack.split('\n', 20);
  const { file, line } = /^(?<file>(?:file:|\/|[a-z]:\\).*):(?<line>\d+)$/iu.exec(first)?.groups ?? {};
  if (file === undefined) return undefined;
  const place = `${pathOf(file)}:${line}`;
  const caret = rest.find((text) => /^\s*\^+\s*$/u.test(text));
  return caret === undefined ? place : `${place}:${caret.indexOf('^') + 1}`;
}

function pathOf(file: string): string {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

/** Where a module imports what is not there. */
function missingImport(error: Error, message: string): string | undefined {
  const stack: unknown = readOr(error, 'requireStack');
  const first: unknown = Array.isArray(stack) ? stack[0] : undefined;
  const from = /imported from (?<file>.+)$/u.exec(message)?.groups?.['file'] ?? first;
  const what = /^Cannot find (?:module|package) '(?<what>[^']+)'/u.exec(message)?.groups?.['what'];
  if (typeof from !== 'string' || what === undefined) return undefined;
  const file = pathOf(from);
  const parent = pathToFileURL(file);
  const isMissing = (specifier: string): boolean => {
    if (specifier === what || specifier.startsWith(`${what}/`)) return true;
    return specifier.startsWith('.') && fileURLToPath(new URL(specifier, parent)) === what;
  };
  const source = readFileSync(file, 'utf8');
  for (const { 1: quote, 2: specifier = '', index } of source.matchAll(/(['"`])((?:(?!\1)[^\\\n])+)\1/gu)) {
    if (quote !== undefined && isMissing(specifier)) return `${file}:${lineAndColumn(source, index)}`;
  }
  return file;
}

/** Where JSON stops to be JSON: the shortest beginning that no ending can mend. */
function placeInJson(file: string): string {
  const source = readFileSync(file, 'utf8');
  let good = 0;
  let bad = source.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(source.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return `${file}:${lineAndColumn(source, good)}`;
}

/** Whether nothing is wrong but that there is no more. */
function mayGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (thrown) {
    const message = messageOf(thrown);
    const position = /at position (?<at>\d+)/u.exec(message)?.groups?.['at'];
    return message.startsWith('Unexpected end') || Number(position ?? -1) >= beginning.length;
  }
}

function lineAndColumn(source: string, at: number): string {
  const lines = source.slice(0, at).split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Node does not say where the mistake in an ES module is, unless it is asked to do nothing but check the file. */
async function placeByParsing(root: URL): Promise<string | undefined> {
  const url = await unparsable(root);
  if (url === undefined) return undefined;
  const file = fileURLToPath(url);
  return await new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], { timeout: findPlaceMs }, (_error, _stdout, stderr) => {
      resolve(placeInStack(stderr.trimStart()) ?? file);
    });
  });
}

/** The first of the modules that cannot be parsed. */
async function unparsable(root: URL): Promise<string | undefined> {
  // These are its only flags: what the process has may change how modules are found, and Node may refuse it.
  const execArgv = ['--experimental-vm-modules', '--no-warnings'];
  const walker = new Worker(new URL('./syntax-walk.js', import.meta.url), { workerData: root.href, execArgv });
  const timer = setTimeout(() => void walker.terminate(), findPlaceMs);
  try {
    return await new Promise((resolve) => {
      walker.once('message', resolve);
      walker.once('error', () => resolve(undefined));
      walker.once('exit', () => resolve(undefined));
    });
  } finally {
    clearTimeout(timer);
  }
}
