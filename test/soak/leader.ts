/**
 * A leader that works when it is told to, and can be asked what it has in use: `leader.js HUB SEED MANNER`. The manner is `stay`:
 * with one runtime; or `come-and-go`: with a new one every few jobs.
 */
import { connect, type Runtime } from 'paladin-rx';
import { answer } from '../processes/answering.js';
import { Random } from '../simulation/random.js';
import { act } from './acts.js';
import { measure } from './measure.js';

/** Jobs of a runtime at once. */
const lanes = 4;

/** Jobs of a runtime one after the other, before one that comes and goes is closed. */
const jobsPerVisit = 5;

const [, , hub = '', seed = '0', manner = ''] = process.argv;
const random = new Random(Number(seed));
const stays = manner === 'stay';
const lasting = stays ? await connect(hub) : undefined;
/** What it was told last; questions change it between turns. */
const told = { work: false };
let work = Promise.resolve();
let acted = 0;

answer({
  measure,
  work: () => {
    told.work = true;
    work = keepWorking();
  },
  /** Answered when nothing runs any more, with the number of jobs so far. */
  rest: async () => {
    told.work = false;
    await work;
    return acted;
  },
});
console.log('leader ready');

async function keepWorking(): Promise<void> {
  while (told.work) {
    if (lasting !== undefined) {
      await actInLanes(lasting);
      continue;
    }
    await using runtime = await connect(hub);
    await actInLanes(runtime);
  }
}

async function actInLanes(runtime: Runtime): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let job = 0; job < jobsPerVisit && told.work; job += 1) {
        await act(runtime, random);
        acted += 1;
      }
    }),
  );
}
