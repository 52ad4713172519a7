import { defaultLimits } from '../../server/limits.js';
import { ticketOf } from '../../server/network/tickets.js';
import { JobAccounts } from '../../server/core/job-accounts.js';
import { overviewOf } from '../../server/core/overview.js';
import { forObservers, statusOf } from '../../server/core/status.js';
import { Scheduler } from '../../server/core/scheduler.js';
import type { Departure, SchedulerEffect, SchedulerEvent } from '../../server/core/scheduler-events.js';
import { Drive } from '../../src/drive.js';
import type { HubStatus } from '../../src/protocol/hub-status.js';
import type { HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';
import { hubToLeader, hubToWorker, leaderToHub, workerToHub } from '../../src/wire/parse.js';
import { Digest } from './digest.js';
import type { Host } from './network.js';
import { isBlameless, type SimulationOptions } from './options.js';
import type { Party } from './party.js';
import { validating } from './validating.js';
import { WaitAccount } from './wait-account.js';

/** More than any payload here: those that are too large are to be found before. */
const mostPayloadBytes = 2 ** 25;

type HubOptions = Pick<SimulationOptions, 'limits' | 'pieces' | 'faults' | 'deadly'>;

/** A hub: the real scheduler, that may crash and be started again with nothing left. */
export class SimulatedHub {
  /** What it has told of jobs that wait. */
  readonly waits: WaitAccount;
  /** Whether it was not done, after the event before, with what it does in pieces. */
  #isInPieces = false;
  readonly #options: HubOptions;
  readonly #newParty: () => Party;
  readonly #trace: ((line: string) => void) | undefined;
  #party: Party | undefined;
  #scheduler: Scheduler | undefined;
  #drive: Drive<SchedulerEvent, SchedulerEffect> | undefined;
  #epoch = 0;
  #accounts = new JobAccounts();
  readonly #digest = new Digest();
  readonly #leaders = new Map<string, (message: HubToLeader) => void>();
  readonly #workers = new Map<string, (message: HubToWorker) => void>();

  /**
   * @param loadOf how many batches a worker really has
   * @param trace told everything that the hub is told and says, a line each
   */
  constructor(
    options: HubOptions,
    newParty: () => Party,
    loadOf: (workerId: string) => number,
    trace: ((line: string) => void) | undefined,
  ) {
    this.#options = options;
    this.#trace = trace;
    this.#newParty = newParty;
    this.waits = new WaitAccount(options.deadly || !isBlameless(options), loadOf);
    this.start();
  }

  get party(): Party | undefined {
    return this.#party;
  }

  start(): void {
    this.#epoch += 1;
    const { limits, pieces } = this.#options;
    const epoch = `epoch ${this.#epoch}`;
    const party = this.#newParty();
    const scheduler = new Scheduler({ epoch, limits: { ...defaultLimits, ...limits }, ticketOf, pieces });
    this.#party = party;
    this.#scheduler = scheduler;
    this.waits.restarted();
    this.#accounts = new JobAccounts();
    this.#drive = new Drive<SchedulerEvent, SchedulerEffect>({
      machine: validating(scheduler, (event, effects, now) => {
        this.#countJobs(event, effects, now);
        this.#noteAll(event, effects, now);
      }),
      perform: (effects) => {
        for (const effect of effects) this.#perform(effect);
      },
      clock: (due) => party.clock(due),
    });
    // Somebody watches for a while, at first.
    for (const at of [200, 4_000]) {
      party.later(at, () => {
        this.look();
      });
    }
  }

  /** Somebody reads what its page shows. */
  look(): void {
    this.#drive?.handle({ type: 'watched' });
    const overview = this.#scheduler?.read((state) => overviewOf(state, this.#party?.now ?? 0, forObservers));
    for (const { executing, onTheWay, starved, paused } of overview?.slotTime ?? []) {
      if (Math.min(executing, onTheWay, starved, paused) < 0) throw new Error('slots did something for less than no time');
    }
    const names = overview?.operations.length ?? 0;
    for (const { executing, heat } of overview?.workers ?? []) {
      if (executing.some(({ operation }) => operation >= names)) throw new Error('a worker executes what has no name');
      if (heat.some((share) => share < 0 || share > 1)) throw new Error('a worker is busier than can be');
    }
  }

  /** No workers come that offer something else. */
  completed(): void {
    this.#drive?.handle({ type: 'complete' });
  }

  crash(): void {
    this.#party?.die();
    this.#party = undefined;
    this.#scheduler = undefined;
    this.#drive = undefined;
    this.#leaders.clear();
    this.#workers.clear();
  }

  /** Of everything that was told to it. */
  get digest(): string {
    return this.#digest.hex;
  }

  /** How many jobs have an account, and no end. */
  get accounts(): number {
    return this.#accounts.size;
  }

  /** Jobs end once: an account that has ended is there no more. */
  #countJobs(event: SchedulerEvent, effects: readonly SchedulerEffect[], now: number): void {
    this.#accounts.event(event, now);
    for (const effect of effects) this.#accounts.effect(effect, now);
  }

  /** Undefined while it is down. */
  status(): HubStatus | undefined {
    return this.#scheduler?.read((state) => statusOf(state, this.#party?.now ?? 0));
  }

  /** As leaders reach it. */
  readonly forLeaders: Host<LeaderToHub, HubToLeader> = this.#host<LeaderToHub, HubToLeader>(() => this.#leaders, {
    parse: leaderToHub(mostPayloadBytes),
    parseAnswer: hubToLeader,
    joined: (leaderId) => ({ type: 'leaderJoined', leaderId, name: '' }),
    received: (leaderId, message) => ({ type: 'leaderSent', leaderId, message }),
    left: (leaderId, how) => ({ type: 'leaderLeft', leaderId, how }),
  });

  /** As workers reach it. */
  readonly forWorkers: Host<WorkerToHub, HubToWorker> = this.#host<WorkerToHub, HubToWorker>(() => this.#workers, {
    parse: workerToHub(mostPayloadBytes),
    parseAnswer: hubToWorker,
    joined: (workerId) => ({ type: 'workerJoined', workerId, name: '' }),
    received: (workerId, message) => ({ type: 'workerSent', workerId, message }),
    left: (workerId, how) => ({ type: 'workerLeft', workerId, reason: how, how }),
  });

  #note(line: string): void {
    this.#digest.add(line);
    this.#trace?.(line);
  }

  #host<ToHub, FromHub extends object>(
    peers: () => Map<string, (message: FromHub) => void>,
    event: {
      readonly parse: (message: unknown) => ToHub;
      readonly parseAnswer: (message: unknown) => FromHub;
      readonly joined: (id: string) => SchedulerEvent;
      readonly received: (id: string, message: ToHub) => SchedulerEvent;
      readonly left: (id: string, how: Departure) => SchedulerEvent;
    },
  ): Host<ToHub, FromHub> {
    const party = (): Party | undefined => this.#party;
    return {
      get party() {
        return party();
      },
      parse: event.parse,
      parseAnswer: event.parseAnswer,
      joined: (id, send) => {
        peers().set(id, send);
        this.#drive?.handle(event.joined(id));
      },
      received: (id, message) => {
        if (peers().has(id)) this.#drive?.handle(event.received(id, message));
      },
      left: (id, how) => {
        if (peers().delete(id)) this.#drive?.handle(event.left(id, how));
      },
    };
  }

  #noteAll(event: SchedulerEvent, effects: readonly SchedulerEffect[], now: number): void {
    const time = now.toFixed(3);
    this.#note(`${time} ${summaryOf(event)}`);
    for (const effect of effects) {
      this.#note(`${time}   ${summaryOf(effect)}`);
      this.#account(effect, now);
    }
    // It goes on at once with what it does in pieces.
    this.#isInPieces = (this.#scheduler?.nextDeadline() ?? Infinity) <= now;
  }

  #account(effect: SchedulerEffect, now: number): void {
    if (effect.type === 'toWorker' && effect.message.type === 'assign') this.waits.given(effect.workerId, now);
    if (effect.type !== 'toLeader' || effect.message.type !== 'queued') return;
    this.waits.told(effect.leaderId, effect.message);
    // For as long as workers are being compared with jobs, it does not know of all slots.
    const status = this.#isInPieces ? undefined : this.#scheduler?.read((state) => statusOf(state, now));
    if (status !== undefined) this.waits.compare(effect.leaderId, effect.message, status, now);
  }

  #perform(effect: SchedulerEffect): void {
    if (effect.type === 'expel') throw new Error(`expelled: ${effect.reason}`);
    if (effect.type === 'toLeader') this.#leaders.get(effect.leaderId)?.(effect.message);
    else this.#workers.get(effect.workerId)?.(effect.message);
  }
}

/** An event or effect in a line, without payloads. */
function summaryOf(what: SchedulerEvent | SchedulerEffect): string {
  return JSON.stringify(what, (key, value: unknown) => {
    if (value instanceof Uint8Array) return value.byteLength;
    return key === 'description' || key === 'offers' ? undefined : value;
  });
}
