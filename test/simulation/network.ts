import type { Departure } from '../../server/core/scheduler-events.js';
import { heartbeatIntervalMs, heartbeatTimeoutMs, reconnectDelayMaxMs, reconnectDelayMs } from '../../src/limits.js';
import type { Agenda } from './agenda.js';
import { Link, type LinkQuality } from './link.js';
import type { Party } from './party.js';
import type { Random } from './random.js';

/** The hub as peers reach it. */
export interface Host<ToHub, FromHub extends object> {
  /** The process that runs now, or undefined while there is none. */
  readonly party: Party | undefined;
  /** The doors that messages pass, to it and from it. */
  readonly parse: (message: unknown) => ToHub;
  readonly parseAnswer: (message: unknown) => FromHub;
  joined(id: string, send: (message: FromHub) => void): void;
  received(id: string, message: ToHub): void;
  left(id: string, how: Departure): void;
}

/** A leader or worker as the network reaches it. */
export interface Guest<ToHub, FromHub> {
  readonly id: string;
  readonly party: Party;
  connected(send: (message: ToHub) => void): void;
  received(message: FromHub): void;
  disconnected(): void;
}

/** A connection that stands. */
interface Connection<ToHub extends object, FromHub extends object> {
  readonly toHub: Link<ToHub>;
  readonly fromHub: Link<FromHub>;
  /** The hub's process that it leads to. */
  readonly hub: Party;
  /** Which ends do not know yet that it is gone. */
  hubThinksOpen: boolean;
  guestThinksOpen: boolean;
}

/** How soon an end notices a connection that was reset. */
const noticeMs = 50;

/**
 * The way of one peer to the hub: it connects, finds out by heartbeats that the other side is silent, and comes back with
 * growing, jittered delays, as the links over sockets do.
 */
export class Route<ToHub extends object, FromHub extends object> {
  readonly guest: Guest<ToHub, FromHub>;
  readonly #host: Host<ToHub, FromHub>;
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #quality: LinkQuality;
  #connection: Connection<ToHub, FromHub> | undefined;
  #tries = 0;
  #closed = false;
  /** Which ways nothing gets through. */
  #blocked: 'none' | 'toHub' | 'fromHub' | 'both' = 'none';

  constructor(guest: Guest<ToHub, FromHub>, host: Host<ToHub, FromHub>, agenda: Agenda, random: Random, quality: LinkQuality) {
    this.guest = guest;
    this.#host = host;
    this.#agenda = agenda;
    this.#random = random;
    this.#quality = quality;
    this.#connect();
  }

  get isConnected(): boolean {
    return this.#connection?.guestThinksOpen === true && this.#connection.hubThinksOpen;
  }

  /** The connection is reset: what is under way is lost. */
  reset(how: Departure = 'lost'): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.toHub.cut();
    connection.fromHub.cut();
    this.#tellBothEnds(connection, how);
  }

  /** Nothing gets through, one way or both, until it is healed; if that takes long, both ends give the connection up. */
  block(ways: 'toHub' | 'fromHub' | 'both'): void {
    this.#blocked = ways;
    const connection = this.#connection;
    if (ways !== 'fromHub') connection?.toHub.block();
    if (ways !== 'toHub') connection?.fromHub.block();
    this.watch();
  }

  heal(): void {
    this.#blocked = 'none';
    const connection = this.#connection;
    connection?.toHub.heal();
    connection?.fromHub.heal();
    // The end that did not find out itself is told that the other one has closed the connection.
    if (connection !== undefined && !(connection.hubThinksOpen && connection.guestThinksOpen)) {
      this.#tellBothEnds(connection, 'lost');
    }
  }

  /** Each end looks after a while whether there was a sign of life; called when one may be missing. */
  watch(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const silence = (): number => heartbeatTimeoutMs + this.#random.next() * heartbeatIntervalMs;
    this.#agenda.after(silence(), () => {
      if (this.#isSilent(connection)) {
        connection.hub.do(() => {
          this.#hubNotices(connection, 'silent');
        });
      }
    });
    this.#agenda.after(silence(), () => {
      if (this.#isSilent(connection)) {
        this.guest.party.do(() => {
          this.#guestNotices(connection);
        });
      }
    });
  }

  /** The peer is gone, and does not come back. */
  close(how: Departure): void {
    this.#closed = true;
    this.reset(how);
  }

  #isSilent(connection: Connection<ToHub, FromHub>): boolean {
    return this.#connection === connection && (this.#blocked !== 'none' || this.guest.party.isFrozen || connection.hub.isFrozen);
  }

  #tellBothEnds(connection: Connection<ToHub, FromHub>, how: Departure): void {
    connection.hub.later(this.#random.next() * noticeMs, () => {
      this.#hubNotices(connection, how);
    });
    this.guest.party.later(this.#random.next() * noticeMs, () => {
      this.#guestNotices(connection);
    });
  }

  #hubNotices(connection: Connection<ToHub, FromHub>, how: Departure): void {
    if (!connection.hubThinksOpen) return;
    connection.hubThinksOpen = false;
    connection.toHub.cut();
    connection.fromHub.cut();
    this.#host.left(this.guest.id, how);
    if (this.#blocked === 'none') this.#tellBothEnds(connection, how);
  }

  #guestNotices(connection: Connection<ToHub, FromHub>): void {
    if (!connection.guestThinksOpen) return;
    connection.guestThinksOpen = false;
    connection.toHub.cut();
    connection.fromHub.cut();
    this.guest.disconnected();
    if (this.#blocked === 'none') this.#tellBothEnds(connection, 'lost');
    this.#comeBack();
  }

  #comeBack(): void {
    if (this.#closed) return;
    const delayMs = Math.min(reconnectDelayMs * 2 ** this.#tries, reconnectDelayMaxMs);
    this.#tries += 1;
    this.guest.party.later(delayMs * (0.5 + this.#random.next()), () => {
      this.#connect();
    });
  }

  #connect(): void {
    const hub = this.#host.party;
    if (this.#closed) return;
    if (hub === undefined || hub.isFrozen || this.#blocked !== 'none') {
      this.#comeBack();
      return;
    }
    // The hub may not have noticed yet that the one before is gone.
    const before = this.#connection;
    if (before?.hub === hub) this.#hubNotices(before, 'lost');
    this.#tries = 0;
    const connection: Connection<ToHub, FromHub> = {
      toHub: new Link(this.#agenda, this.#quality, (message) => {
        hub.do(() => {
          if (connection.hubThinksOpen) this.#host.received(this.guest.id, this.#host.parse(message));
        });
      }),
      fromHub: new Link(this.#agenda, this.#quality, (message) => {
        this.guest.party.do(() => {
          if (connection.guestThinksOpen) this.guest.received(this.#host.parseAnswer(message));
        });
      }),
      hub,
      hubThinksOpen: true,
      guestThinksOpen: true,
    };
    this.#connection = connection;
    this.guest.connected((message) => {
      connection.toHub.send(message);
    });
    this.#host.joined(this.guest.id, (message) => {
      connection.fromHub.send(message);
    });
  }
}
