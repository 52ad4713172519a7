/**
 * The hub's page in a real browser: needs Chromium, at CHROMIUM_PATH or /usr/bin/chromium; without it these tests are skipped,
 * unless REQUIRE_CHROMIUM is set.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { connect, defineOperation, remoteMap, type Runtime } from 'paladin-rx';
import { startHub, type Hub, type HubOptions } from 'paladin-rx/server';
import { startWorker, type Worker } from 'paladin-rx/worker';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { NEVER, from, startWith, type Subscription } from 'rxjs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Command } from '../commands/command.js';
import { freePort } from '../support/free-port.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath) && process.env['REQUIRE_CHROMIUM'] === undefined;

const nap = defineOperation({
  name: 'nap',
  execute: async (ms: number) => {
    await wait(ms);
    return ms;
  },
});
/** No worker has it. */
const nowhere = defineOperation({ name: 'nowhere', execute: (x: number) => x });

const hostileName = '<img src=x onerror="globalThis.broken=1"><b>bold</b>';

describe.skipIf(missing)(`the page of a hub in Chromium (${executablePath}${missing ? ' is not there' : ''})`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      headless: true,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-sync',
      ],
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
  });

  async function hubWith(options: HubOptions = {}): Promise<Hub> {
    const hub = await startHub({ port: 0, ...options });
    onTestFinished(async () => hub.close());
    return hub;
  }

  async function workersFor(hub: Hub, count: number, slots: number): Promise<Worker[]> {
    const workers: Worker[] = [];
    onTestFinished(async () => void (await Promise.all(workers.map(async (worker) => worker.close()))));
    for (let at = 0; at < count; at += 50) {
      const some = Array.from({ length: Math.min(50, count - at) }, async (_, index) =>
        startWorker({ hub: hub.url, operations: [nap], inline: true, slots, name: `crunch-${at + index}` }),
      );
      workers.push(...(await Promise.all(some)));
    }
    return workers;
  }

  async function runtimeFor(hub: Hub): Promise<Runtime> {
    const runtime = await connect(hub.url, { noWorkerTimeout: Infinity });
    onTestFinished(async () => runtime.close());
    return runtime;
  }

  function running(runtime: Runtime, name: string, total: number): Subscription {
    const elements = Array.from({ length: total }, (_, at) => 20 + (at % 7));
    return from(elements)
      .pipe(remoteMap(nap, runtime, { name, total }))
      .subscribe({ error: () => undefined });
  }

  /** Opens the page. What it throws, complains of or asks of others fails the test. */
  async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options });
    const page = await context.newPage();
    const wrong: string[] = [];
    const origin = url.startsWith('file:') ? url : new URL(url).origin;
    page.on('pageerror', ({ message }) => wrong.push(message));
    page.on('console', (message) => {
      // A hub that is away, or refuses a token, is one that the browser complains of.
      if (message.type() === 'error' && !/Failed to load resource|ERR_/u.test(message.text())) wrong.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) wrong.push(`asked ${request.url()}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(wrong).toEqual([]);
    });
    await page.goto(url);
    return page;
  }

  const textOf = async (page: Page, selector: string): Promise<string> => page.locator(selector).first().innerText();

  test('shows two workers and a job, live, and names as texts', async () => {
    const hub = await hubWith();
    await workersFor(hub, 2, 2);
    const runtime = await runtimeFor(hub);
    const page = await open(hub.url);
    const job = running(runtime, hostileName, 4_000);
    onTestFinished(() => job.unsubscribe());
    await page.getByRole('heading', { name: 'Workers 2' }).waitFor();
    await page.locator('.job .name b', { hasText: hostileName }).waitFor();
    expect(await page.evaluate('globalThis.broken')).toBeUndefined();
    await expect.poll(() => textOf(page, '.link')).toBe('live');
    await expect.poll(() => textOf(page, '.progress'), { timeout: 10_000 }).toMatch(/\d+ of 4,000/u);
    const done = async (): Promise<number> =>
      Number(/([\d,]+) of 4,000/u.exec(await textOf(page, '.progress'))?.[1]?.replace(',', ''));
    const before = await done();
    await expect.poll(done, { timeout: 5_000 }).toBeGreaterThan(before);
    await expect.poll(() => textOf(page, '.tile'), { timeout: 5_000 }).toMatch(/\b4 ?of 4/u);
    job.unsubscribe();
    await page.getByText('No job is open.').first().waitFor();
  });

  test('stays quick with a thousand workers and two hundred jobs, of which it shows the first until asked', async () => {
    const hub = await hubWith({ maxConnectionsPerAddress: 2_000 });
    await workersFor(hub, 1_000, 4);
    const runtime = await runtimeFor(hub);
    const jobs = Array.from({ length: 200 }, (_, at) =>
      NEVER.pipe(startWith(at), remoteMap(nowhere, runtime, { name: `held ${at}` })).subscribe({ error: () => undefined }),
    );
    onTestFinished(() => jobs.forEach((job) => job.unsubscribe()));
    const page = await open(hub.url);
    await page.getByRole('heading', { name: 'Jobs 200' }).waitFor();
    expect(await page.locator('.job').count()).toBe(25);
    await page.getByRole('button', { name: 'Show all 200 jobs' }).click();
    expect(await page.locator('.job').count()).toBe(200);
    await page.getByText('No worker offers nowhere@1').first().waitFor();
    const map = page.getByRole('group', { name: /Heat map of workers/u });
    await map.focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('.chosen', { hasText: /crunch-\d+/u }).waitFor();
    const [chosen] = (await textOf(page, '.chosen')).split('\n');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => textOf(page, '.chosen')).not.toContain(chosen);
    await page.getByRole('searchbox', { name: 'Find workers' }).fill('crunch-77 here');
    await page.locator('.chosen .who').waitFor({ state: 'detached' });
    await page.getByRole('searchbox', { name: 'Find workers' }).fill('');
    // The longest of its tasks over five seconds of life.
    const longest = await page.evaluate<number>(`new Promise((resolve) => {
      const tasks = [0];
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
      setTimeout(() => resolve(Math.max(...tasks)), 5_000);
    })`);
    console.log(`longest task of the page with 1,000 workers and 200 jobs: ${longest.toFixed(0)} ms`);
    expect(longest).toBeLessThan(400);
  }, 120_000);

  test('waits for a hub that is started anew, says so, and forgets what the one before has told', async () => {
    const port = await freePort();
    const first = await startHub({ port });
    const page = await open(first.url);
    await expect.poll(() => textOf(page, '.link')).toBe('live');
    await first.close();
    await page.getByRole('alert').getByText('No connection:').waitFor();
    await expect.poll(() => textOf(page, '.link')).toBe('no connection');
    await hubWith({ port });
    // The page asks by itself, too, and has no such button then.
    const click = page.getByRole('button', { name: 'Try now' }).click();
    await Promise.race([click, page.getByText('Try now').waitFor({ state: 'hidden' })]);
    click.catch(() => undefined);
    await expect.poll(() => textOf(page, '.link'), { timeout: 10_000 }).toBe('live');
    await page.getByText(/started anew at/u).waitFor();
    expect(Number(await page.getByLabel('Look back').getAttribute('max'))).toBeLessThan(20);
  });

  test('asks for a token, says that a wrong one is wrong, and keeps the right one for its tab alone', async () => {
    const hub = await hubWith({ tokens: { observer: 'schlüssel', leader: 'led', worker: 'worked' } });
    const page = await open(hub.url);
    const field = page.getByLabel('Token', { exact: true });
    await field.waitFor();
    expect(await page.evaluate("document.activeElement.id === 'token'")).toBe(true);
    await field.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('That token is not valid').waitFor();
    await field.fill('schlüssel');
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf(page, '.link')).toBe('live');
    expect(await page.evaluate('[sessionStorage.length, localStorage.length, document.cookie]')).toEqual([1, 0, '']);
    await page.reload();
    await expect.poll(() => textOf(page, '.link')).toBe('live');
    hub.setTokens({ tokens: { observer: 'another', leader: 'led', worker: 'worked' } });
    await page.getByRole('alert').getByText('That token is not valid').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('freezes and looks back, by keys and by the slider, while it goes on to watch', async () => {
    const hub = await hubWith();
    const page = await open(hub.url);
    await expect.poll(() => textOf(page, '.link')).toBe('live');
    await wait(3_000);
    await workersFor(hub, 1, 1);
    await page.getByRole('heading', { name: 'Workers 1' }).waitFor();
    await page.keyboard.press('Space');
    await expect.poll(() => textOf(page, '.link')).toBe('frozen');
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { name: 'Workers 0' }).waitFor();
    const slider = page.getByLabel('Look back');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d+ seconds ago, \d\d:\d\d:\d\d$/u);
    const last = Number(await slider.getAttribute('max'));
    await expect.poll(async () => Number(await slider.getAttribute('max')), { timeout: 5_000 }).toBeGreaterThan(last);
    await page.getByRole('heading', { name: 'Workers 0' }).waitFor();
    await slider.focus();
    await page.keyboard.press('End');
    await page.getByRole('heading', { name: 'Workers 1' }).waitFor();
    await page.getByRole('button', { name: 'Go live' }).click();
    await expect.poll(() => textOf(page, '.link')).toBe('live');
  });

  test.each(['light', 'dark'] as const)(
    'has roles, names and contrasts, as axe sees them, in %s',
    async (colorScheme) => {
      const hub = await hubWith();
      await workersFor(hub, 2, 2);
      const runtime = await runtimeFor(hub);
      const jobs = [
        running(runtime, 'nightly', 4_000),
        from([1])
          .pipe(remoteMap(nowhere, runtime))
          .subscribe({ error: () => undefined }),
      ];
      onTestFinished(() => jobs.forEach((job) => job.unsubscribe()));
      // Its policy would not let axe in.
      const page = await open(hub.url, { colorScheme, bypassCSP: true });
      await page.locator('.why').first().waitFor();
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.evaluate(axe.source);
      const violations = await page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
      );
      expect(violations).toEqual([]);
    },
    60_000,
  );

  test('is as wide as a phone', async () => {
    const hub = await hubWith();
    await workersFor(hub, 2, 2);
    const runtime = await runtimeFor(hub);
    const job = running(runtime, 'a job with a name that is much longer than a phone is wide, and longer still', 4_000);
    onTestFinished(() => job.unsubscribe());
    const page = await open(hub.url, { viewport: { width: 390, height: 844 } });
    await page.locator('.job').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  test('is kept by paladin report as one file, which asks nobody', async () => {
    const hub = await hubWith({ tokens: { observer: 'seen', leader: 'led', worker: 'worked' } });
    const folder = await mkdtemp(join(tmpdir(), 'paladin-report-'));
    onTestFinished(async () => rm(folder, { recursive: true }));
    await using runtime = await connect(hub.url, { token: 'led', noWorkerTimeout: Infinity });
    const name = `</script>${hostileName}`;
    const job = from([1])
      .pipe(remoteMap(nowhere, runtime, { name }))
      .subscribe({ error: () => undefined });
    onTestFinished(() => job.unsubscribe());
    const path = join(folder, 'report.html');
    await using refused = new Command(['report', '--hub', hub.url, '--token', 'wrong', '--out', path]);
    expect(await refused.exited()).toBe(2);
    expect(refused.output).toMatch(/refused the observer: the token is wrong/u);
    await using report = new Command(['report', '--hub', hub.url, '--token', 'seen', '--out', path]);
    expect(await report.exited()).toBe(0);
    const page = await open(pathToFileURL(path).href);
    await page.getByText(`A report of ${hub.url}`).waitFor();
    await page.locator('.job .name b', { hasText: name }).waitFor();
    expect(await page.evaluate('globalThis.broken')).toBeUndefined();
    expect(await readFile(path, 'utf8')).not.toContain('seen');
  });
});

test('paladin report says why it cannot', async () => {
  await using nobody = new Command(['report', '--hub', 'http://127.0.0.1:1']);
  expect(await nobody.exited()).toBe(3);
  const hub = await startHub({ port: 0 });
  onTestFinished(async () => hub.close());
  await using unwritable = new Command(['report', '--hub', hub.url, '--out', '/nowhere/report.html']);
  expect(await unwritable.exited()).toBe(1);
  expect(unwritable.output).toMatch(/the report cannot be written: ENOENT/u);
  await using printed = new Command(['report', '--hub', hub.url, '--out', '-']);
  expect(await printed.exited()).toBe(0);
  expect(printed.output).toMatch(/^<!doctype html>/u);
});
