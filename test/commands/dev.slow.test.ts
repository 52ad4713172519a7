import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, defineOperation } from 'paladin-rx';
import { fetchStatus } from 'paladin-rx/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Command } from './command.js';

const times = defineOperation({ name: 'times', execute: (x: number) => x });
const late = defineOperation({ name: 'late', execute: (ms: number) => ms });

/** Modules of a program that is being written. They are below the package, so that they find it by its name. */
function sources(): { readonly path: string; readonly write: (name: string, text: string) => void } {
  const folder = mkdtempSync(fileURLToPath(new URL('../../dist/dev-', import.meta.url)));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    path: join(folder, 'operations.ts'),
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
    },
  };
}

const operations = `
import { defineOperation } from 'paladin-rx';
import { factor } from './factor.js';
export const times = defineOperation({ name: 'times', execute: (x: number) => x * factor });
export const late = defineOperation({
  name: 'late',
  execute: (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(factor), ms)),
});
`;

async function startDev(path: string, ...args: string[]): Promise<Command & { readonly url: string }> {
  const dev = new Command(['dev', path, '--port', '0', '--threads', '1', ...args]);
  const line = await dev.printed(/^hub listening on/u);
  return Object.assign(dev, { url: line.replace('hub listening on ', '') });
}

describe('paladin dev', () => {
  it('loads modules anew when a file changes that they import, and what runs is finished by the old code', async () => {
    const { path, write } = sources();
    write('operations.ts', operations);
    write('factor.ts', 'export const factor = 2;');
    await using dev = await startDev(path);
    await dev.printed(/^worker ready, in \d+ ms: late@1, times@1 in 1 thread$/u);
    await using runtime = await connect(dev.url);
    expect(await runtime.run(times, 3)).toBe(6);
    const running = runtime.run(late, 2_500);
    while ((await fetchStatus(dev.url)).workers[0]?.leased !== 1);
    write('factor.ts', 'export const factor = 5;');
    await dev.printed(/^worker ready after a change of .*factor\.ts, in \d+ ms/u);
    expect(await runtime.run(times, 3)).toBe(15);
    expect(await running).toBe(2);
    dev.kill('SIGINT');
    expect(await dev.exited()).toBe(0);
  }, 60_000);

  it('gives to the new code what takes too long with the old', async () => {
    const { path, write } = sources();
    write('operations.ts', operations.replace('setTimeout(() => resolve(factor), ms)', 'factor === 7 && resolve(factor)'));
    write('factor.ts', 'export const factor = 2;');
    await using dev = await startDev(path, '--drain-timeout', '100');
    await dev.printed(/^worker ready/u);
    await using runtime = await connect(dev.url);
    // The old code would never end.
    const running = runtime.run(late, 0);
    while ((await fetchStatus(dev.url)).workers[0]?.leased !== 1);
    write('factor.ts', 'export const factor = 7;');
    expect(await running).toBe(7);
    await dev.printed(/the worker with the code from before: the worker ended with work undone/u);
  }, 60_000);

  it('keeps the old code where the new cannot be loaded, says so, and goes on when it can', async () => {
    const { path, write } = sources();
    write('operations.ts', operations);
    write('factor.ts', 'export const factor = 2;');
    await using dev = await startDev(path, '--log-format', 'pretty');
    await dev.printed(/^worker ready/u);
    await using runtime = await connect(dev.url);
    write('factor.ts', "import { base } from './base.js'; export const factor = 2 * base;");
    await dev.printed(/ERROR the code from before goes on: cannot load module .*operations\.ts: .*base/u);
    expect(await runtime.run(times, 3)).toBe(6);
    // An editor may write a new file, and put it in the place of the old.
    write('base.ts~', 'export const base = 10;');
    renameSync(path.replace('operations.ts', 'base.ts~'), path.replace('operations.ts', 'base.ts'));
    await dev.printed(/^worker ready after a change/u);
    expect(await runtime.run(times, 3)).toBe(60);
  }, 60_000);

  it('waits for a change where nothing can be loaded at first', async () => {
    const { path, write } = sources();
    write('operations.ts', "throw new Error('not yet');");
    await using dev = await startDev(path);
    await dev.printed(/"level":50,.*"msg":"waiting for a change: cannot load module .*not yet/u);
    write('operations.ts', operations);
    write('factor.ts', 'export const factor = 2;');
    await dev.printed(/^worker ready after a change of/u);
    await using runtime = await connect(dev.url);
    expect(await runtime.run(times, 3)).toBe(6);
  }, 60_000);
});
