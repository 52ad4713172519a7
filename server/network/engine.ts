/** What a hub needs of engine.io that socket.io does not pass on. */
import type { Server, Socket } from 'socket.io';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { afterThis } from '../../src/next-turn.js';
import { isImmediateFake, later, type Later } from '../../src/real-time.js';

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

/** How long the last message may take to reach a peer that is disconnected. */
const lastWordsMs = 100;

/** How long a connection may take to close in good order. Both times together are well below a second. */
const closeMs = 400;

/** Closes the connection of a peer that was told why. A connection that does not close is cut off. */
export function closeSoon(connection: Connection): void {
  const websocket = websocketOf(connection);
  later(() => {
    connection.close();
    later(() => websocket?.terminate(), closeMs).unref();
  }, lastWordsMs).unref();
}

/** The websocket close code for peers that break the rules. */
const policyViolation = 1008;

/** Closes a connection over which nobody has said who it is. Only the close frame can tell why. */
export function closeSilent(connection: Connection, reason: string): void {
  websocketOf(connection)?.close(policyViolation, reason);
  closeSoon(connection);
}

/**
 * Makes websockets that do not answer pings themselves: `tendConnections` does. One frame of each is handled before the others
 * have their turn.
 */
export class WebsocketEngine extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, autoPong: false, allowSynchronousEvents: false });
  }
}

/**
 * A websocket may receive several frames in one go. The first one is handled at once, of whatever kind it is. Each further one
 * has a turn of the event loop of its own, so that others have their turn in between. Without this function all frames would have
 * turns of their own.
 */
export function beginAtOnce(websocket: WebSocket): void {
  // `ws` has no option that differs from frame to frame. But it looks at this field each time.
  const receiver: unknown = Reflect.get(websocket, '_receiver');
  if (!isReceiver(receiver)) return;
  const mayBegin = (): void => {
    receiver._allowSynchronousEvents = true;
  };
  const hasBegun = (): void => {
    // It waits for a turn by `setImmediate`: where that is a fake, it does not wait.
    if (isImmediateFake()) return;
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

/**
 * A connection, with the parts by which engine.io keeps it alive. It pings, waits for the pong, and pings again when that has
 * come.
 */
interface Heartbeat {
  readonly pingIntervalTimer: NodeJS.Timeout;
  readonly server: { readonly opts: { readonly pingInterval: number; readonly pingTimeout: number } };
  sendPacket(type: 'ping'): void;
  onClose(reason: 'ping timeout'): void;
}

/**
 * Pings by real timers. Under fake timers of a test, a hub in its process would fall silent, or would think that its peers are.
 */
function beatInRealTime(connection: Connection): void {
  // The types of engine.io leave these out.
  const heartbeat = connection as unknown as Heartbeat;
  const { pingInterval, pingTimeout } = heartbeat.server.opts;
  let timer: Later | undefined;
  const wait = (): void => {
    timer?.cancel();
    timer = later(() => {
      timer = later(() => heartbeat.onClose('ping timeout'), pingTimeout);
      heartbeat.sendPacket('ping');
    }, pingInterval);
  };
  clearTimeout(heartbeat.pingIntervalTimer);
  Object.assign(heartbeat, { pingIntervalTimer: { refresh: wait } });
  wait();
  connection.on('close', () => timer?.cancel());
}

/** When more bytes than this wait for a peer, its pings are not answered. It may send them without end, and without reading. */
const mostPendingForPong = 16 * 1024;

/** Answers websocket pings as long as the answers are read. Cuts off closed connections whose other side does not close. */
export function tendConnections(io: Server): void {
  io.engine.on('connection', (connection: Connection) => {
    const websocket = websocketOf(connection);
    if (websocket !== undefined) beginAtOnce(websocket);
    beatInRealTime(connection);
    connection.on('close', () => {
      later(() => websocket?.terminate(), closeMs).unref();
    });
    websocket?.on('ping', (data) => {
      if (websocket.bufferedAmount <= mostPendingForPong) websocket.pong(data);
    });
  });
}
