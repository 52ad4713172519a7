import type { Socket } from 'socket.io';
import type { ErrorCode } from '../src/errors/paladin-error.js';
import { frameBytes } from '../src/limits.js';
import { Inbox } from '../src/link/inbox.js';
import { decodeMessages } from '../src/link/message-codec.js';
import { Outbox, type Urgency } from '../src/link/outbox.js';
import { pendingBytes } from '../src/link/pending-bytes.js';
import { LimitError } from '../src/protocol/shape.js';
import { shortened } from '../src/protocol/shortened.js';
import type { Departure } from './core/scheduler-events.js';
import { closeSoon, websocketOf, writeBufferOf } from './engine.js';
import type { Peer, PeerEvents } from './hub-driver.js';

/** What a peer may emit. */
const events: ReadonlySet<unknown> = new Set(['messages', 'part', 'mark', 'passed', 'broken']);

/** Marks are sent back at once; a peer for which so many frames wait sets them without reading. */
const mostWaitingFrames = 1_000;

/** What a peer is held to. */
export interface SocketLimits {
  /** Bytes of a message in parts. */
  readonly maxMessageBytes: number;
  /** Bytes that may wait to be read. */
  readonly maxUnreadBytes: number;
}

/** The hub's end of a socket.io connection. Whatever comes passes the door; who breaks the protocol is disconnected. */
export class HubSocket<Sent extends object, Received> implements Peer<Sent> {
  readonly #socket: Socket;
  readonly #parse: (message: unknown) => Received;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  #events: PeerEvents<Received> | undefined;
  #expelled: { readonly code: ErrorCode; readonly reason: string } | undefined;

  /** @param parse the door */
  constructor(socket: Socket, parse: (message: unknown) => Received, { maxMessageBytes, maxUnreadBytes }: SocketLimits) {
    this.#socket = socket;
    this.#parse = parse;
    this.#inbox = new Inbox(maxMessageBytes);
    this.#outbox = new Outbox(
      {
        emitMessages: (messages, memory) => socket.emit('messages', messages, memory),
        emitPart: (part) => socket.emit('part', part),
        emitMark: (mark) => socket.emit('mark', mark),
        pendingBytes: () => this.#pendingBytes(),
        congested: (congested) => this.#events?.congested(congested),
        overflowed: () => {
          this.expel(`more than ${maxUnreadBytes} bytes wait for it to read them (maxUnreadBytes)`, 'LIMIT_EXCEEDED');
        },
      },
      frameBytes,
      maxUnreadBytes,
    );
  }

  /** Why the peer was disconnected, if it was. */
  get expelled(): { readonly code: ErrorCode; readonly reason: string } | undefined {
    return this.#expelled;
  }

  /** Whether anything waits to be sent. */
  get isBusy(): boolean {
    return this.#outbox.waitingBytes > 0;
  }

  /** Begins to receive. */
  attach(peerEvents: PeerEvents<Received>): void {
    this.#events = peerEvents;
    const socket = this.#socket;
    socket.on('messages', (messages: unknown) => {
      this.#receive(() => decodeMessages(messages));
    });
    socket.on('part', (part: unknown) => {
      this.#receive(() => this.#inbox.add(part));
    });
    socket.on('mark', (mark: unknown) => {
      this.#receive(() => {
        if (typeof mark !== 'number') throw new TypeError('expected a mark');
        if (this.#waitingFrames() > mostWaitingFrames) {
          throw new LimitError(`more than ${mostWaitingFrames} marks that it does not read back`);
        }
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
    socket.on('broken', (reason: unknown) => {
      this.expel(String(reason));
    });
    socket.onAny((event: unknown) => {
      if (!events.has(event)) this.expel(`unexpected event '${String(event).slice(0, 50)}'`);
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
    if (this.#socket.connected && this.#expelled === undefined) this.#outbox.send(message, urgency);
  }

  /** Disconnects the peer, and tells it why, so that it does not come back to do it again. */
  expel(reason: string, code: ErrorCode = 'PROTOCOL'): void {
    if (this.#expelled !== undefined) return;
    this.#expelled = { code, reason: shortened(reason) };
    this.#events?.expelled();
    // Who shows a new token is back in a moment.
    this.#leave(reason, code === 'UNAUTHORIZED' ? 'lost' : 'closed');
    this.#outbox.clear();
    this.#inbox.clear();
    const message = code === 'PROTOCOL' ? `it broke the protocol: ${this.#expelled.reason}` : this.#expelled.reason;
    this.#socket.emit('expelled', { code, message });
    closeSoon(this.#socket.conn);
  }

  #pendingBytes(): number {
    return pendingBytes(writeBufferOf(this.#socket.conn), websocketOf(this.#socket.conn));
  }

  #waitingFrames(): number {
    return writeBufferOf(this.#socket.conn).length;
  }

  replaced(): void {
    this.#events = undefined;
    this.#outbox.clear();
    this.#inbox.clear();
    closeSoon(this.#socket.conn);
  }

  #receive(read: () => readonly unknown[]): void {
    if (this.#expelled !== undefined) return;
    try {
      for (const message of read().map(this.#parse)) this.#events?.received(message);
    } catch (error) {
      // Whatever is wrong with what a peer sent is for that peer alone to bear.
      const reason = error instanceof Error ? error.message : String(error);
      this.expel(reason, error instanceof LimitError ? 'LIMIT_EXCEEDED' : 'PROTOCOL');
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
