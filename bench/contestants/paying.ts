/** Who might do a map that computes: plain RxJS on this thread, or ourselves, on all cores. */
import { availableParallelism } from 'node:os';
import { connect, fromPull, inMemory, remoteMap, type Runtime } from 'paladin-rx';
import { from, map, type Observable } from 'rxjs';
import type { Contestant } from '../measuring/contestant.js';
import { rateOf } from '../measuring/throughput.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster } from '../processes/cluster.js';
import { check, checkCount, elementsOf, type DataKind } from '../work/data-kinds.js';
import { passAfter, spinOver } from '../work/operations.js';

/** So many elements of a kind, each of which costs so many iterations. */
export interface PayWork {
  readonly kind: DataKind;
  readonly elements: number;
  readonly iterations: number;
}

type Way = (source: Iterable<unknown>) => Observable<unknown>;

const threads = availableParallelism();
const operations = new URL('../work/operations.js', import.meta.url);

export function plainRxjs(work: PayWork): Contestant<'perSecond'> {
  const compute = map((element: unknown) => spinOver(element, work.iterations));
  return mapping('plain RxJS, one thread', work, async () => ({
    way: (source) => from(source).pipe(compute),
    [Symbol.asyncDispose]: async () => undefined,
  }));
}

export function inThreads(work: PayWork): Contestant<'perSecond'> {
  return mapping('paladin-rx, in memory, threads', work, async () => {
    const cleanup = new Cleanup();
    const runtime = cleanup.use(inMemory({ modules: [operations] }));
    return { way: through(runtime, work), [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose]() };
  });
}

export function overHub(work: PayWork): Contestant<'perSecond'> {
  return mapping('paladin-rx, over a hub', work, async () => {
    const cleanup = new Cleanup();
    const { url } = cleanup.use(await Cluster.start({ workers: [{ threads }] }));
    const runtime = cleanup.use(await connect(url));
    return { way: through(runtime, work), [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose]() };
  });
}

function through(runtime: Runtime, { iterations }: PayWork): Way {
  return (source) => fromPull(source).pipe(remoteMap(passAfter(iterations), runtime));
}

/** Maps all elements the way that was started, and checks what comes out. */
function mapping(
  name: string,
  { kind, elements }: PayWork,
  start: () => Promise<AsyncDisposable & { readonly way: Way }>,
): Contestant<'perSecond'> {
  return {
    name,
    start: async () => {
      const started = await start();
      return {
        run: async () => ({
          perSecond: await rateOf(elements, async () => {
            let next = 0;
            await started.way(elementsOf(kind, elements)).forEach((value) => {
              check(kind, value, next);
              next += 1;
            });
            checkCount(next, elements);
          }),
        }),
        [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
      };
    },
  };
}
