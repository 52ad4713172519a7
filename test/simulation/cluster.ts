import { Scheduler } from '../../server/core/scheduler.js';
import type { SchedulerEvent } from '../../server/core/scheduler-events.js';
import type { Registry } from '../../src/operation/registry.js';
import type { HubStatus, HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';
import { Agenda } from './agenda.js';
import type { Random } from './random.js';
import type { SimulatedLeader } from './simulated-leader.js';
import { SimulatedLink } from './simulated-link.js';
import { SimulatedWorker, type Durations } from './simulated-worker.js';

interface Connection<ToHub, FromHub> {
  readonly toHub: SimulatedLink<ToHub>;
  readonly fromHub: SimulatedLink<FromHub>;
}

/** Leaders, a hub and workers in virtual time: the real machines, joined by simulated links. Every step validates all of them. */
export class Cluster {
  readonly agenda = new Agenda();
  readonly #random: Random;
  readonly #latencyMs: () => number;
  #hub = new Scheduler(hubConfig(0));
  #epoch = 0;
  readonly #leaders = new Map<SimulatedLeader, Connection<LeaderToHub, HubToLeader> | undefined>();
  readonly #workers = new Map<SimulatedWorker, Connection<WorkerToHub, HubToWorker> | undefined>();
  #nextWorker = 1;

  constructor(random: Random, maxLatencyMs: number) {
    this.#random = random;
    this.#latencyMs = () => random.next() * maxLatencyMs;
  }

  get workers(): readonly SimulatedWorker[] {
    return [...this.#workers.keys()];
  }

  get leaders(): readonly SimulatedLeader[] {
    return [...this.#leaders.keys()];
  }

  status(): HubStatus {
    return this.#hub.status(this.agenda.now);
  }

  addWorker(slots: number, registry: Registry, durations: Durations): SimulatedWorker {
    const worker = new SimulatedWorker(`w${this.#nextWorker}`, slots, registry, this.agenda, durations);
    this.#nextWorker += 1;
    this.connectWorker(worker);
    return worker;
  }

  connectWorker(worker: SimulatedWorker): void {
    const toHub = this.#link((message: WorkerToHub) => {
      this.#tell({ type: 'workerSent', workerId: worker.id, message });
    });
    const fromHub = this.#link((message: HubToWorker) => {
      worker.receive(message);
    });
    this.#workers.set(worker, { toHub, fromHub });
    this.#tell({ type: 'workerJoined', workerId: worker.id, name: '' });
    worker.connect(toHub);
  }

  addLeader(leader: SimulatedLeader): void {
    this.connectLeader(leader);
  }

  connectLeader(leader: SimulatedLeader): void {
    const toHub = this.#link((message: LeaderToHub) => {
      this.#tell({ type: 'leaderSent', leaderId: leader.id, message });
    });
    const fromHub = this.#link((message: HubToLeader) => {
      leader.receive(message);
    });
    this.#leaders.set(leader, { toHub, fromHub });
    leader.connect(toHub);
    this.#tell({ type: 'leaderJoined', leaderId: leader.id, name: '' });
  }

  /** The connection breaks: what is under way either way is lost. */
  cutLeader(leader: SimulatedLeader): void {
    if (!cut(this.#leaders, leader)) return;
    this.#tell({ type: 'leaderLeft', leaderId: leader.id });
    leader.disconnect();
  }

  cutWorker(worker: SimulatedWorker): void {
    if (!cut(this.#workers, worker)) return;
    this.#tell({ type: 'workerLeft', workerId: worker.id, reason: 'transport close', alive: false });
    worker.disconnect();
  }

  killWorker(worker: SimulatedWorker): void {
    worker.kill();
    if (cut(this.#workers, worker)) {
      this.#tell({ type: 'workerLeft', workerId: worker.id, reason: 'transport close', alive: false });
    }
    this.#workers.delete(worker);
  }

  /** A new hub in place of the old one, of which nothing is left; all come back to it, in some order. */
  restartHub(): void {
    this.#epoch += 1;
    this.#hub = new Scheduler(hubConfig(this.#epoch));
    for (const leader of this.#leaders.keys()) {
      cut(this.#leaders, leader);
      leader.disconnect();
      this.agenda.after(this.#random.int(1, 200), () => {
        this.comeBack(leader);
      });
    }
    for (const worker of this.#workers.keys()) {
      cut(this.#workers, worker);
      worker.disconnect();
      this.agenda.after(this.#random.int(1, 200), () => {
        this.reconnectWorker(worker);
      });
    }
  }

  /** The worker connects again, unless it is connected or gone. */
  reconnectWorker(worker: SimulatedWorker): void {
    if (this.#workers.has(worker) && this.#workers.get(worker) === undefined) this.connectWorker(worker);
  }

  /** The leader connects again, unless it is connected. */
  comeBack(leader: SimulatedLeader): void {
    if (this.#leaders.get(leader) === undefined) this.connectLeader(leader);
  }

  #link<Message>(receive: (message: Message) => void): SimulatedLink<Message> {
    return new SimulatedLink(this.agenda, this.#latencyMs, receive);
  }

  #tell(event: SchedulerEvent): void {
    const effects = this.#hub.handle(event, this.agenda.now);
    this.#hub.validate();
    for (const effect of effects) {
      if (effect.type === 'expel') throw new Error(`expelled: ${effect.reason}`);
      if (effect.type === 'toLeader') byId(this.#leaders, effect.leaderId)?.fromHub.send(effect.message);
      else byId(this.#workers, effect.workerId)?.fromHub.send(effect.message);
    }
  }
}

function cut<Peer, ToHub, FromHub>(peers: Map<Peer, Connection<ToHub, FromHub> | undefined>, peer: Peer): boolean {
  const connection = peers.get(peer);
  if (connection === undefined) return false;
  connection.toHub.cut();
  connection.fromHub.cut();
  peers.set(peer, undefined);
  return true;
}

function byId<Peer extends { readonly id: string }, C>(peers: ReadonlyMap<Peer, C | undefined>, id: string): C | undefined {
  for (const [peer, connection] of peers) if (peer.id === id) return connection;
  return undefined;
}

function hubConfig(epoch: number): ConstructorParameters<typeof Scheduler>[0] {
  return {
    epoch: `epoch ${epoch}`,
    limits: { maxPayloadBytes: 2 ** 25, maxJobsPerLeader: 100, maxBatchesPerLeader: 10_000, maxBytesPerLeader: 2 ** 28 },
  };
}
