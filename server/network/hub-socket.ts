import type { Socket } from 'socket.io';
import type { ErrorCode } from '../../src/errors/paladin-error.js';
import { frameBytes } from '../../src/limits.js';
import { disconnectionText } from '../../src/link/disconnection.js';
import { Inbox } from '../../src/link/inbox.js';
import { MessageReader } from '../../src/wire/message-codec.js';
import { Outbox, type Urgency } from '../../src/link/outbox.js';
import { decoderOf, messagesFrame, partFrame, type MessagePart, type MessageSink } from '../../src/link/packet-parser.js';
import { pendingBytes } from '../../src/link/pending-bytes.js';
import { LimitError } from '../../src/wire/shape.js';
import { shortened } from '../../src/protocol/shortened.js';
import type { Departure } from '../core/scheduler-events.js';
import { closeSoon, websocketOf, writeBufferOf } from './engine.js';
import type { Peer, PeerEvents } from '../in-process/hub-driver.js';
import { Intake, type Turns } from './intake.js';
import type { Holdings } from './holdings.js';
import { later, type Later } from '../../src/real-time.js';
import { isA, messageOf } from '../../src/errors/thrown.js';

/** What a peer may emit. */
const events: ReadonlySet<unknown> = new Set(['messages', 'part', 'mark', 'passed', 'broken']);

/** Marks are sent back at once. A peer for which so many frames wait sets marks without reading. */
const mostWaitingFrames = 1_000;

/** Peers of this package make all parts but the last as large as a frame may be. Parts may be a quarter of that. */
const leastPartBytes = frameBytes / 4;

/** So many bytes of a message in parts, or the rest of it, have to come within `partsWithinMs`. */
const leastProgressBytes = 1024 * 1024;

/** The limits that a peer is held to. */
export interface SocketLimits {
  /** Bytes of a message in parts. */
  readonly maxMessageBytes: number;
  /** How long each further MiB of a message in parts may take, in milliseconds. */
  readonly partsWithinMs: number;
  /** Bytes that may wait to be read. */
  readonly maxUnreadBytes: number;
  /** Bytes of JSON of a message. */
  readonly maxJsonBytes: number;
}

/** What all peers share. */
export interface Shared {
  readonly turns: Turns;
  /** The parts that have come of messages that are not whole yet. */
  readonly unfinished: Holdings<Overflowing>;
  /** What was sent and could not be handed to the operating system, because the peer does not read. */
  readonly unread: Holdings<Overflowing>;
}

/** A peer that may hold more of something than others. */
export interface Overflowing {
  /** Disconnects it, and tells it why. */
  expel(reason: string, code: ErrorCode): void;
  /** Cuts its connection. */
  cut(reason: string): void;
}

/** The hub's end of a socket.io connection. Whatever comes passes the parser. A peer that breaks the protocol is disconnected. */
export class HubSocket<Sent extends object, Received> implements Peer<Sent>, Overflowing {
  readonly #socket: Socket;
  readonly #parse: (message: unknown) => Received;
  readonly #limits: SocketLimits;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #intake: Intake;
  readonly #shared: Shared;
  /** Set while a message has come in part. */
  #partsDue: Later | undefined;
  #events: PeerEvents<Received> | undefined;
  #isReplaced = false;
  #expelled: { readonly code: ErrorCode; readonly reason: string } | undefined;

  /**
   * @param network where the peer is connected from
   * @param parse the door
   */
  constructor(socket: Socket, network: string, parse: (message: unknown) => Received, limits: SocketLimits, shared: Shared) {
    const { maxMessageBytes, maxUnreadBytes, maxJsonBytes } = limits;
    this.#socket = socket;
    this.#parse = parse;
    this.#limits = limits;
    this.#inbox = new Inbox(maxMessageBytes, maxJsonBytes, leastPartBytes);
    this.#shared = shared;
    this.#intake = new Intake(shared.turns, network, {
      paused: (paused) => {
        const websocket = websocketOf(socket.conn);
        if (paused) websocket?.pause();
        else websocket?.resume();
      },
      failed: (error) => {
        // A mistake in what a peer sent is that peer's matter alone.
        const reason = messageOf(error);
        this.expel(reason, isA(error, LimitError) ? 'LIMIT_EXCEEDED' : 'PROTOCOL');
      },
    });
    this.#outbox = new Outbox(
      {
        emitMessages: (messages, memory) => socket.conn.write(messagesFrame(socket.nsp.name, messages, memory)),
        emitPart: (part) => socket.conn.write(partFrame(socket.nsp.name, part)),
        emitMark: (mark) => socket.emit('mark', mark),
        pendingBytes: () => this.#pendingBytes(),
        congested: (congested) => this.#events?.congested(congested),
        overflowed: () => {
          this.expel(`more than ${maxUnreadBytes} bytes wait for it to read them (maxUnreadBytes)`, 'LIMIT_EXCEEDED');
        },
        unread: (bytes) => {
          shared.unread.set(this, bytes);
        },
        share: () => shared.unread.share,
      },
      frameBytes,
      maxUnreadBytes,
    );
  }

  /** Why the peer was disconnected, if it was. */
  get expelled(): { readonly code: ErrorCode; readonly reason: string } | undefined {
    return this.#expelled;
  }

  /** Whether the peer has come back over another connection. */
  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  /** Whether anything waits to be sent. */
  get isBusy(): boolean {
    return this.#outbox.waitingBytes > 0;
  }

  /** Begins to receive. */
  attach(peerEvents: PeerEvents<Received>): void {
    this.#events = peerEvents;
    const socket = this.#socket;
    const receive = (step: () => boolean, bytes?: number): void => {
      // A peer that was disconnected or replaced is not heard any more.
      if (this.#events !== undefined) this.#intake.add(step, bytes);
    };
    const sink: MessageSink = {
      messages: (messages) => {
        receive(this.#each(new MessageReader(messages, this.#limits.maxJsonBytes)), messages.byteLength);
      },
      part: (part) => {
        receive(() => this.#part(part), part.bytes.byteLength);
      },
    };
    decoderOf(socket.client).deliverTo(sink);
    // Messages that came before it was let in.
    socket.on('messages', sink.messages);
    socket.on('part', sink.part);
    socket.on('mark', (mark: unknown) => {
      receive(() => this.#mark(mark));
    });
    socket.on('passed', (mark: unknown) => {
      receive(() => this.#passed(mark));
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
      // What still waits here is lost with the connection, like what is on its way. If it were kept, it would count against no
      // limit.
      this.#leave(disconnectionText(reason), departure(reason));
      // A peer that leaves must not keep a connection that nobody counts.
      closeSoon(socket.conn);
    });
  }

  send(message: Sent, urgency?: Urgency): void {
    if (this.#socket.connected && this.#expelled === undefined) this.#outbox.send(message, urgency);
  }

  hurry(): void {
    this.#outbox.hurry();
  }

  /** Disconnects the peer, and tells it why, so that it does not come back to do it again. */
  expel(reason: string, code: ErrorCode = 'PROTOCOL'): void {
    if (this.#expelled !== undefined) return;
    this.#expelled = { code, reason: shortened(reason) };
    this.#events?.expelled();
    // A peer with a new token is back in a moment.
    this.#leave(reason, code === 'UNAUTHORIZED' ? 'lost' : 'closed');
    const message = code === 'PROTOCOL' ? `it broke the protocol: ${this.#expelled.reason}` : this.#expelled.reason;
    this.#socket.emit('expelled', { code, message });
    closeSoon(this.#socket.conn);
  }

  /** Cuts the connection, which counts as broken. What was under way is kept for the peer: it may come back. */
  cut(reason: string): void {
    if (this.#expelled !== undefined) return;
    this.#expelled = { code: 'LIMIT_EXCEEDED', reason };
    this.#events?.expelled();
    this.#leave(reason, 'lost');
    // It would not read a goodbye, either.
    websocketOf(this.#socket.conn)?.terminate();
  }

  #pendingBytes(): number {
    return pendingBytes(writeBufferOf(this.#socket.conn), websocketOf(this.#socket.conn));
  }

  #waitingFrames(): number {
    return writeBufferOf(this.#socket.conn).length;
  }

  replaced(): void {
    this.#isReplaced = true;
    this.#drop();
    closeSoon(this.#socket.conn);
  }

  /** Handles the messages one by one. */
  #each(messages: MessageReader): () => boolean {
    return () => {
      if (!messages.atEnd) this.#events?.received(this.#parse(messages.next()));
      return !messages.atEnd;
    };
  }

  #part(part: MessagePart): false {
    const whole = this.#inbox.add(part);
    this.#shared.unfinished.set(this, this.#inbox.waitingBytes);
    for (const message of whole) this.#events?.received(this.#parse(message));
    if (this.#inbox.waitingBytes === 0) this.#partsCame();
    else this.#partsDue ??= this.#awaitParts();
    return false;
  }

  #mark(mark: unknown): false {
    if (typeof mark !== 'number') throw new TypeError('expected a mark');
    if (this.#waitingFrames() > mostWaitingFrames) {
      throw new LimitError(`more than ${mostWaitingFrames} marks that it does not read back`);
    }
    this.#socket.emit('passed', mark);
    return false;
  }

  #passed(mark: unknown): false {
    this.#outbox.passed(mark);
    return false;
  }

  #awaitParts(): Later {
    const { partsWithinMs } = this.#limits;
    const before = this.#inbox.waitingBytes;
    return later(() => {
      // If something waits here, it may be the rest of the message: then the hub is late, not the peer.
      if (this.#intake.isEmpty && this.#inbox.waitingBytes < before + leastProgressBytes) {
        const reason = `the rest of a message, or ${leastProgressBytes} bytes of it, took longer than ${partsWithinMs} ms (partsWithinMs)`;
        this.expel(reason, 'LIMIT_EXCEEDED');
      } else this.#partsDue = this.#awaitParts();
    }, partsWithinMs);
  }

  #partsCame(): void {
    this.#partsDue?.cancel();
    this.#partsDue = undefined;
  }

  #leave(reason: string, how: Departure): void {
    this.#events?.left(reason, how);
    this.#drop();
  }

  /** Drops what came and what waits to be sent: it counts no more. */
  #drop(): void {
    this.#events = undefined;
    this.#outbox.clear();
    this.#inbox.clear();
    this.#shared.unfinished.set(this, 0);
    this.#intake.close();
    this.#partsCame();
  }
}

/** What socket.io's reason for a disconnection means. */
function departure(reason: string): Departure {
  if (reason === 'client namespace disconnect') return 'closed';
  return reason === 'ping timeout' ? 'silent' : 'lost';
}
