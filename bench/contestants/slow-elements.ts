import { availableParallelism } from 'node:os';
import { range } from 'rxjs';
import { connect, remoteMap } from 'paladin-rx';
import type { Contestant } from '../measuring/contestant.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster } from '../processes/cluster.js';
import { checkCount } from '../work/data-kinds.js';
import { spinFor, waitFor } from '../work/operations.js';
import { SpinCheck } from '../work/spin.js';
import type { Load } from './loads.js';

/** Few and slow. */
const elements = 20;
export const elementMs = 50;

/** What makes the elements slow. */
export type Slowness = { readonly kind: 'wait' } | { readonly kind: 'compute'; readonly iterations: number };

/** How long a leader with a few slow elements waits for all of them, over a hub and a worker with a thread for each core. */
export function slowElements(name: string, slowness: Slowness, load: Load): Contestant<'ms'> {
  return {
    name,
    start: async () => {
      const cleanup = new Cleanup();
      const { url } = cleanup.use(await Cluster.start({ workers: [{ threads: availableParallelism() }] }));
      const runtime = cleanup.use(await connect(url));
      const operation = slowness.kind === 'wait' ? waitFor(elementMs) : spinFor(slowness.iterations);
      const spinCheck = slowness.kind === 'wait' ? undefined : new SpinCheck(slowness.iterations);
      return {
        run: async () => {
          await using _loaded = await load(url, runtime);
          const start = performance.now();
          let next = 0;
          await range(0, elements)
            .pipe(remoteMap(operation, runtime))
            .forEach((value) => {
              const expected = spinCheck?.expected(next) ?? next;
              if (value !== expected) throw new Error(`expected ${expected}, got ${value}`);
              next += 1;
            });
          checkCount(next, elements);
          return { ms: performance.now() - start };
        },
        [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
      };
    },
  };
}
