/**
 * In a real browser: needs Chromium, at CHROMIUM_PATH or /usr/bin/chromium; without it these tests are skipped, unless
 * REQUIRE_CHROMIUM is set.
 */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, remoteFold, remoteMap } from 'paladin-rx';
import { startHub, type HubEvent } from 'paladin-rx/server';
import { chromium, type Browser, type Page } from 'playwright-core';
import { firstValueFrom, range, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bundleForBrowser } from './browser-bundle.js';
import { double, sum, inPage } from './browser-operations.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath) && process.env['REQUIRE_CHROMIUM'] === undefined;

describe.skipIf(missing)(`in Chromium (${executablePath}${missing ? ' is not there' : ''})`, () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  /** The scripts of pages, by path. */
  const scripts = new Map<string, string>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? '/';
      const script = scripts.get(path.replace(/\.js$/u, ''));
      if (script === undefined) {
        response.writeHead(404).end();
      } else if (path.endsWith('.js')) {
        response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
      } else {
        const page = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${path}.js"></script>`;
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath,
      headless: true,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Opens a page that runs the module; `globalThis.outcome`, a promise, is what it makes. Errors of the page fail the test. */
  async function open(path: string, source: string): Promise<Page> {
    scripts.set(path, (await bundleForBrowser(source)).code);
    const page = await browser.newPage();
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    onTestFinished(async () => {
      await page.close();
      expect(errors).toEqual([]);
    });
    await page.goto(`${origin}${path}`);
    return page;
  }

  /** What the page's `outcome` came to. */
  const outcome = async (page: Page): Promise<unknown> => page.evaluate('globalThis.outcome');

  test('a page maps and folds in memory', async () => {
    const page = await open(
      '/in-memory',
      `import { inMemory, remoteFold, remoteMap } from 'paladin-rx';
       import { firstValueFrom, range, toArray } from 'rxjs';
       import { double, sum } from './browser-operations.js';
       async function run() {
         const runtime = inMemory({ workers: 2 });
         try {
           return {
             mapped: await firstValueFrom(range(1, 5).pipe(remoteMap(double, runtime), toArray())),
             folded: await firstValueFrom(range(1, 100).pipe(remoteMap(double, runtime), remoteFold(sum, runtime))),
             one: await runtime.run(double, 21),
           };
         } finally {
           await runtime[Symbol.asyncDispose]();
         }
       }
       globalThis.outcome = run();`,
    );
    expect(await outcome(page)).toEqual({ mapped: [2, 4, 6, 8, 10], folded: 10_100, one: 42 });
  });

  test('a page works for a hub', async () => {
    const hub = await startHub({ port: 0, origins: [origin] });
    onTestFinished(async () => hub.close());
    const page = await open(
      '/worker',
      `import { startWorker } from 'paladin-rx/worker';
       import { double, sum, inPage } from './browser-operations.js';
       globalThis.outcome = startWorker({ hub: ${JSON.stringify(hub.url)}, operations: [double, sum, inPage] }).then((worker) => {
         globalThis.worker = worker;
         return 'working';
       });`,
    );
    expect(await outcome(page)).toBe('working');
    await using runtime = await connect(hub.url);
    expect(await runtime.run(inPage, null)).toBe(true);
    expect(await firstValueFrom(range(1, 5).pipe(remoteMap(double, runtime), toArray()))).toEqual([2, 4, 6, 8, 10]);
    expect(await firstValueFrom(range(1, 1_000).pipe(remoteMap(double, runtime), remoteFold(sum, runtime)))).toBe(1_001_000);
    await page.evaluate('globalThis.worker.close()');
  });

  /** A server of another origin than the page, which is no hub. */
  async function stranger(): Promise<string> {
    const other = createServer((_, response) => response.writeHead(404).end());
    onTestFinished(() => void other.close());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  }

  /** A worker script that serves the operations, at this path. */
  async function serveScript(path: string): Promise<string> {
    const source = `import { serveOperations } from 'paladin-rx/worker';
       import * as operations from './browser-operations.js';
       import * as failing from '../fixtures/page-operations.js';
       serveOperations({ ...operations, ...failing });`;
    scripts.set(path, (await bundleForBrowser(source)).code);
    return `() => new Worker('${path}.js', { type: 'module' })`;
  }

  test('a page computes in Web Workers, which die and are replaced', async () => {
    const worker = await serveScript('/operations');
    const page = await open(
      '/in-workers',
      `import { inMemory, remoteFold, remoteMap } from 'paladin-rx';
       import { firstValueFrom, range, toArray } from 'rxjs';
       import { double, inPage, sum } from './browser-operations.js';
       import { dieAt, failAt, loopAt } from '../fixtures/page-operations.js';
       async function run() {
         const runtime = inMemory({ workers: 2, worker: ${worker}, maxDeaths: 2 });
         const failure = (operation, options) => firstValueFrom(range(0, 20).pipe(remoteMap(operation, runtime, options), toArray())).then(
           () => undefined,
           ({ code, index, cause }) => ({ code, index, cause: cause && cause.name + ': ' + cause.message, stack: cause && String(cause.stack) }),
         );
         try {
           return {
             inPage: await runtime.run(inPage, null),
             folded: await firstValueFrom(range(1, 1_000).pipe(remoteMap(double, runtime), remoteFold(sum, runtime))),
             failed: await failure(failAt(7)),
             looped: await failure(loopAt(7), { timeout: 200 }),
             died: await failure(dieAt(7)),
             after: await runtime.run(double, 21),
           };
         } finally {
           await runtime[Symbol.asyncDispose]();
         }
       }
       globalThis.outcome = run();`,
    );
    expect(await outcome(page)).toEqual({
      inPage: false,
      folded: 1_001_000,
      failed: { code: 'OPERATION_FAILED', index: 7, cause: 'RangeError: not 7', stack: expect.stringMatching(/operations\.js/u) },
      looped: { code: 'TASK_TIMEOUT', index: 7 },
      died: { code: 'POISON_TASK', index: 7, cause: 'TypeError: aside', stack: expect.stringMatching(/TypeError: aside/u) },
      after: 42,
    });
  }, 30_000);

  test('a page whose own server is no hub, and leaves websockets alone, is told', async () => {
    const page = await open(
      '/own-server',
      `import { connect } from 'paladin-rx';
       globalThis.outcome = connect(location.origin).catch(({ message }) => message);`,
    );
    const ignore = (_: unknown, socket: Duplex): void => {
      socket.on('error', () => undefined).on('end', () => socket.end());
      socket.resume();
    };
    server.on('upgrade', ignore);
    onTestFinished(() => void server.off('upgrade', ignore));
    scripts.set('/socket.io/', '');
    onTestFinished(() => void scripts.delete('/socket.io/'));
    await page.reload();
    expect(await outcome(page)).toMatch(/^no hub answers at .*: what answers there sends a web page/u);
  });

  test('who asks for threads is told how a page has them', async () => {
    const page = await open(
      '/threads',
      `import { inMemory } from 'paladin-rx';
       const told = (options) => {
         try {
           inMemory(options);
         } catch (error) {
           return error.message;
         }
       };
       globalThis.outcome = [told({ threads: 2 }), told({ filename: 'operations.js' })];`,
    );
    expect(await outcome(page)).toEqual([
      expect.stringMatching(/did you mean 'workers'\? .* worker: \(\) => new Worker\(url\)/u),
      expect.stringMatching(/In a page write \{ worker: \(\) => new Worker\(url\) \}/u),
    ]);
  });

  test('a Web Worker that cannot be loaded is told at once', async () => {
    const page = await open(
      '/no-script',
      `import { inMemory } from 'paladin-rx';
       import { double } from './browser-operations.js';
       const runtime = inMemory({ worker: () => new Worker('/nowhere.js', { type: 'module' }) });
       globalThis.outcome = runtime.run(double, 1).catch(({ code, message }) => ({ code, message }));`,
    );
    expect(await outcome(page)).toEqual({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/^cannot start a Web Worker: it could not load its script/u),
    });
  });

  test('a page that is left takes its worker from the hub at once, and blames nobody', async () => {
    const events: HubEvent[] = [];
    const hub = await startHub({ port: 0, origins: [origin], onEvent: (event) => events.push(event) });
    onTestFinished(async () => hub.close());
    const worker = await serveScript('/operations-for-hub');
    const page = await open(
      '/left',
      `import { startWorker } from 'paladin-rx/worker';
       globalThis.outcome = startWorker({ hub: ${JSON.stringify(hub.url)}, worker: ${worker}, threads: 2 }).then(({ slots }) => slots);`,
    );
    expect(await outcome(page)).toBe(2);
    await using runtime = await connect(hub.url);
    expect(await runtime.run(inPage, null)).toBe(false);
    await page.goto('about:blank');
    await expect.poll(() => hub.status().workers.length).toBe(0);
    // This is how a hub sees a goodbye.
    expect(events).toContainEqual(expect.objectContaining({ type: 'left', role: 'worker', reason: 'the worker left' }));
  });

  test('a script that starts Web Workers of itself is refused, and makes none', async () => {
    const nested = "inMemory({ workers: 2, worker: () => new Worker('/nesting.js', { type: 'module' }) })";
    const source = `import { inMemory } from 'paladin-rx';
       import { serveOperations } from 'paladin-rx/worker';
       import { double } from './browser-operations.js';
       new BroadcastChannel('scripts').postMessage('loaded');
       ${nested};
       serveOperations([double]);`;
    scripts.set('/nesting', (await bundleForBrowser(source)).code);
    const page = await open(
      '/of-nesting',
      `import { inMemory } from 'paladin-rx';
       import { double } from './browser-operations.js';
       let loaded = 0;
       new BroadcastChannel('scripts').onmessage = () => (loaded += 1);
       globalThis.outcome = ${nested}.run(double, 1).catch(({ code, message }) => ({ code, message, loaded }));`,
    );
    const { loaded, ...error } = (await outcome(page)) as { readonly loaded: number };
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('starts Web Workers itself') as unknown,
    });
    // Those of the page, each tried several times.
    expect(loaded).toBeLessThanOrEqual(12);
  });

  test('a page that cannot connect is told why: its origin is refused, nobody listens, or something else does', async () => {
    const hub = await startHub({ port: 0, origins: ['http://127.0.0.1:1'] });
    onTestFinished(async () => hub.close());
    const page = await open(
      '/stranger',
      `import { connect } from 'paladin-rx';
       const told = (url) => connect(url).then(
         () => 'connected',
         (error) => error.code + ': ' + error.message,
       );
       globalThis.outcome = Promise.all([
         told(${JSON.stringify(hub.url)}),
         told('http://127.0.0.1:1'),
         told(${JSON.stringify(origin)}),
         told(${JSON.stringify(await stranger())}),
       ]);`,
    );
    expect(await outcome(page)).toEqual([
      `UNAUTHORIZED: hub ${hub.url} refused the leader: pages of the origin ${origin} may not connect; those who run the hub can allow it: --origins ${origin}`,
      expect.stringMatching(
        /^HUB_UNREACHABLE: no hub answers at http:\/\/127\.0\.0\.1:1: browsers do not say why; nobody listens there, or /u,
      ),
      expect.stringMatching(/^HUB_UNREACHABLE: .*: what answers there opens no websocket: no hub listens under \/, or a proxy/u),
      expect.stringMatching(/^HUB_UNREACHABLE: .*: what answers there opens no websocket: no hub listens under \/, or a proxy/u),
    ]);
  });
});
