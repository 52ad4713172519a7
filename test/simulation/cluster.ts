import { Agenda } from './agenda.js';
import { Executions } from './executions.js';
import { Route } from './network.js';
import type { LinkQuality } from './link.js';
import type { SimulationOptions } from './options.js';
import { Party } from './party.js';
import type { Plan } from './plan.js';
import type { Random } from './random.js';
import { SimulatedHub } from './simulated-hub.js';
import { SimulatedLeader } from './simulated-leader.js';
import { SimulatedWorker } from './simulated-worker.js';
import type { HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';

export type LeaderRoute = Route<LeaderToHub, HubToLeader> & { readonly guest: SimulatedLeader };
export type WorkerRoute = Route<WorkerToHub, HubToWorker> & { readonly guest: SimulatedWorker };

/** Leaders, a hub and workers in virtual time: the real machines, joined by simulated connections. Every step validates those concerned. */
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
    this.hub = new SimulatedHub(options.limits, () => this.#newParty(), trace);
    this.executions = new Executions(plans, options, random);
  }

  addLeader(id: string): SimulatedLeader {
    const leader = new SimulatedLeader(id, this.#newParty(), Infinity);
    this.leaders.push(new Route(leader, this.hub.forLeaders, this.agenda, this.#random, this.#quality) as LeaderRoute);
    return leader;
  }

  addWorker(): void {
    this.#workersMade += 1;
    const slots = this.#random.int(1, this.#options.mostSlots);
    const { registry, conduct } = this.executions;
    const worker = new SimulatedWorker(`w${this.#workersMade}`, slots, registry, this.#newParty(), conduct, () => {
      this.crashWorker(route);
    });
    const route = new Route(worker, this.hub.forWorkers, this.agenda, this.#random, this.#quality) as WorkerRoute;
    this.workers.push(route);
  }

  /** A worker's process dies; another one is started soon. */
  crashWorker(route: WorkerRoute): void {
    if (!this.workers.includes(route)) return;
    this.#kill(route);
    this.agenda.after(this.#random.int(1, 300), () => {
      this.addWorker();
    });
  }

  /** A worker comes to an end in good order; another one is started first. */
  drainWorker(route: WorkerRoute): void {
    this.addWorker();
    this.dismissWorker(route);
  }

  /** A worker is told to go, and another one is started; then it is killed, long after the hub has heard that it goes. */
  replaceWorker(route: WorkerRoute): void {
    this.drainWorker(route);
    this.agenda.after(this.#random.int(1_000, 3_000), () => {
      if (this.workers.includes(route)) this.#kill(route);
    });
  }

  /** A worker comes to an end in good order, and none is started for it. */
  dismissWorker(route: WorkerRoute): void {
    route.guest.drain(() => {
      this.undone += route.guest.undone;
      route.close('closed');
      this.workers = this.workers.filter((other) => other !== route);
    });
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

  #newParty(): Party {
    return new Party(this.agenda, this.#random, this.#options.latestWakeMs);
  }
}
