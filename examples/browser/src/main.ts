/**
 * A page that leads and lends its cores. It paints a picture with the Web Workers of all tabs that are open. A tab with `#lend`
 * only helps. A tab with `#alone` paints without a hub, with its own cores.
 */
import { connect, inMemory, remoteMap, type Runtime } from 'paladin-rx';
import { startWorker } from 'paladin-rx/worker';
import { from, lastValueFrom, tap } from 'rxjs';
import { paintTile } from './operations.js';
import { Painters } from './painters.js';
import { Picture, tilesOf, viewOf } from './picture.js';

const parameters = new URLSearchParams(location.search);
const hub = parameters.get('hub') ?? `http://${location.hostname}:7400`;
const samples = Number(parameters.get('samples') ?? 3);
const role = location.hash.slice(1);
const tab = `tab ${Math.random().toString(36).slice(2, 6)}`;

const pixels = element('pixels', HTMLCanvasElement);
const picture = new Picture(pixels, element('frames', HTMLCanvasElement));
const painters = new Painters(element('tabs', HTMLElement), tab);
const progress = element('progress', HTMLProgressElement);
const again = element('again', HTMLButtonElement);

/** Computes beside the page's own thread, on a core of its own. */
function makeWorker(): Worker {
  const worker = new Worker(new URL('./operations.worker.ts', import.meta.url), { type: 'module' });
  worker.postMessage({ tab });
  return worker;
}

async function lend(): Promise<void> {
  const worker = await startWorker({
    hub,
    worker: makeWorker,
    name: tab,
    onLost: (reason) => say(`The hub is away: ${reason}. This tab comes back by itself.`),
    onBack: () => say(`This tab is back, and lends ${worker.slots} cores.`),
  });
  say(`This tab lends ${worker.slots} cores.`);
}

async function paint(runtime: Runtime): Promise<void> {
  const view = viewOf(pixels.width, pixels.height, samples);
  const tiles = tilesOf(view);
  let painted = 0;
  again.hidden = true;
  picture.clear();
  painters.clear();
  document.body.dataset['state'] = 'painting';
  const shown = from(tiles).pipe(
    remoteMap(paintTile(view), runtime, { ordered: false }),
    tap((tile) => {
      picture.show(tile, painters.count(tile.by));
      painted += 1;
      progress.value = painted / tiles.length;
      element('count', HTMLElement).textContent = `${painted} of ${tiles.length} tiles`;
    }),
  );
  await lastValueFrom(shown);
  picture.finish();
  document.body.dataset['state'] = 'done';
  again.hidden = false;
}

async function main(): Promise<void> {
  document.body.classList.toggle('lends', role === 'lend');
  if (role !== 'alone') await lend();
  if (role === 'lend') return;
  const runtime = role === 'alone' ? inMemory({ worker: makeWorker }) : await connect(hub);
  if (role === 'alone') say('This tab paints alone.');
  // A leader that is gone is waited for. One that says goodbye is not.
  addEventListener('pagehide', () => void runtime.close());
  again.addEventListener('click', () => void paint(runtime).catch(fail));
  await paint(runtime);
}

function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`there is no ${type.name} '${id}'`);
  return found;
}

function say(text: string): void {
  element('status', HTMLElement).textContent = text;
}

function fail(error: unknown): void {
  document.body.dataset['state'] = 'failed';
  say(String(error));
}

/** What this tab does, by its address. */
export async function start(): Promise<void> {
  await main().catch(fail);
}
