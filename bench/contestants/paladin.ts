import { connect, fromPull, inMemory, remoteMap, type Runtime } from 'paladin-rx';
import type { Contestant } from '../measuring/contestant.js';
import { throughput } from '../measuring/throughput.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster, type WorkerKind } from '../processes/cluster.js';
import { check, checkCount, elementsOf, type DataKind } from '../work/data-kinds.js';
import { noOp } from '../work/operations.js';

/**
 * Ourselves, as a user runs us: leader, hub and workers as processes; all options left as they are.
 *
 * @param beside what else is to be there, given the hub's url
 */
export function paladinOverHub(
  name: string,
  workers: readonly WorkerKind[],
  kind: DataKind,
  beside?: (url: string) => Promise<AsyncDisposable>,
): Contestant<'perSecond'> {
  return throughput(name, async () => {
    const cleanup = new Cleanup();
    const cluster = cleanup.use(await Cluster.start({ workers }));
    const runtime = cleanup.use(await connect(cluster.url));
    if (beside !== undefined) cleanup.use(await beside(cluster.url));
    return {
      pass: (elements) => passThrough(runtime, kind, elements),
      [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
    };
  });
}

/** Ourselves in this process, executing inline. */
export function paladinInMemory(kind: DataKind): Contestant<'perSecond'> {
  return throughput('paladin-rx, in memory', async () => {
    const runtime = inMemory();
    return {
      pass: (elements) => passThrough(runtime, kind, elements),
      [Symbol.asyncDispose]: () => runtime.close(),
    };
  });
}

async function passThrough(runtime: Runtime, kind: DataKind, elements: number): Promise<void> {
  let next = 0;
  await fromPull(elementsOf(kind, elements))
    .pipe(remoteMap(noOp, runtime))
    .forEach((value) => {
      check(kind, value, next);
      next += 1;
    });
  checkCount(next, elements);
}
