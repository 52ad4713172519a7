import type { Cluster } from './cluster.js';
import type { FaultKind, SimulationOptions } from './options.js';
import type { Party } from './party.js';
import type { Random } from './random.js';

/** Lets what the options admit go wrong, until faults stop. Then everything that was cut off or frozen comes back. */
export class Faults {
  /** How many there were of each kind. */
  readonly counts = new Map<FaultKind, number>();
  readonly #cluster: Cluster;
  readonly #options: SimulationOptions;
  readonly #random: Random;

  constructor(cluster: Cluster, options: SimulationOptions, random: Random) {
    this.#cluster = cluster;
    this.#options = options;
    this.#random = random;
    if (options.faults.length > 0) this.#soon();
    // In the end there is somebody for each stage.
    cluster.agenda.after(options.faultsUntilMs, () => {
      for (const pool of options.pools) cluster.addWorker(pool);
    });
  }

  #soon(): void {
    const { agenda } = this.#cluster;
    const { faultEveryMs, faultsUntilMs, faults } = this.#options;
    agenda.after(this.#random.next() * 2 * faultEveryMs, () => {
      if (agenda.now > faultsUntilMs) return;
      const kind = this.#random.pick(faults);
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
      this.#strike(kind);
      this.#soon();
    });
  }

  #strike(kind: FaultKind): void {
    const { leaders, workers, hub } = this.#cluster;
    const random = this.#random;
    const worker = workers.length === 0 ? undefined : random.pick(workers);
    const leader = leaders.length === 0 ? undefined : random.pick(leaders);
    switch (kind) {
      case 'worker crash':
        if (worker !== undefined) this.#cluster.crashWorker(worker);
        break;
      case 'worker reset':
        worker?.reset();
        break;
      case 'worker cut off':
        if (worker !== undefined) this.#cutOff(worker);
        break;
      case 'worker freeze':
        if (worker !== undefined) this.#freeze(worker.guest.party);
        worker?.watch();
        break;
      case 'worker drain':
        if (worker !== undefined) this.#cluster.drainWorker(worker);
        break;
      case 'worker hurry':
        if (worker !== undefined) this.#cluster.hurryWorker(worker);
        break;
      case 'worker deploy':
        if (worker !== undefined) this.#cluster.replaceWorker(worker);
        break;
      case 'worker break':
        if (worker !== undefined) this.#cluster.breakWorker(worker);
        break;
      case 'leader crash':
        // One is left, so that there is something to check.
        if (leaders.length > 1 && leader !== undefined) this.#cluster.crashLeader(leader);
        break;
      case 'leader reset':
        leader?.reset();
        break;
      case 'leader cut off':
        if (leader !== undefined) this.#cutOff(leader);
        break;
      case 'leader freeze':
        if (leader !== undefined) this.#freeze(leader.guest.party);
        leader?.watch();
        break;
      case 'hub restart':
        if (hub.party !== undefined) this.#cluster.restartHub();
        break;
      case 'hub freeze':
        if (hub.party !== undefined) this.#freeze(hub.party);
        for (const route of [...leaders, ...workers]) route.watch();
        break;
      case 'pool change':
        if (worker !== undefined) this.#cluster.changePool(worker);
        break;
      case 'odd reports':
        hub.look();
        leader?.guest.reports.begin(random, this.#options.faultMs);
        worker?.guest.reports.begin(random, this.#options.faultMs);
        break;
      case 'clock jump':
        this.#pickParty(hub.party, leader?.guest.party, worker?.guest.party)?.jumpClock(random.int(1, 60_000));
        break;
    }
  }

  #cutOff(route: { block(ways: 'toHub' | 'fromHub' | 'both'): void; heal(): void }): void {
    route.block(this.#random.pick(['toHub', 'fromHub', 'both'] as const));
    this.#cluster.agenda.after(this.#random.next() * this.#options.faultMs, () => {
      route.heal();
    });
  }

  #pickParty(...parties: (Party | undefined)[]): Party | undefined {
    const present = parties.filter((party) => party !== undefined);
    return present.length === 0 ? undefined : this.#random.pick(present);
  }

  #freeze(party: Party): void {
    party.freeze();
    this.#cluster.agenda.after(this.#random.next() * this.#options.faultMs, () => {
      party.thaw();
    });
  }
}
