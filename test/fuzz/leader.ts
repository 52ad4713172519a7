/**
 * A healthy leader: `leader.js HUB TOKEN`. It streams elements through a job of its own at a steady pace, folds some numbers now
 * and then, checks everything that comes back, and measures how long each element was away.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom, range } from 'rxjs';
import { connect, fromPull, remoteFold, remoteMap } from 'paladin-rx';
import { answer } from '../processes/answering.js';
import { half, mirror, sum, type Note } from './operations.js';

/** How often an element is sent, and how often numbers are folded. */
const elementEveryMs = 5;
const foldEveryMs = 500;

/** The numbers from 0 to 399, halved, and added up. */
const foldedNumbers = 400;
const folded = 39_900;

const [, , hub = '', token = ''] = process.argv;
const runtime = await connect(hub, { token, name: 'healthy' });
/** When each element that is away was sent. */
const sentAtMs: number[] = [];
let latenciesMs: number[] = [];
let emitted = 0;
let folds = 0;
const wrong: string[] = [];
/** What it was told; questions change it between turns. */
const told = { stop: false };
const work = Promise.all([stream(), foldNowAndThen()]);

answer({
  /** The latencies of the elements since it was asked the last time. */
  latencies: () => {
    const taken = latenciesMs;
    latenciesMs = [];
    return taken;
  },
  progress: () => ({ emitted, folds, wrong }),
  /** Answered when everything that was sent is back. */
  stop: async () => {
    told.stop = true;
    await work;
    if (emitted !== sentAtMs.length) wrong.push(`${sentAtMs.length} elements were sent, and ${emitted} came back`);
    return { emitted, folds, wrong };
  },
});
console.log('leader ready');

async function stream(): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      fromPull(notes())
        .pipe(remoteMap(mirror, runtime, { batch: 1 }))
        .subscribe({ next: check, complete: resolve, error: reject });
    });
  } catch (error) {
    wrong.push(`the stream ended with ${String(error)}`);
  }
}

async function* notes(): AsyncGenerator<Note> {
  while (!told.stop) {
    await sleep(elementEveryMs);
    const n = sentAtMs.push(performance.now()) - 1;
    yield { n, text: `element ${n}` };
  }
}

function check({ n, text }: Note): void {
  const at = emitted;
  emitted += 1;
  latenciesMs.push(performance.now() - (sentAtMs[at] ?? NaN));
  if (n !== -at || text !== `ELEMENT ${at}`) wrong.push(`in the place of element ${at} came ${JSON.stringify({ n, text })}`);
}

async function foldNowAndThen(): Promise<void> {
  while (!told.stop) {
    await sleep(foldEveryMs);
    try {
      const total = await lastValueFrom(range(0, foldedNumbers).pipe(remoteMap(half, runtime), remoteFold(sum, runtime)));
      if (total !== folded) wrong.push(`a fold gave ${total} instead of ${folded}`);
      folds += 1;
    } catch (error) {
      wrong.push(`a fold ended with ${String(error)}`);
    }
  }
}
