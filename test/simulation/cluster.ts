import { Agenda } from './agenda.js';
import { Executions } from './executions.js';
import { Route } from './network.js';
import type { LinkQuality } from './link.js';
import type { SimulationOptions, StageName } from './options.js';
import { Party } from './party.js';
import type { Plan } from './plan.js';
import type { Random } from './random.js';
import { SimulatedHub } from './simulated-hub.js';
import { SimulatedLeader } from './simulated-leader.js';
import { SimulatedWorker, type Leave } from './simulated-worker.js';
import { brokenLeaveMs } from '../../src/limits.js';
import type { Registry } from '../../src/operation/registry.js';
import type { HubToLeader, HubToWorker, LeaderToHub, Offers, WorkerToHub } from '../../src/protocol/messages.js';

export type LeaderRoute = Route<LeaderToHub, HubToLeader> & { readonly guest: SimulatedLeader };
export type WorkerRoute = Route<WorkerToHub, HubToWorker> & { readonly guest: SimulatedWorker };

type Pool = readonly StageName[];

const everything: Pool = ['0', '1', 'fold'];

/** What the pool offers of what there is: maps are named after their place in their chain. */
function offersOf(registry: Registry, pool: Pool): Offers {
  const offers = { ...registry.offers(), labels: [] };
  const operations = offers.operations.filter((name) => pool.includes(stageNameOf(name)));
  return { ...offers, operations: pool === everything ? offers.operations : operations };
}

function stageNameOf(operation: string): StageName {
  if (operation.startsWith('concat')) return 'fold';
  return operation.endsWith('.1@1') ? '1' : '0';
}

/**
 * Leaders, a hub and workers in virtual time: the real machines, joined by simulated connections. Every step validates those
 * concerned.
 */
export class Cluster {
  readonly agenda = new Agenda();
  readonly hub: SimulatedHub;
  readonly executions: Executions;
  /** Those that live. */
  leaders: LeaderRoute[] = [];
  workers: WorkerRoute[] = [];
  /** How many batches and results draining workers have left undone. */
  undone = 0;
  /** How many workers there have been. */
  #workersMade = 0;
  /** What the workers offer. */
  readonly #pools = new Map<WorkerRoute, Pool>();
  readonly #options: SimulationOptions;
  readonly #random: Random;
  readonly #quality: LinkQuality;

  constructor(
    plans: ReadonlyMap<string, Plan>,
    options: SimulationOptions,
    random: Random,
    trace: ((line: string) => void) | undefined,
  ) {
    this.#options = options;
    this.#random = random;
    this.#quality = {
      latencyMs: () => random.next() * options.latencyMs,
      bytesPerMs: options.bytesPerMs,
      duplicates: () => random.chance(options.duplicates),
      laterMs: () => random.next() * options.laterMs,
    };
    this.hub = new SimulatedHub(
      options,
      () => this.#newParty(),
      (id) => this.#loadOf(id),
      trace,
    );
    this.executions = new Executions(plans, options, random);
    // All workers offer everything then. So no job may be told that nobody can come.
    if (options.faults.length === 0 && options.pools.length === 0 && !options.deadly) this.hub.completed();
  }

  addLeader(id: string): SimulatedLeader {
    const leader = new SimulatedLeader(id, this.#newParty(), this.executions.tries, Infinity);
    this.leaders.push(new Route(leader, this.hub.forLeaders, this.agenda, this.#random, this.#quality) as LeaderRoute);
    return leader;
  }

  /** @param pool the stages that it offers; undefined: all */
  addWorker(pool: Pool = this.#anyPool()): void {
    this.#workersMade += 1;
    const slots = this.#random.int(1, this.#options.mostSlots);
    const { registry, conduct } = this.executions;
    const worker = new SimulatedWorker(
      `w${this.#workersMade}`,
      slots,
      registry,
      offersOf(registry, pool),
      this.#newParty(),
      conduct,
      () => {
        this.crashWorker(route);
      },
    );
    const route = new Route(worker, this.hub.forWorkers, this.agenda, this.#random, this.#quality) as WorkerRoute;
    this.#pools.set(route, pool);
    this.workers.push(route);
  }

  /** A worker's process dies; another one is started soon. */
  crashWorker(route: WorkerRoute): void {
    if (!this.workers.includes(route)) return;
    this.#kill(route);
    this.agenda.after(this.#random.int(1, 300), () => {
      this.addWorker(this.#pools.get(route));
    });
  }

  /** A worker comes to an end in good order; another one is started first. */
  drainWorker(route: WorkerRoute): void {
    this.addWorker(this.#pools.get(route));
    this.dismissWorker(route);
  }

  /** A worker is given little time to come to its end, or none. Another one is started first. */
  hurryWorker(route: WorkerRoute): void {
    this.addWorker(this.#pools.get(route));
    this.dismissWorker(route, { withinMs: this.#random.pick([0, this.#random.int(1, 200)]) });
  }

  /** A worker comes to an end in good order; the one in its place, if there is one, offers something else. */
  changePool(route: WorkerRoute): void {
    if (this.#options.pools.length > 0 && this.workers.length > 1 && this.#random.chance(0.3)) this.dismissWorker(route);
    else this.#replaceBy(route, this.#anyPool());
  }

  #replaceBy(route: WorkerRoute, pool: Pool): void {
    this.addWorker(pool);
    this.dismissWorker(route);
  }

  /** As often as not everything, where there are pools. */
  #anyPool(): Pool {
    const { pools } = this.#options;
    return pools.length === 0 || this.#random.chance(0.5) ? everything : this.#random.pick(pools);
  }

  /** A worker is told to go, and another one is started; then it is killed, long after the hub has heard that it goes. */
  replaceWorker(route: WorkerRoute): void {
    this.drainWorker(route);
    this.agenda.after(this.#random.int(1_000, 3_000), () => {
      if (this.workers.includes(route)) this.#kill(route);
    });
  }

  /**
   * A worker can execute nothing any more, and says why it goes. Another one is started up to 4 s later, maybe before it has
   * gone.
   */
  breakWorker(route: WorkerRoute): void {
    const pool = this.#pools.get(route);
    this.dismissWorker(route, { withinMs: brokenLeaveMs, broken: `the threads of ${route.guest.id} end as they load` });
    this.agenda.after(this.#random.int(0, 2 * brokenLeaveMs), () => {
      this.addWorker(pool);
    });
  }

  /** A worker comes to an end in good order, and none is started for it. */
  dismissWorker(route: WorkerRoute, how: Leave = {}): void {
    route.guest.drain(() => {
      this.undone += route.guest.undone;
      route.guest.party.die();
      route.close('closed');
      this.workers = this.workers.filter((other) => other !== route);
    }, how);
  }

  /** A leader's process dies, and with it all its jobs. */
  crashLeader(route: LeaderRoute): void {
    route.guest.party.die();
    route.close('lost');
    this.leaders = this.leaders.filter((other) => other !== route);
  }

  /** The hub dies, and is started again soon; all connections break. */
  restartHub(): void {
    this.hub.crash();
    for (const route of [...this.leaders, ...this.workers]) route.reset();
    this.agenda.after(this.#random.int(1, 400), () => {
      this.hub.start();
    });
  }

  #kill(route: WorkerRoute): void {
    route.guest.party.die();
    route.close('lost');
    this.workers = this.workers.filter((other) => other !== route);
  }

  /** How many batches a worker has. */
  #loadOf(workerId: string): number {
    const load = this.workers.find(({ guest }) => guest.id === workerId)?.guest.load;
    return load === undefined ? 0 : load.running + load.waiting;
  }

  #newParty(): Party {
    return new Party(this.agenda, this.#random, this.#options.latestWakeMs);
  }
}
