import { Cleanup } from '../../bench/processes/cleanup.js';
import { RestartableHub } from '../processes/restartable-hub.js';
import { LeaderProcess, type LeaderEvents } from './leader-process.js';
import { TcpProxy } from './tcp-proxy.js';
import { WorkerProcess } from './worker-process.js';

/** What a cluster is made of. */
export interface ClusterOptions {
  readonly workers: number;
  readonly leaders: number;
  /** What the leaders' jobs are drawn by. */
  readonly seed: number;
  readonly events: LeaderEvents;
}

/** A hub, workers and leaders, each a process on this machine, each worker and leader with a link of its own. */
export class Cluster implements AsyncDisposable {
  readonly hub: RestartableHub;
  readonly workers: readonly WorkerProcess[];
  readonly leaders: readonly LeaderProcess[];
  readonly #cleanup: Cleanup;

  private constructor(
    hub: RestartableHub,
    workers: readonly WorkerProcess[],
    leaders: readonly LeaderProcess[],
    cleanup: Cleanup,
  ) {
    this.hub = hub;
    this.workers = workers;
    this.leaders = leaders;
    this.#cleanup = cleanup;
  }

  static async start({ workers, leaders, seed, events }: ClusterOptions): Promise<Cluster> {
    const cleanup = new Cleanup();
    try {
      const hub = cleanup.use(await RestartableHub.start({ onUnexpectedEnd: events.problem }));
      const link = async (): Promise<TcpProxy> => cleanup.use(await TcpProxy.start(hub.port));
      const workerPlaces = await Promise.all(
        names('worker', workers).map(async (name) => cleanup.use(await WorkerProcess.start(name, await link(), events.problem))),
      );
      const leaderPlaces = await Promise.all(
        names('leader', leaders).map(async (name, place) =>
          cleanup.use(await LeaderProcess.start(name, seed + place, await link(), events)),
        ),
      );
      return new Cluster(hub, workerPlaces, leaderPlaces, cleanup);
    } catch (error) {
      await cleanup[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What the programs printed last. */
  get story(): string {
    return [this.hub, ...this.workers, ...this.leaders].map(({ name, lastLines }) => `── ${name}\n${lastLines}`).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup[Symbol.asyncDispose]();
  }
}

function names(role: string, count: number): string[] {
  return Array.from({ length: count }, (_, place) => `${role}-${place}`);
}
