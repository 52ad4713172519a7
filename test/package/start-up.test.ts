import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  // Here, so that the packages are found.
  folder = await mkdtemp(join(import.meta.dirname, 'start-up-'));
  const operations = `
    import { takeCoverage } from 'node:v8';
    import { defineOperation } from 'paladin-rx';
    // A thread may be ended before it has written what it has loaded.
    export const double = defineOperation({ name: 'double', execute: (x) => (takeCoverage(), 2 * x) });`;
  await writeFile(join(folder, 'operations.mjs'), operations);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a process and its threads have loaded: the files of this package, and how many of each other one. */
interface Loaded {
  readonly own: readonly string[];
  readonly others: Readonly<Record<string, number>>;
}

const doublesInThreads = `
  import { inMemory } from 'paladin-rx';
  import { double } from './operations.mjs';
  const runtime = inMemory({ workers: 1, modules: [new URL('operations.mjs', import.meta.url)] });
  console.log(await runtime.run(double, 21));
  await runtime.close();`;

/** Runs a program in a fresh process, and returns what it has loaded, and what each of its threads has. */
async function loadedBy(
  program: string,
  flags: readonly string[] = [],
): Promise<{ readonly main: Loaded; readonly threads: readonly Loaded[] }> {
  const coverage = await mkdtemp(join(folder, 'coverage-'));
  const file = join(folder, 'program.mjs');
  await writeFile(file, program);
  await promisify(execFile)(process.execPath, [...flags, file], {
    env: { ...process.env, NODE_V8_COVERAGE: coverage, NODE_OPTIONS: '' },
    timeout: 20_000,
  });
  const byThread = new Map<string, Set<string>>();
  for (const name of await readdir(coverage)) {
    // Node writes some files for each thread. The number of the thread comes last.
    const { result } = JSON.parse(await readFile(join(coverage, name), 'utf8')) as { result: readonly { url: string }[] };
    const thread = name.slice(name.lastIndexOf('-'));
    byThread.set(thread, new Set([...(byThread.get(thread) ?? []), ...result.map(({ url }) => url)]));
  }
  const main = loadedOf(byThread.get('-0.json') ?? new Set());
  byThread.delete('-0.json');
  return { main, threads: [...byThread.values()].map(loadedOf) };
}

function loadedOf(urls: ReadonlySet<string>): Loaded {
  const own: string[] = [];
  const others: Record<string, number> = {};
  for (const url of urls) {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(url) ?? [];
    if (name !== undefined) others[name] = (others[name] ?? 0) + 1;
    else if (url.includes('/dist/')) own.push(url.replace(/^.*\/dist\//u, '').replace(/-[\w-]{8}\.js$/u, '.js'));
  }
  return { own: own.toSorted(), others };
}

/** Nothing of RxJS but the class that observables are of, with what it needs. */
const fewOfRxjs = 20;

describe('a fresh process', () => {
  it('loads no sockets and no more than it needs for a runtime in memory', async () => {
    const { main } = await loadedBy(`
      import { defineOperation, inMemory } from 'paladin-rx';
      const runtime = inMemory();
      console.log(await runtime.run(defineOperation({ name: 'double', execute: (x) => 2 * x }), 21));
      await runtime.close();`);
    expect(main.own).toEqual(['node/main.js', 'node/thread.js', 'src/index.js']);
    const { rxjs, ...others } = main.others;
    expect(others).toEqual({});
    expect(rxjs).toBeLessThanOrEqual(fewOfRxjs);
  });

  it('loads no more to start threads, and in a thread what executes', async () => {
    const { main, threads } = await loadedBy(doublesInThreads);
    const { rxjs, ...others } = main.others;
    expect(main.own).toEqual(['node/main.js', 'node/thread.js', 'src/index.js']);
    expect(others).toEqual({});
    expect(rxjs).toBeLessThanOrEqual(fewOfRxjs);
    expect(threads).not.toEqual([]);
    // The program of the thread has the name of the part without its hash.
    const executes = ['node/thread.js', 'node/thread.js', 'src/index.thread.js'];
    for (const thread of threads) expect(thread).toEqual({ own: executes, others: {} });
  });

  it('loads the whole entry in its threads where it has flags, which threads inherit', async () => {
    const { threads } = await loadedBy(doublesInThreads, ['--trace-uncaught']);
    expect(threads).not.toEqual([]);
    for (const { own } of threads) expect(own).toEqual(['node/main.js', 'node/thread.js', 'node/thread.js', 'src/index.js']);
  });

  it('loads the client of socket.io when it connects', async () => {
    const { main } = await loadedBy(`
      import { connect } from 'paladin-rx';
      await connect('http://127.0.0.1:1', { connectTimeout: 1 }).catch(() => undefined);
      process.exit();`);
    expect(main.own).toContain('node/socket.js');
    expect(main.others).not.toHaveProperty('socket.io');
  });
});
