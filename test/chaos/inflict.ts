import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import type { Fault } from './fault-plan.js';
import type { LeaderProcess } from './leader-process.js';
import type { TcpProxy } from './tcp-proxy.js';
import type { WorkerProcess } from './worker-process.js';

/** A fault that is happening. */
interface Infliction {
  /** How many milliseconds it took until work got on: the longest time that any leader needed. */
  readonly recovery: Promise<number>;
  /** Resolves when what caused it is over. */
  readonly over: Promise<void>;
}

/** How fast a throttled link is, in bytes a second: a value of 8 MB takes 8 s, and heartbeats come through beside it. */
const throttledBytesPerSecond = 1_000_000;

/**
 * Makes a fault happen. Recovery counts from its beginning; after a hub was killed, from when the new one listens, and for a
 * leader that was cut off, from when its link heals.
 */
export async function inflict({ kind, target, lastsMs, ways }: Fault, cluster: Cluster): Promise<Infliction> {
  const { hub, leaders } = cluster;
  const worker = (): WorkerProcess => at(cluster.workers, target);
  const leader = (): LeaderProcess => at(leaders, target);
  const others = (): readonly LeaderProcess[] => leaders.filter((_, place) => place !== target);
  switch (kind) {
    case 'worker-kill':
      return { recovery: recoveryOf(leaders), over: worker().replace() };
    case 'hub-restart':
      await hub.kill();
      await sleep(lastsMs);
      await hub.restart();
      return { recovery: recoveryOf(leaders), over: Promise.resolve() };
    case 'worker-reset':
    case 'leader-reset': {
      const recovery = recoveryOf(leaders);
      (kind === 'worker-reset' ? worker() : leader()).proxy.reset();
      return { recovery, over: Promise.resolve() };
    }
    case 'worker-freeze':
    case 'long-worker-freeze':
    case 'hub-freeze':
    case 'long-hub-freeze': {
      const frozen = kind.endsWith('hub-freeze') ? hub : worker();
      const recovery = recoveryOf(leaders);
      frozen.freeze();
      return {
        recovery,
        over: sleep(lastsMs).then(() => {
          frozen.thaw();
        }),
      };
    }
    case 'worker-cut':
    case 'long-worker-cut': {
      const { proxy } = worker();
      const recovery = recoveryOf(leaders);
      proxy.cut(ways);
      return { recovery, over: healed(sleep(lastsMs), proxy) };
    }
    case 'leader-cut':
    case 'long-leader-cut': {
      const { proxy } = leader();
      const bystanders = recoveryOf(others());
      proxy.cut(ways);
      const over = healed(sleep(lastsMs), proxy);
      const own = over.then(() => leader().recovery());
      return { recovery: Promise.all([bystanders, own]).then((ms) => Math.max(...ms)), over };
    }
    case 'worker-throttle': {
      const { proxy, name } = worker();
      const recovery = recoveryOf(leaders);
      proxy.throttle(throttledBytesPerSecond);
      return { recovery, over: healed(at(leaders, 0).runLarge([name]), proxy) };
    }
    case 'leader-throttle': {
      const { proxy } = leader();
      const recovery = recoveryOf(others());
      proxy.throttle(throttledBytesPerSecond);
      return { recovery, over: healed(leader().runLarge([]), proxy) };
    }
  }
}

async function recoveryOf(leaders: readonly LeaderProcess[]): Promise<number> {
  return Math.max(...(await Promise.all(leaders.map((leader) => leader.recovery()))));
}

async function healed(after: Promise<void>, proxy: TcpProxy): Promise<void> {
  await after;
  proxy.heal();
}

function at<T>(items: readonly T[], place: number): T {
  const item = items[place];
  if (item === undefined) throw new Error(`there is no place ${place}`);
  return item;
}
