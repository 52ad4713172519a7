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

/** Runs a program in a fresh process, and returns what it has loaded, and what each of its threads has. */
async function loadedBy(program: string): Promise<{ readonly main: Loaded; readonly threads: readonly Loaded[] }> {
  const coverage = await mkdtemp(join(folder, 'coverage-'));
  const file = join(folder, 'program.mjs');
  await writeFile(file, program);
  await promisify(execFile)(process.execPath, [file], {
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
const few = { flatted: 1, msgpackr: 4 };

describe('a fresh process', () => {
  it('loads no sockets and no more than it needs for a runtime in memory', async () => {
    const { main } = await loadedBy(`
      import { defineOperation, inMemory } from 'paladin-rx';
      const runtime = inMemory();
      console.log(await runtime.run(defineOperation({ name: 'double', execute: (x) => 2 * x }), 21));
      await runtime.close();`);
    expect(main.own).toEqual(['node/main.js', 'node/thread.js', 'src/index.js']);
    const { rxjs, ...others } = main.others;
    expect(others).toEqual(few);
    expect(rxjs).toBeLessThanOrEqual(fewOfRxjs);
  });

  it('loads in a thread what executes, and what the operations import', async () => {
    const { main, threads } = await loadedBy(`
      import { inMemory } from 'paladin-rx';
      import { double } from './operations.mjs';
      const runtime = inMemory({ workers: 2, modules: [new URL('operations.mjs', import.meta.url)] });
      console.log(await runtime.run(double, 21));
      await runtime.close();`);
    expect(threads).not.toEqual([]);
    for (const { own, others } of [main, ...threads]) {
      expect(
        own.filter((file) => !/^node\/(?:main|thread|threads|thread-executor|thread-warnings)\.js$/u.test(file)).length,
      ).toBeLessThanOrEqual(2);
      expect(own.length).toBeLessThanOrEqual(7);
      expect(own).not.toContain('node/socket.js');
      const { rxjs, ...rest } = others;
      expect(rest).toEqual(few);
      expect(rxjs).toBeLessThanOrEqual(fewOfRxjs);
    }
    for (const { own } of threads) expect(own).not.toContain('node/threads.js');
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
