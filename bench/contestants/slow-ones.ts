import { connect, remoteMap } from 'paladin-rx';
import { range } from 'rxjs';
import type { Contestant } from '../measuring/contestant.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster } from '../processes/cluster.js';
import { waitFor } from '../work/operations.js';
import type { Load } from './loads.js';

export const slowElements = 20;
export const slowMs = 50;

/** A few slow elements through a hub and a worker, which may have something else to do. */
export function slowOnes(name: string, load: Load): Contestant<'ms'> {
  return {
    name,
    start: async () => {
      const cleanup = new Cleanup();
      const cluster = cleanup.use(await Cluster.start({ workers: [{ threads: 2 }] }));
      const runtime = cleanup.use(await connect(cluster.url));
      cleanup.use(await load(cluster.url, runtime));
      return {
        run: async () => {
          const start = performance.now();
          let next = 0;
          await range(0, slowElements)
            .pipe(remoteMap(waitFor(slowMs), runtime))
            .forEach((value) => {
              if (value !== next) throw new Error(`expected ${next}, got ${value}`);
              next += 1;
            });
          if (next !== slowElements) throw new Error(`expected ${slowElements} results, got ${next}`);
          return { ms: performance.now() - start };
        },
        [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
      };
    },
  };
}
