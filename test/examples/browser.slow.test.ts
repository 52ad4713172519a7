/**
 * The example for browsers, as a user would install and build it, in Chromium: at CHROMIUM_PATH or /usr/bin/chromium. Without it
 * the pages are skipped, unless REQUIRE_CHROMIUM is set.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { heartbeatIntervalMs, heartbeatTimeoutMs } from '../../src/limits.js';
import { freePort } from '../support/free-port.js';
import { processOf, tasksOf } from './page-tasks.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const bin = (program: string): string => join(root, 'node_modules', program);
const vite = bin('vite/bin/vite.js');

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath) && process.env['REQUIRE_CHROMIUM'] === undefined;

/** The example beside the packed package. It lies in the project, so that the package's own dependencies are found. */
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, 'browser-'));
  await cp(join(root, 'examples/browser'), folder, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|dist)$/u.test(path),
  });
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const installed = join(folder, 'node_modules/paladin-rx');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(folder, stdout.trim()), '--strip-components=1', '-C', installed]);
  await run(process.execPath, [bin('typescript/bin/tsc'), '--project', folder], { cwd: folder });
  await run(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: folder });
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Serves the example, with a hub beside it. */
async function serve(args: readonly string[]): Promise<{ readonly address: string; readonly hub: string }> {
  const [port, hubPort] = [await freePort(), await freePort()];
  const server: ChildProcess = spawn(
    process.execPath,
    [vite, ...args, '--host', '127.0.0.1', '--port', String(port), '--strictPort', '--logLevel', 'warn'],
    { cwd: folder, env: { ...process.env, HUB_PORT: String(hubPort) }, stdio: 'inherit' },
  );
  onTestFinished(() => void server.kill());
  const address = `http://127.0.0.1:${port}`;
  await expect.poll(async () => (await fetch(address)).status, { timeout: 30_000 }).toBe(200);
  return { address, hub: `http://127.0.0.1:${hubPort}` };
}

describe('the example for browsers', () => {
  test('a package that is installed has nothing to build when it is linked', async () => {
    await run('npm', ['run', 'prepare', '--silent'], { cwd: join(folder, 'node_modules/paladin-rx') });
  });

  test('is small', async () => {
    const assets = join(folder, 'dist/assets');
    const sizes = await Promise.all(
      (await readdir(assets))
        .filter((name) => name.endsWith('.js'))
        .map(async (name) => {
          const code = await readFile(join(assets, name));
          const part = name.startsWith('operations.worker') ? 'worker' : 'page';
          return { part, name, bytes: code.byteLength, gzipBytes: gzipSync(code, { level: 9 }).byteLength };
        }),
    );
    for (const { name, bytes, gzipBytes } of sizes) {
      console.log(`${name}: ${(bytes / 1_000).toFixed(1)} kB, ${(gzipBytes / 1_000).toFixed(1)} kB with gzip`);
    }
    const kilobytes = (part: string): number =>
      sizes.filter((size) => size.part === part).reduce((sum, { gzipBytes }) => sum + gzipBytes / 1_000, 0);
    expect(kilobytes('page')).toBeLessThan(ceilingsKb.page);
    expect(kilobytes('worker')).toBeLessThan(ceilingsKb.worker);
  });
});

/** After this time without a sign of life a hub takes a tab for gone. */
const longerThanHubWaitsMs = heartbeatIntervalMs + heartbeatTimeoutMs + 3_000;

/** What a visitor loads, with RxJS, in thousands of bytes with gzip: a twentieth more than it was when this was written. */
const ceilingsKb = { page: 158, worker: 45 };

describe.skipIf(missing)(`in Chromium (${executablePath}${missing ? ' is not there' : ''})`, { timeout: 180_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
    browser = await chromium.launch({ executablePath, headless: true, args });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  /** Opens a tab in a context of its own, which can be offline alone. Errors of the page fail the test. */
  async function tab(url: string): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
    const page = await context.newPage();
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    onTestFinished(async () => {
      await context.close();
      expect(errors).toEqual([]);
    });
    await page.goto(url);
    return { page, context };
  }

  const tilesOf = async (page: Page): Promise<number> => Number.parseInt((await page.textContent('#count')) ?? '', 10) || 0;
  const lends = (page: Page): Promise<void> => page.waitForSelector('#status:text("lends")').then(() => undefined);
  const reaches = (page: Page, tiles: number): Promise<void> =>
    expect.poll(async () => tilesOf(page), { timeout: 120_000, interval: 50 }).toBeGreaterThanOrEqual(tiles);
  const done = async (page: Page): Promise<void> => {
    await page.waitForSelector('body[data-state="done"]', { timeout: 150_000 });
  };
  /** All pixels, to the bit. */
  const pixelsOf = async (page: Page): Promise<string> => {
    const data: unknown = await page.evaluate("document.getElementById('pixels').toDataURL()");
    return createHash('sha256').update(String(data)).digest('hex');
  };
  const screenshot = async (page: Page, name: string): Promise<void> => {
    const kept = process.env['SCREENSHOTS'];
    if (kept !== undefined) await page.screenshot({ path: join(kept, `${name}.png`) });
  };

  /** The pixels that a tab paints that nobody helps. */
  const paintedAlone = async (url: string): Promise<string> => {
    const { page, context } = await tab(`${url}#alone`);
    await done(page);
    const pixels = await pixelsOf(page);
    await context.close();
    return pixels;
  };

  test('a tab alone paints with its own cores', async () => {
    const { address } = await serve(['preview']);
    const { page } = await tab(`${address}/#alone`);
    await done(page);
    expect(await page.textContent('#count')).toBe('150 of 150 tiles');
    await screenshot(page, 'alone');
  });

  test('it works before it is built', async () => {
    const { address } = await serve(['dev']);
    const { page } = await tab(`${address}/#alone`);
    await done(page);
    expect(await page.textContent('#count')).toBe('150 of 150 tiles');
  });

  test('tabs help, close, reload and go offline, and the leading page never stalls', async () => {
    const { address, hub } = await serve(['preview']);
    const url = `${address}/?samples=5&hub=${encodeURIComponent(hub)}`;
    const expected = await paintedAlone(url);

    const closed = await tab(`${url}#lend`);
    const reloaded = await tab(`${url}#lend`);
    const offline = await tab(`${url}#lend`);
    for (const { page } of [closed, reloaded, offline]) await lends(page);
    // A tab that helps paints nothing that it could show.
    expect(await closed.page.isVisible('#painters')).toBe(false);
    await screenshot(closed.page, 'lending');
    const leading = await tab('about:blank');
    const tasks = await tasksOf(browser, leading.page, async () => {
      await leading.page.goto(url);
      const { page } = leading;
      await reaches(page, 10);
      await closed.context.close();
      await reaches(page, 30);
      await reloaded.page.reload();
      await screenshot(page, 'growing');
      await reaches(page, 50);
      await offline.context.setOffline(true);
      await offline.page.waitForTimeout(3_000);
      expect(await offline.page.textContent('#status')).toMatch(/^The hub is away/u);
      await offline.context.setOffline(false);
      await done(page);
    });
    await screenshot(leading.page, 'done');
    console.log(
      `the leading page: ${tasks.tasks} tasks, the longest computed for ${tasks.longestCpuMs.toFixed(1)} ms ` +
        `(${tasks.longestDid}); the longest by the clock took ${tasks.longestMs.toFixed(1)} ms; ` +
        `to evaluate scripts took ${tasks.loadingCpuMs.toFixed(1)} ms; ` +
        `the page says ${await leading.page.textContent('#pause')} ms`,
    );
    expect(await pixelsOf(leading.page)).toBe(expected);
    expect(tasks.longestCpuMs).toBeLessThan(50);
    await offline.page.waitForSelector('#status:text("is back")');
    // Everybody painted: also the tab that was closed, and the one that was reloaded, as two.
    expect(await leading.page.locator('#tabs li').count()).toBeGreaterThanOrEqual(4);
  });

  test('tabs that are frozen for long come back, and the picture is the same', async () => {
    const { address, hub } = await serve(['preview']);
    const url = `${address}/?samples=5&hub=${encodeURIComponent(hub)}`;
    const expected = await paintedAlone(url);

    const helping = await tab(`${url}#lend`);
    const frozen = await tab(`${url}#lend`);
    for (const { page } of [helping, frozen]) await lends(page);
    const leading = await tab(url);
    await reaches(leading.page, 20);
    const tabs = [frozen, leading];
    // A browser freezes only pages that are hidden, and headless there are none. A process that is stopped is as still.
    const processes: number[] = [];
    for (const { page } of tabs) processes.push(await processOf(browser, page));
    const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
      for (const pid of processes) process.kill(pid, name);
    };
    signal('SIGSTOP');
    try {
      await helping.page.waitForTimeout(longerThanHubWaitsMs);
    } finally {
      signal('SIGCONT');
    }
    for (const { page } of tabs) await page.waitForSelector('#status:text("is back")');
    await done(leading.page);
    expect(await pixelsOf(leading.page)).toBe(expected);
  });

  test('a page that computes by itself would be found to stall', async () => {
    const { page } = await tab('about:blank');
    const tasks = await tasksOf(browser, page, async () => {
      // So much work that it takes long on any machine.
      await page.evaluate('{ let sum = 0; for (let at = 0; at < 1e9; at += 1) sum += Math.sqrt(at); globalThis.sum = sum; }');
    });
    expect(tasks.longestCpuMs).toBeGreaterThan(50);
  });
});
