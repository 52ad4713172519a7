/** Lone elements: the next goes out when the result of the one before has come. */
import { Subject, type Subscription } from 'rxjs';
import { connect, remoteMap, type Runtime } from 'paladin-rx';
import { latencyOf, type Latency } from '../measuring/latency.js';
import type { Contestant } from '../measuring/contestant.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster, type WorkerKind } from '../processes/cluster.js';
import { check, numbers } from '../work/data-kinds.js';
import { noOp } from '../work/operations.js';
import type { Load } from './loads.js';
import { exchange, Relay } from './relay.js';

/** Through the bare relay, in a message of its own; by way of a thread of the worker, which does nothing to it, or not. */
export function throughRelay(name: string, event: 'element' | 'elementForThread'): Contestant<keyof Latency> {
  return {
    name,
    start: async () => {
      const relay = await Relay.start();
      return {
        run: async () => ({
          ...(await latencyOf(async (index) => {
            const send = (): void => {
              relay.socket.emit(event, index);
            };
            await exchange(relay.socket, 1, send, (value) => {
              check(numbers, value, index);
              return true;
            });
          })),
        }),
        [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
      };
    },
  };
}

/** How a lone element is sent: by `runtime.run`, a job each, or into a pipeline that is open. */
export type Way = 'run' | 'pipeline';

/** Through ourselves, while the hub has so much else to do. */
export function throughPaladin(name: string, way: Way, worker: WorkerKind, load: Load): Contestant<keyof Latency> {
  return {
    name,
    start: async () => {
      const cleanup = new Cleanup();
      const { url } = cleanup.use(await Cluster.start({ workers: [worker] }));
      const runtime = cleanup.use(await connect(url));
      return {
        run: async () => {
          await using _loaded = await load(url, runtime);
          return { ...(await (way === 'run' ? byRun(runtime) : byPipeline(runtime))) };
        },
        [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
      };
    },
  };
}

async function byRun(runtime: Runtime): Promise<Latency> {
  return await latencyOf(async (index) => {
    check(numbers, await runtime.run(noOp, index), index);
  });
}

async function byPipeline(runtime: Runtime): Promise<Latency> {
  const source = new Subject<number>();
  let take = (_value: unknown): void => undefined;
  let fail = (_error: unknown): void => undefined;
  const subscription: Subscription = source.pipe(remoteMap(noOp, runtime)).subscribe({
    next: (value) => {
      take(value);
    },
    error: (error: unknown) => {
      fail(error);
    },
  });
  try {
    return await latencyOf(async (index) => {
      const came = new Promise<unknown>((resolve, reject) => {
        take = resolve;
        fail = reject;
      });
      source.next(index);
      check(numbers, await came, index);
    });
  } finally {
    subscription.unsubscribe();
  }
}
