import type { Socket } from 'socket.io';
import type { ErrorCode } from '../../src/errors/paladin-error.js';
import { frameBytes } from '../../src/limits.js';
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

/** Marks are sent back at once; a peer for which so many frames wait sets them without reading. */
const mostWaitingFrames = 1_000;

/** Peers make all parts but the last as large as a frame may be. */
const leastPartBytes = frameBytes / 4;

/** Of a message in parts so much has to come in the time that it is given, or the rest of it. */
const leastProgressBytes = 1024 * 1024;

/** What a peer is held to. */
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
  /** What has come of messages in parts that are not whole yet. */
  readonly unfinished: Holdings<Overflowing>;
  /** What was sent and could not be handed to the operating system, as its peer does not read. */
  readonly unread: Holdings<Overflowing>;
}

/** Who holds too much of something, as others hold less. */
export interface Overflowing {
  /** Is disconnected, and told why. */
  expel(reason: string, code: ErrorCode): void;
  /** Loses its connection. */
  cut(reason: string): void;
}

/** The hub's end of a socket.io connection. Whatever comes passes the door; who breaks the protocol is disconnected. */
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
        // Whatever is wrong with what a peer sent is for that peer alone to bear.
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

  /** Whether anything waits to be sent. */
  get isBusy(): boolean {
    return this.#outbox.waitingBytes > 0;
  }

  /** Begins to receive. */
  attach(peerEvents: PeerEvents<Received>): void {
    this.#events = peerEvents;
    const socket = this.#socket;
    const receive = (step: () => boolean, bytes?: number): void => {
      // Who was disconnected or replaced is not heard any more.
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
    // What came before it was let in.
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
      // What still waits of it is lost with the connection, as what is on its way: kept, it would count against no limit.
      this.#leave(reason, departure(reason));
      // Who leaves is not to keep a connection that nobody counts.
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
    // Who shows a new token is back in a moment.
    this.#leave(reason, code === 'UNAUTHORIZED' ? 'lost' : 'closed');
    const message = code === 'PROTOCOL' ? `it broke the protocol: ${this.#expelled.reason}` : this.#expelled.reason;
    this.#socket.emit('expelled', { code, message });
    closeSoon(this.#socket.conn);
  }

  /** The connection counts as broken: what was under way is kept for the peer, which may come back. */
  cut(reason: string): void {
    if (this.#expelled !== undefined) return;
    this.#expelled = { code: 'LIMIT_EXCEEDED', reason };
    this.#events?.expelled();
    this.#leave(reason, 'lost');
    // What it does not read it would not read now, either.
    websocketOf(this.#socket.conn)?.terminate();
  }

  #pendingBytes(): number {
    return pendingBytes(writeBufferOf(this.#socket.conn), websocketOf(this.#socket.conn));
  }

  #waitingFrames(): number {
    return writeBufferOf(this.#socket.conn).length;
  }

  replaced(): void {
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
      // What waits here may be the rest: it is the hub that is late.
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

  /** Nothing that came, or waits to be sent, counts any more. */
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
