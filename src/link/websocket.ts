// Not from socket.io-client, which does not offer it to those who load this package as CommonJS.
import { NodeWebSocket } from 'engine.io-client';
import { later, type Later } from '../real-time.js';

/** What `ws` takes that engine.io does not know of. */
interface MaskOptions {
  readonly generateMask: (mask: Uint8Array) => void;
}

/**
 * socket.io's websocket transport, with a mask of zeros, which `ws` need not apply: in Node, to copy and mask each frame in
 * JavaScript is a quarter of what sending it costs. Masks protect the proxies of the web from pages that have themselves sent
 * what is not theirs (RFC 6455, 10.3); a program of one's own is no such page. It departs from the RFC, which wants every
 * client's masks unpredictable (5.3). In browsers the class is the browser's, which masks by itself.
 */
export class Websocket extends NodeWebSocket {
  constructor(options: ConstructorParameters<typeof NodeWebSocket>[0]) {
    super(options);
    // The engine that it is made for, whose timer for heartbeats is set after this.
    useRealTimers(Reflect.get(options, 'socket'));
  }

  override createSocket(
    uri: string,
    protocols: string | string[] | undefined,
    options: Record<string, unknown>,
  ): ReturnType<NodeWebSocket['createSocket']> {
    const unmasked: MaskOptions = { generateMask: (mask) => mask.fill(0) };
    return super.createSocket(uri, protocols, { ...options, ...unmasked });
  }
}

/**
 * The timers by which socket.io's client finds a silent hub and comes back to it: a fake clock that is moved must not close a
 * connection.
 */
const realTimers = {
  setTimeoutFn: (callback: () => void, ms: number): Later => later(callback, ms),
  clearTimeoutFn: (timer: Later | undefined): void => timer?.cancel(),
};

/** @param part of socket.io's client, that has timers of its own */
export function useRealTimers(part: unknown): void {
  if (typeof part === 'object' && part !== null && 'setTimeoutFn' in part) Object.assign(part, realTimers);
}
