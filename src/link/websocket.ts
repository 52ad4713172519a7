import { holds } from '../errors/thrown.js';
import { NodeWebSocket } from './socket-client.js';
import { later, type Later } from '../real-time.js';

/** What `ws` takes that engine.io does not know of. */
interface OwnOptions {
  readonly generateMask: (mask: Uint8Array) => void;
  /** Must end the request that asks for the websocket. */
  readonly finishRequest: (request: Request) => void;
}

/** What is used of Node's request, and of its socket. */
interface Request {
  once(event: 'socket', listener: (socket: { once(event: 'connect', listener: () => void): unknown }) => void): unknown;
  end(): unknown;
}

/**
 * socket.io's websocket transport, with a mask of zeros. `ws` need not apply it. In Node, to copy and mask each frame in
 * JavaScript takes a quarter of the time of sending it. Masks protect the proxies of the web from hostile pages (RFC 6455, 10.3).
 * A program of one's own is no page, so it needs none. The RFC wants every client's masks unpredictable (5.3): this class departs
 * from it. In browsers the class is the browser's, which masks by itself.
 */
export class Websocket extends NodeWebSocket {
  constructor(options: ConstructorParameters<typeof NodeWebSocket>[0]) {
    super(options);
    // The option is the engine that this transport is made for. It sets its timer for heartbeats after this.
    useRealTimers(Reflect.get(options, 'socket'));
  }

  /** Whether something has taken the connection, whatever it says. Undefined: nobody can tell, as in browsers. */
  isTaken: boolean | undefined = undefined;

  /** Whether the websocket is open; engine.io says so only when the server has greeted. */
  get hasOpened(): boolean {
    return this.readyState === 'open';
  }

  /** engine.io believes the first packet, and throws where nobody catches it when that is no greeting of a server's. */
  override onPacket(packet: Parameters<NodeWebSocket['onPacket']>[0]): void {
    super.onPacket(packet.type !== 'open' || isGreeting(packet.data) ? packet : { type: 'error', data: 'parser error' });
  }

  override createSocket(
    uri: string,
    protocols: string | string[] | undefined,
    options: Record<string, unknown>,
  ): ReturnType<NodeWebSocket['createSocket']> {
    const own: OwnOptions = {
      generateMask: (mask) => mask.fill(0),
      finishRequest: (request) => {
        this.isTaken = false;
        request.once('socket', (socket) => socket.once('connect', () => (this.isTaken = true)));
        request.end();
      },
    };
    return super.createSocket(uri, protocols, { ...options, ...own });
  }
}

function isGreeting(text: unknown): boolean {
  return holds(() => {
    const { sid, upgrades, pingInterval, pingTimeout } = JSON.parse(text as string) as Readonly<Record<string, unknown>>;
    return typeof sid === 'string' && Array.isArray(upgrades) && [pingInterval, pingTimeout].every(Number.isFinite);
  });
}

/**
 * The timers by which socket.io's client finds a silent hub and comes back to it. They are real: a fake clock that is moved must
 * not close a connection.
 */
const realTimers = {
  setTimeoutFn: (callback: () => void, ms: number): Later => later(callback, ms),
  clearTimeoutFn: (timer: Later | undefined): void => timer?.cancel(),
};

/** @param part a part of socket.io's client that has timers of its own */
export function useRealTimers(part: unknown): void {
  if (typeof part === 'object' && part !== null && 'setTimeoutFn' in part) Object.assign(part, realTimers);
}
