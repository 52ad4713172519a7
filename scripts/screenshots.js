// Takes pictures of the hub's page for the docs: a hub with workers and mixed jobs, as they look after a minute and a half. Needs
// Chromium, at CHROMIUM_PATH or /usr/bin/chromium, and a built package. `npm run screenshots`, then look at docs/pictures.
import { execFile } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect, defineOperation, remoteMap, toAsyncIterable, TransientError } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { chromium } from 'playwright-core';
import { range } from 'rxjs';

const folder = 'docs/pictures';
/** What one picture may weigh: the docs are in the package. */
const mostKb = 150;
/** So long the hub works before its pictures are taken. */
const workMs = 90_000;

/**
 * An operation that takes about so long, and fails now and then.
 *
 * @param {string} name
 * @param {number} ms
 * @param {(input: number, attempt: number) => void} [check]
 */
const taking = (name, ms, check = () => undefined) =>
  defineOperation({
    name,
    execute: async (/** @type {number} */ input, { attempt, signal }) => {
      await wait(ms * (0.6 + ((input * 7_919) % 100) / 120), undefined, { signal });
      check(input, attempt);
      return input;
    },
  });

const parse = taking('parse', 160);
const score = taking('score', 420);
const thumbnail = taking('thumbnail', 900, (input) => {
  if (input % 23 === 0) throw new Error('it is no picture');
});
const fetchPage = taking('fetch-page', 300, (input, attempt) => {
  if (input % 9 === 0 && attempt < 3) throw new TransientError('status 503');
});
const embed = defineOperation({
  name: 'embed',
  execute: async (/** @type {number} */ input, { signal }) => wait(input === 40 ? 3_600_000 : 700, input, { signal }),
});
/** What no worker offers: its name is misspelt. */
const thumbnial = taking('thumbnial', 1);

mkdirSync(folder, { recursive: true });
const hub = await startHub({ port: 7400 });
const operations = [parse, score, thumbnail, fetchPage, embed];
const workers = await Promise.all(
  ['ash', 'birch', 'cedar', 'elm'].map(async (name) =>
    startWorker({ hub: hub.url, operations, name, inline: true, slots: name === 'elm' ? 2 : 4 }),
  ),
);
const runtime = await connect(hub.url, { noWorkerTimeout: Infinity, name: 'etl-1' });
const skip = /** @type {const} */ ({ onFatal: 'skip', onSkip: () => undefined });

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
/** @param {import('playwright-core').BrowserContextOptions} options */
const open = async (options) => {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(hub.url);
  return page;
};
const pages = {
  light: await open({ viewport: { width: 1_280, height: 1_000 } }),
  dark: await open({ viewport: { width: 1_280, height: 1_000 }, colorScheme: 'dark' }),
  phone: await open({ viewport: { width: 390, height: 844 } }),
};

const quiet = { error: () => undefined };
range(0, 4_000)
  .pipe(remoteMap(parse, runtime), remoteMap(score, runtime, { name: 'nightly scores', total: 4_000 }))
  .subscribe(quiet);
await wait(workMs / 6);
range(0, 700)
  .pipe(remoteMap(thumbnail, runtime, { name: 'thumbnails', total: 700, ...skip }))
  .subscribe(quiet);
range(0, 900)
  .pipe(remoteMap(fetchPage, runtime, { name: 'crawl', total: 900, retry: { strategy: 'after', maxRetries: 5, delayMs: 400 } }))
  .subscribe(quiet);
range(0, 400)
  .pipe(remoteMap(thumbnial, runtime, { name: 'previews', total: 400 }))
  .subscribe(quiet);
await wait(workMs / 6);
range(0, 60)
  .pipe(remoteMap(embed, runtime, { name: 'embeddings', total: 60 }))
  .subscribe(quiet);
void (async () => {
  for await (const _ of toAsyncIterable(range(0, 5_000).pipe(remoteMap(parse, runtime, { name: 'report', window: 32 })))) {
    await wait(900);
  }
})().catch(() => undefined);
await wait(workMs / 3);
await workers[3]?.drain();
await wait(workMs / 3);

for (const [name, page] of Object.entries(pages)) {
  const picture = await page.screenshot({ fullPage: name === 'light', animations: 'disabled' });
  writeFileSync(`${folder}/page-${name}.webp`, await asWebp(picture));
}
const { stdout } = await promisify(execFile)(process.execPath, ['dist/server/command/paladin.js', 'status', '--hub', hub.url]);
writeFileSync(`${folder}/status.svg`, drawn(stdout.trimEnd().split('\n')));
await browser.close();
await runtime.close();
await Promise.all(workers.map(async (worker) => worker.close()));
await hub.close();
for (const name of ['page-light.webp', 'page-dark.webp', 'page-phone.webp', 'status.svg']) {
  const kb = statSync(`${folder}/${name}`).size / 1e3;
  console.log(`${folder}/${name}: ${kb.toFixed(0)} kB`);
  if (kb > mostKb) throw new Error(`${name} may have ${mostKb} kB`);
}
process.exit();

/**
 * The picture in a format that takes a third of the room.
 *
 * @param {Uint8Array} png
 * @returns {Promise<Uint8Array>}
 */
async function asWebp(png) {
  const tab = await browser.newPage();
  /** @type {string} */
  const url = await tab.evaluate(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${Buffer.from(png).toString('base64')}';
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', 0.55);
  })()`);
  await tab.close();
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

/**
 * Lines of a terminal as a picture.
 *
 * @param {readonly string[]} lines
 * @returns {string}
 */
function drawn(lines) {
  const width = Math.max(...lines.map((line) => line.length)) * 7.3 + 32;
  const escaped = (/** @type {string} */ line) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const rows = lines.map((line, at) => `<text x="16" y="${28 + 18 * at}" xml:space="preserve">${escaped(line)}</text>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${lines.length * 18 + 28}">`,
    '<rect width="100%" height="100%" rx="6" fill="#171d25"/>',
    '<g fill="#e5eaf1" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12">',
    ...rows,
    '</g></svg>\n',
  ].join('\n');
}
