import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe } from '../errors/describe.js';
import { asText, isError, messageOf, readOr, stackRead } from '../errors/thrown.js';
import { later } from '../real-time.js';
import { findPlaceMs, mostFrames } from './limits.js';
import type { Found, Walk } from './syntax-walk.js';

/**
 * A line about why a module cannot be loaded, with the file, line and column of the mistake, as far as they can be found. It
 * never throws.
 */
export async function loadError(thrown: unknown, root: URL): Promise<string> {
  if (!isError(thrown)) return `it threw ${describe(thrown)}, which is no error`;
  const message = messageOf(thrown).trim();
  const place = await placeOf(thrown, root).catch(() => undefined);
  const shown = place === undefined ? message : `${message} (${place})`;
  // TypeScript's `import x = require()` becomes a call of it, also in ES modules.
  return message.startsWith('require is not defined') ? `${shown}; createRequire of node:module makes a require` : shown;
}

async function placeOf(error: Error, root: URL): Promise<string | undefined> {
  const message = asText(readOr(error, 'message'));
  const stack = asText(stackRead(error) ?? '');
  const ofStack = placeInStack(stack);
  if (ofStack !== undefined) return ofStack;
  const missing = missingImport(error, message);
  if (missing !== undefined) return missing;
  const refused = refusedImport(message);
  if (refused !== undefined) return await placeOfImport({ root: root.href, ...refused });
  const json = /^(?<file>.+\.json): .*JSON/su.exec(message)?.groups?.['file'];
  if (json !== undefined) return placeInJson(json);
  if (error.name !== 'SyntaxError' || !isOfParsing(stack)) return placeOfFrame(stack);
  return (await placeByParsing(root)) ?? placeOfFrame(stack);
}

/** The place where Node writes it for most mistakes: a stack that begins with the place, the line, and a caret below it. */
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

const frameStart = /^\s+at /u;

/** A frame of a file: its path or URL, line and column, also where it is within `eval`. */
const framePlace = /(?:^\s+at (?:async )?|\()(?<file>(?:file:|\/|[a-z]:\\)[^()]*):(?<line>\d+):(?<column>\d+)(?:\)|$|,)/iu;

/** Whether a syntax error is that of a module which Node parsed. A module may also have had a text parsed. */
function isOfParsing(stack: string): boolean {
  const first = stack.split('\n').find((line) => frameStart.test(line));
  return first === undefined || first.includes('node:') || /compileSourceTextModule|ModuleWrap/u.test(first);
}

/** Where it was thrown: the first frame in the program's own files, if there is one, else that in a package. */
function placeOfFrame(stack: string): string | undefined {
  const places: string[] = [];
  for (const line of stack.split('\n', mostFrames)) {
    const { file, line: row, column } = (frameStart.test(line) ? framePlace.exec(line)?.groups : undefined) ?? {};
    // The frames after this one only called for the module.
    if (loader.test(line)) break;
    if (file === undefined || file.startsWith(ownFiles.href) || file.startsWith(fileURLToPath(ownFiles))) continue;
    places.push(`${pathOf(file)}:${row}:${column}`);
  }
  return places.find((place) => !/[\\/]node_modules[\\/]/u.test(place)) ?? places[0];
}

/** The files of this package are left out: who defines an operation wrongly wants the place in their own file. */
const ownFiles = new URL('../', import.meta.url);

/** The function that loads modules, in whatever file the build has put it. */
const loader = /^\s+at async loadOnce \(/u;

/** The place where a module imports something that is not there. */
function missingImport(error: Error, message: string): string | undefined {
  const stack: unknown = readOr(error, 'requireStack');
  const first: unknown = Array.isArray(stack) ? stack[0] : undefined;
  const from = /imported from (?<file>.+)$/u.exec(message)?.groups?.['file'] ?? first;
  const what = missingName.exec(message)?.groups?.['what'];
  if (typeof from !== 'string' || what === undefined) return undefined;
  const file = pathOf(from);
  const parent = pathToFileURL(file);
  const isMissing = (specifier: string): boolean => {
    if (specifier === what || specifier.startsWith(`${what}/`)) return true;
    if (what.startsWith('./') && !specifier.startsWith('.')) return specifier.endsWith(what.slice(1));
    return specifier.startsWith('.') && withoutSlash(fileURLToPath(new URL(specifier, parent))) === withoutSlash(what);
  };
  return placeOfText(file, isMissing);
}

/** The file, package, directory, or part of a package that Node does not find. */
const missingName =
  /^(?:Cannot find (?:module|package)|Directory import|Package subpath|Package import specifier) ['"](?<what>[^'"]+)['"]/u;

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** An import of something that is there, but cannot be imported like this. Node does not say where the import is. */
function refusedImport(message: string): Pick<Walk, 'sought' | 'name'> | undefined {
  for (const pattern of refusals) {
    const { sought, file, name } = pattern.exec(message)?.groups ?? {};
    if (file !== undefined) return { sought: pathToFileURL(file).href };
    // The default is imported by any name.
    if (sought !== undefined) return name === undefined || name === 'default' ? { sought } : { sought, name };
  }
  return undefined;
}

const refusals = [
  /^Module "(?<sought>[^"]+)" (?:needs|is not of)/u,
  /^No such built-in module: (?<sought>\S+)/u,
  /^Unknown file extension "[^"]*" for (?<file>.+)$/u,
  /^The requested module '(?<sought>[^']+)' does not provide an export named '(?<name>[^']+)'/u,
];

async function placeOfImport(walk: Walk): Promise<string | undefined> {
  const found = await walked(walk);
  return found && placeOfText(fileURLToPath(found.url), (specifier) => specifier === found.specifier);
}

/** The place in the file of a quoted text that is sought. */
function placeOfText(file: string, isSought: (text: string) => boolean): string {
  const source = readFileSync(file, 'utf8');
  for (const { 1: quote, 2: text = '', index } of source.matchAll(/(['"`])((?:(?!\1)[^\\\n])+)\1/gu)) {
    if (quote !== undefined && isSought(text)) return `${file}:${lineAndColumn(source, index)}`;
  }
  return file;
}

/** The place where a text stops being JSON: the shortest beginning that no ending can mend. */
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

/** Whether the beginning is right as far as it goes. */
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

/** Finds the mistake in an ES module. Node says where it is only when it is asked to do nothing but check the file. */
async function placeByParsing(root: URL): Promise<string | undefined> {
  const found = await walked({ root: root.href });
  if (found === undefined) return undefined;
  const file = fileURLToPath(found.url);
  return await new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], { timeout: findPlaceMs }, (_error, _stdout, stderr) => {
      resolve(placeInStack(stderr.trimStart()) ?? file);
    });
  });
}

/** The first of the modules that cannot be parsed, or that imports what is sought. */
async function walked(walk: Walk): Promise<Found | undefined> {
  if (!walk.root.startsWith('file:')) return undefined;
  // The thread has only these flags. Those of the process may change how modules are found, and Node may refuse them.
  const execArgv = ['--experimental-vm-modules', '--no-warnings'];
  const program = new URL(/* webpackIgnore: true */ './syntax-walk.js', import.meta.url);
  const walker = new Worker(program, { workerData: walk, execArgv });
  const timer = later(() => void walker.terminate(), findPlaceMs);
  try {
    return await new Promise((resolve) => {
      walker.once('message', resolve);
      walker.once('error', () => resolve(undefined));
      walker.once('exit', () => resolve(undefined));
    });
  } finally {
    timer.cancel();
  }
}
