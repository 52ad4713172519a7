import type { Socket } from 'socket.io';
import { frameBytes } from '../src/limits.js';
import { Inbox } from '../src/link/inbox.js';
import { Outbox } from '../src/link/outbox.js';
import { shortened } from '../src/protocol/shortened.js';
import type { Peer, PeerEvents } from './hub-driver.js';

/** The hub's end of a socket.io connection. Whatever comes passes the door; who breaks the protocol is disconnected. */
export class HubSocket<Sent, Received> implements Peer<Sent> {
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
        emit: (event, content) => socket.emit(event, content),
        onceDrained: (callback) => {
          onceTransportDrained(socket, callback);
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
  attach(events: PeerEvents<Received>): void {
    this.#events = events;
    const socket = this.#socket;
    socket.on('message', (message: unknown) => {
      this.#receive(() => ({ message }));
    });
    socket.on('part', (part: unknown) => {
      this.#receive(() => this.#inbox.add(part));
    });
    socket.onAny((event: unknown) => {
      if (event !== 'message' && event !== 'part') this.expel(`unknown event '${String(event).slice(0, 50)}'`);
    });
    socket.on('error', (error) => {
      this.expel(error.message);
    });
    socket.on('disconnect', (reason) => {
      this.#outbox.clear();
      this.#inbox.clear();
      // So socket.io says that the other side closed the connection in good order.
      this.#leave(reason, reason === 'client namespace disconnect');
    });
  }

  send(message: Sent): void {
    if (this.#socket.connected) this.#outbox.send(message);
  }

  expel(reason: string): void {
    if (this.#expelled !== undefined) return;
    this.#expelled = shortened(reason);
    this.#events?.expelled();
    this.#leave(reason, true);
    // So that it does not come back, and again break the protocol.
    this.#socket.emit('expelled', this.#expelled);
    this.#socket.disconnect(true);
  }

  #receive(read: () => { readonly message: unknown } | undefined): void {
    if (this.#expelled !== undefined) return;
    try {
      const whole = read();
      if (whole === undefined) return;
      this.#events?.received(this.#parse(whole.message));
    } catch (error) {
      // Whatever is wrong with what a peer sent is for that peer alone to bear.
      this.expel(error instanceof Error ? error.message : String(error));
    }
  }

  #leave(reason: string, alive: boolean): void {
    this.#events?.left(reason, alive);
    this.#events = undefined;
  }
}

/** Calls back when the engine has handed everything to the operating system. */
function onceTransportDrained(socket: Socket, callback: () => void): void {
  const { conn } = socket;
  const check = (): void => {
    // 'drain' of the connection says only that its transport has taken what was buffered; that of the transport, that it is out.
    const { writeBuffer } = conn as unknown as { readonly writeBuffer: readonly unknown[] };
    if (writeBuffer.length === 0) callback();
    else conn.transport.once('drain', check);
  };
  conn.transport.once('drain', check);
}
