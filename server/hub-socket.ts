import type { Socket } from 'socket.io';
import { frameBytes } from '../src/limits.js';
import { expectList, Inbox } from '../src/link/inbox.js';
import { Outbox, type Urgency } from '../src/link/outbox.js';
import { pendingBytes } from '../src/link/pending-bytes.js';
import { shortened } from '../src/protocol/shortened.js';
import type { Departure } from './core/scheduler-events.js';
import type { Peer, PeerEvents } from './hub-driver.js';

/** What a peer may emit. */
const events: ReadonlySet<unknown> = new Set(['messages', 'part', 'mark', 'passed']);

/** The hub's end of a socket.io connection. Whatever comes passes the door; who breaks the protocol is disconnected. */
export class HubSocket<Sent extends object, Received> implements Peer<Sent> {
  readonly #socket: Socket;
  readonly #parse: (message: unknown) => Received;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  #events: PeerEvents<Received> | undefined;
  #expelled: string | undefined;

  /**
   * @param parse the door
   * @param maxMessageBytes the most that a message in parts may have
   */
  constructor(socket: Socket, parse: (message: unknown) => Received, maxMessageBytes: number) {
    this.#socket = socket;
    this.#parse = parse;
    this.#inbox = new Inbox(maxMessageBytes);
    this.#outbox = new Outbox(
      {
        emitMessages: (messages, memory) => socket.emit('messages', messages, memory),
        emitPart: (part) => socket.emit('part', part),
        emitMark: (mark) => socket.emit('mark', mark),
        pendingBytes: () => {
          const { writeBuffer } = socket.conn as unknown as { readonly writeBuffer: readonly { readonly data?: unknown }[] };
          const { socket: websocket } = socket.conn.transport as unknown as {
            readonly socket?: { readonly bufferedAmount: number };
          };
          return pendingBytes(writeBuffer, websocket);
        },
      },
      frameBytes,
    );
  }

  /** Why the peer was disconnected, if it broke the protocol. */
  get expelled(): string | undefined {
    return this.#expelled;
  }

  /** Begins to receive. */
  attach(peerEvents: PeerEvents<Received>): void {
    this.#events = peerEvents;
    const socket = this.#socket;
    socket.on('messages', (messages: unknown) => {
      this.#receive(() => expectList(messages));
    });
    socket.on('part', (part: unknown) => {
      this.#receive(() => this.#inbox.add(part));
    });
    socket.on('mark', (mark: unknown) => {
      this.#receive(() => {
        if (typeof mark !== 'number') throw new TypeError('expected a mark');
        socket.emit('passed', mark);
        return [];
      });
    });
    socket.on('passed', (mark: unknown) => {
      this.#receive(() => {
        this.#outbox.passed(mark);
        return [];
      });
    });
    socket.onAny((event: unknown) => {
      if (!events.has(event)) this.expel(`unknown event '${String(event).slice(0, 50)}'`);
    });
    socket.on('error', (error) => {
      this.expel(error.message);
    });
    socket.on('disconnect', (reason) => {
      this.#outbox.clear();
      this.#inbox.clear();
      this.#leave(reason, departure(reason));
    });
  }

  send(message: Sent, urgency?: Urgency): void {
    if (this.#socket.connected) this.#outbox.send(message, urgency);
  }

  expel(reason: string): void {
    if (this.#expelled !== undefined) return;
    this.#expelled = shortened(reason);
    this.#events?.expelled();
    this.#leave(reason, 'closed');
    // So that it does not come back, and again break the protocol.
    this.#socket.emit('expelled', this.#expelled);
    this.#socket.disconnect(true);
  }

  #receive(read: () => readonly unknown[]): void {
    if (this.#expelled !== undefined) return;
    try {
      for (const message of read().map(this.#parse)) this.#events?.received(message);
    } catch (error) {
      // Whatever is wrong with what a peer sent is for that peer alone to bear.
      this.expel(error instanceof Error ? error.message : String(error));
    }
  }

  #leave(reason: string, how: Departure): void {
    this.#events?.left(reason, how);
    this.#events = undefined;
  }
}

/** What socket.io's reason for a disconnection means. */
function departure(reason: string): Departure {
  if (reason === 'client namespace disconnect') return 'closed';
  return reason === 'ping timeout' ? 'silent' : 'lost';
}
