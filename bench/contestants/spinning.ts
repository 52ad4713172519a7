import { connect, fromPull, remoteMap, type Runtime } from 'paladin-rx';
import type { Contestant } from '../measuring/contestant.js';
import { rateOf } from '../measuring/throughput.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster } from '../processes/cluster.js';
import { checkCount, elementsOf, numbers } from '../work/data-kinds.js';
import { spinFor } from '../work/operations.js';
import { SpinCheck } from '../work/spin.js';

/** Elements that cost so many iterations each. */
export interface SpinWork {
  readonly elements: number;
  readonly iterations: number;
}

/** What is measured of ourselves: throughput, and for how long the main thread of the worker was held up, 99th percentile. */
export type SpinMetric = 'perSecond' | 'delayP99Ms';

/** Ourselves: leader, hub, and a worker process with so many threads. */
export function paladinSpinning(threads: number, work: SpinWork): Contestant<SpinMetric> {
  return {
    name: `paladin-rx, ${threads} thread${threads === 1 ? '' : 's'}`,
    start: async () => {
      const cleanup = new Cleanup();
      const cluster = cleanup.use(await Cluster.start({ workers: [{ threads }], observed: true }));
      const runtime = cleanup.use(await connect(cluster.url));
      const spinCheck = new SpinCheck(work.iterations);
      return {
        run: async () => {
          const [worker] = cluster.workers;
          await worker?.ask('forgetDelay');
          const perSecond = await rateOf(work.elements, () => spinAll(runtime, work, spinCheck));
          return { perSecond, delayP99Ms: Number(await worker?.ask('delayP99Ms')) };
        },
        [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
      };
    },
  };
}

/** Maps the elements, and checks each result. */
export async function spinAll(runtime: Runtime, { elements, iterations }: SpinWork, spinCheck: SpinCheck): Promise<void> {
  let next = 0;
  await fromPull(elementsOf(numbers, elements) as Generator<number>)
    .pipe(remoteMap(spinFor(iterations), runtime))
    .forEach((value) => {
      if (value !== spinCheck.expected(next)) throw new Error(`expected the result of element ${next}, got ${value}`);
      next += 1;
    });
  checkCount(next, elements);
}
