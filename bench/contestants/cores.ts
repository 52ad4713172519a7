import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Contestant } from '../measuring/contestant.js';
import { rateOf } from '../measuring/throughput.js';
import type { SpinShare } from '../programs/spin-thread.js';
import type { SpinWork } from './spinning.js';

/** What the cores can do: a plain thread for each, the elements divided beforehand, and no word until all is done. */
export function ownThroughput(threads: number, { elements, iterations }: SpinWork): Contestant<'perSecond'> {
  return {
    name: `the cores' own, ${threads} plain threads`,
    start: async () => {
      const workers = await Promise.all(
        Array.from({ length: threads }, async (_, first) => {
          const workerData: SpinShare = { first, step: threads, iterations };
          const worker = new Worker(new URL('../programs/spin-thread.js', import.meta.url), { workerData });
          await once(worker, 'message');
          return worker;
        }),
      );
      return {
        run: async () => ({
          perSecond: await rateOf(elements, async () => {
            const done = workers.map((worker) => once(worker, 'message'));
            for (const worker of workers) worker.postMessage(elements);
            for (const [wrong] of await Promise.all(done)) {
              if (wrong !== 0) throw new Error(`${String(wrong)} results are wrong`);
            }
          }),
        }),
        [Symbol.asyncDispose]: async () => {
          await Promise.all(workers.map((worker) => worker.terminate()));
        },
      };
    },
  };
}
