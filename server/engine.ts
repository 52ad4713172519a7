/** What a hub needs of engine.io that socket.io does not pass on. */
import type { Server, Socket } from 'socket.io';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { afterThis } from '../src/next-turn.js';

/** A connection, below socket.io. */
export type Connection = Socket['conn'];

/** The websocket of a connection; there is no other transport. */
export function websocketOf(connection: Connection): WebSocket | undefined {
  return (connection.transport as unknown as { readonly socket?: WebSocket }).socket;
}

/** What waits to be given to the websocket. */
export function writeBufferOf(connection: Connection): readonly { readonly data?: unknown }[] {
  return (connection as unknown as { readonly writeBuffer: readonly { readonly data?: unknown }[] }).writeBuffer;
}

/** How long what was said last may take to reach a peer that is disconnected. */
const lastWordsMs = 100;

/** How long a connection may take to close in good order; both together are well within a second. */
const closeMs = 400;

/** Closes the connection of somebody who was told why, or cuts it off where that cannot be had. */
export function closeSoon(connection: Connection): void {
  const websocket = websocketOf(connection);
  setTimeout(() => {
    connection.close();
    setTimeout(() => websocket?.terminate(), closeMs).unref();
  }, lastWordsMs).unref();
}

/** The websocket close code for whoever does not keep to the rules. */
const policyViolation = 1008;

/** Closes the connection of somebody who has not said who it is: only the close frame can tell it why. */
export function closeSilent(connection: Connection, reason: string): void {
  websocketOf(connection)?.close(policyViolation, reason);
  closeSoon(connection);
}

/** Websockets whose pings are answered by `tendConnections`; of each, one frame is handled before the others have their turn. */
export class WebsocketEngine extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, autoPong: false, allowSynchronousEvents: false });
  }
}

/**
 * Of what a websocket has received in one go the first frame is handled at once, of whatever kind it is; each further one has a turn of the event loop
 * of its own, as all would without this, so that others have theirs in between.
 */
export function beginAtOnce(websocket: WebSocket): void {
  // `ws` lets nobody choose from one frame to the next; but it looks each time.
  const receiver: unknown = Reflect.get(websocket, '_receiver');
  if (!isReceiver(receiver)) return;
  const mayBegin = (): void => {
    receiver._allowSynchronousEvents = true;
  };
  const hasBegun = (): void => {
    receiver._allowSynchronousEvents = false;
    afterThis(mayBegin);
  };
  for (const kind of ['message', 'ping', 'pong']) websocket.on(kind, hasBegun);
  mayBegin();
}

/** The part of `ws` that takes frames apart. */
interface Receiver {
  /** Whether the next frame is handled in the turn in which it has come. */
  _allowSynchronousEvents: boolean;
}

function isReceiver(value: unknown): value is Receiver {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, '_allowSynchronousEvents') === 'boolean';
}

/** More that waits for a peer is not added to by answers to its pings, which it may send without end and without reading. */
const mostPendingForPong = 16 * 1024;

/** Answers websocket pings, as long as the answers are read, and cuts off connections that are closed and whose other side does not close. */
export function tendConnections(io: Server): void {
  io.engine.on('connection', (connection: Connection) => {
    const websocket = websocketOf(connection);
    if (websocket !== undefined) beginAtOnce(websocket);
    connection.on('close', () => {
      setTimeout(() => websocket?.terminate(), closeMs).unref();
    });
    websocket?.on('ping', (data) => {
      if (websocket.bufferedAmount <= mostPendingForPong) websocket.pong(data);
    });
  });
}
