import { PaladinError, type ErrorCode } from '../../src/errors/paladin-error.js';
import { loopback } from '../../src/link/loopback.js';
import type { Dial } from '../../src/link/link.js';
import type { Urgency } from '../../src/link/outbox.js';
import type { HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../../src/protocol/messages.js';
import { ordinaryTime, type Time } from '../../src/time.js';
import { Drive } from '../../src/drive.js';
import type { Machine } from '../../src/core/machine.js';
import { watching } from '../../src/watching.js';
import type { HubState } from '../core/hub-state.js';
import { Scheduler } from '../core/scheduler.js';
import { activityIn, activityOf, type HubActivity } from './hub-activity.js';
import type { Departure, SchedulerConfig, SchedulerEffect, SchedulerEvent, SchedulerLimits } from '../core/scheduler-events.js';

/** The hub's end of a connection to a peer. */
export interface Peer<Sent> {
  send(message: Sent, urgency?: Urgency): void;
  /** Sends soon what was to be sent later. */
  hurry(): void;
  /** Disconnects the peer: it has broken the protocol, or goes beyond a limit. */
  expel(reason: string, code: ErrorCode): void;
  /** The peer has come back over a new connection: closes this one. */
  replaced(): void;
}

/** What the hub's end of a connection tells. */
export interface PeerEvents<Received> {
  received(message: Received): void;
  /** Much waits for the peer to read it, or does not any more. */
  congested(congested: boolean): void;
  left(reason: string, how: Departure): void;
  /** The peer broke the protocol, and was disconnected at the door. */
  expelled(): void;
}

/** What decides for a hub. */
export type HubMachine = Machine<SchedulerEvent, SchedulerEffect>;

/** What a hub is made with. */
export type HubDriverConfig = Omit<SchedulerConfig, 'random'> & {
  readonly onActivity?: ((activity: HubActivity) => void) | undefined;
  /** Puts somebody before the machine who looks at all that it is told and does. */
  readonly watchedBy?: ((machine: HubMachine) => HubMachine) | undefined;
};

/** Why a peer's connection ends when the peer has another one. */
export const cameBack = 'it came back over a new connection';

/** Connects the scheduler to its peers, over whatever links. */
export class HubDriver {
  readonly #scheduler: Scheduler;
  readonly #leaders = new Map<string, Peer<HubToLeader>>();
  readonly #workers = new Map<string, Peer<HubToWorker>>();
  /** The workers that are about to leave, and wait until their answers are acknowledged. */
  readonly #draining = new WeakSet<Peer<HubToWorker>>();
  readonly #drive: Drive<SchedulerEvent, SchedulerEffect>;

  /** @param onActivity is told what happens to jobs and batches */
  constructor({ onActivity, watchedBy = (machine) => machine, ...config }: HubDriverConfig, time: Time = ordinaryTime) {
    const scheduler = new Scheduler({ ...config, random: Math.random });
    this.#scheduler = scheduler;
    const tell = (activity: HubActivity | undefined): void => {
      if (activity !== undefined) onActivity?.(activity);
    };
    const told = watching<SchedulerEvent, SchedulerEffect>(
      scheduler,
      (event) => tell(activityIn(event)),
      (effect) => tell(activityOf(effect)),
    );
    this.#drive = new Drive<SchedulerEvent, SchedulerEffect>({
      machine: watchedBy(onActivity === undefined ? scheduler : told),
      perform: (effects) => {
        for (const effect of effects) this.#perform(effect);
      },
      clock: time.clock,
    });
  }

  /** Reads what the hub holds and has done. */
  read<Told>(look: (state: HubState, now: number) => Told): Told {
    return this.#scheduler.read((state) => look(state, this.#drive.now()));
  }

  /** Somebody looks: leaders are asked to say how far their jobs are. */
  watched(): void {
    this.#drive.handle({ type: 'watched' });
  }

  /** Something has happened around the hub, for its log. */
  note(kind: 'refused' | 'hub', text: string): void {
    this.#drive.handle({ type: 'noted', kind, text });
  }

  /**
   * Takes a leader in. A leader that is here already under this id has come back over a new connection, and has left the old one.
   */
  addLeader(leaderId: string, name: string, peer: Peer<HubToLeader>, limits?: SchedulerLimits): PeerEvents<LeaderToHub> {
    const before = this.#leaders.get(leaderId);
    if (before !== undefined) {
      this.#drive.handle({ type: 'leaderLeft', leaderId, how: 'lost' });
      before.replaced();
    }
    this.#leaders.set(leaderId, peer);
    this.#drive.handle({ type: 'leaderJoined', leaderId, name, ...(limits === undefined ? {} : { limits }) });
    const present = (): boolean => this.#leaders.get(leaderId) === peer;
    return {
      received: (message) => {
        if (present()) this.#drive.handle({ type: 'leaderSent', leaderId, message });
      },
      congested: (congested) => {
        if (present()) this.#drive.handle({ type: 'leaderCongested', leaderId, congested });
      },
      left: (_, how) => {
        if (!present()) return;
        this.#leaders.delete(leaderId);
        this.#drive.handle({ type: 'leaderLeft', leaderId, how });
      },
      expelled: () => {
        this.#drive.handle({ type: 'expelled' });
      },
    };
  }

  /** Takes a worker in, in the same way. */
  addWorker(workerId: string, name: string, peer: Peer<HubToWorker>, limits?: SchedulerLimits): PeerEvents<WorkerToHub> {
    const before = this.#workers.get(workerId);
    if (before !== undefined) {
      this.#drive.handle({ type: 'workerLeft', workerId, reason: cameBack, how: 'lost' });
      before.replaced();
    }
    this.#workers.set(workerId, peer);
    this.#drive.handle({ type: 'workerJoined', workerId, name, ...(limits === undefined ? {} : { limits }) });
    const present = (): boolean => this.#workers.get(workerId) === peer;
    return {
      received: (message) => {
        if (!present()) return;
        if (message.type === 'draining') {
          this.#draining.add(peer);
          peer.hurry();
        }
        this.#drive.handle({ type: 'workerSent', workerId, message });
      },
      congested: (congested) => {
        if (present()) this.#drive.handle({ type: 'workerCongested', workerId, congested });
      },
      left: (reason, how) => {
        if (!present()) return;
        this.#workers.delete(workerId);
        this.#drive.handle({ type: 'workerLeft', workerId, reason, how });
      },
      expelled: () => {
        this.#drive.handle({ type: 'expelled' });
      },
    };
  }

  /** All workers have come that ever will. Jobs that need another one end at once. */
  completed(): void {
    this.#drive.handle({ type: 'complete' });
  }

  /** Somebody was disconnected who is no peer of the scheduler. */
  countExpelled(): void {
    this.#drive.handle({ type: 'expelled' });
  }

  /** Says goodbye to all, and gives out nothing more. */
  close(reason: string): void {
    this.#drive.handle({ type: 'closing', reason });
  }

  #perform(effect: SchedulerEffect): void {
    switch (effect.type) {
      case 'toLeader':
        // The answers of many workers in one turn go in one frame.
        this.#leaders.get(effect.leaderId)?.send(effect.message, effect.message.type === 'result' ? 'soon' : 'now');
        break;
      case 'toWorker':
        this.#toWorker(effect);
        break;
      case 'expel':
        (effect.role === 'leader' ? this.#leaders : this.#workers).get(effect.id)?.expel(effect.reason, effect.code);
        break;
    }
  }

  #toWorker({ workerId, message }: Extract<SchedulerEffect, { type: 'toWorker' }>): void {
    const worker = this.#workers.get(workerId);
    if (worker === undefined) return;
    if (message.type === 'acknowledge') worker.send(message, this.#draining.has(worker) ? 'soon' : 'later');
    else worker.send(message, message.type === 'close' ? 'soon' : 'now');
  }
}

/** A way into the hub for a leader of the same process. */
export function dialAsLeader(hub: HubDriver, leaderId: string, time: Time = ordinaryTime): Dial<LeaderToHub, HubToLeader> {
  return dialInProcess((peer) => hub.addLeader(leaderId, '', peer), time);
}

/** A way into the hub for a worker of the same process. */
export function dialAsWorker(hub: HubDriver, workerId: string, time: Time = ordinaryTime): Dial<WorkerToHub, HubToWorker> {
  return dialInProcess((peer) => hub.addWorker(workerId, '', peer), time);
}

function dialInProcess<Sent, Received>(join: (peer: Peer<Received>) => PeerEvents<Sent>, time: Time): Dial<Sent, Received> {
  return (events) => {
    let hubSide: PeerEvents<Sent> | undefined;
    const { left, right } = loopback<Received, Sent>(
      (message) => {
        events.received(message);
      },
      (message) => hubSide?.received(message),
      time,
    );
    const leave = (reason: string): void => {
      hubSide?.left(reason, 'closed');
      hubSide = undefined;
    };
    time.afterThis(() => {
      events.opened();
      hubSide = join({
        send: (message) => {
          right.send(message);
        },
        hurry: () => undefined,
        expel: (reason, code) => {
          left.cut();
          leave(reason);
          events.refused(new PaladinError(code, reason));
        },
        replaced: () => {
          left.cut();
        },
      });
    });
    return {
      send: (message) => {
        left.send(message);
      },
      hurry: () => undefined,
      close: async () => {
        await left.close();
        leave('it closed the connection');
      },
    };
  };
}
