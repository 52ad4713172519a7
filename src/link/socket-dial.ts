import { io, type Socket } from 'socket.io-client';
import { PaladinError, type ErrorCode } from '../errors/paladin-error.js';
import { frameBytes, reconnectDelayMaxMs, reconnectDelayMs } from '../limits.js';
import { protocolVersion } from '../protocol/messages.js';
import { expectList, Inbox } from './inbox.js';
import type { Dial } from './link.js';
import type { FrameMemory } from './frame-memory.js';
import type { Outgoing } from './message-codec.js';
import { Outbox } from './outbox.js';
import { packetParser, type MessagePart } from './packet-parser.js';
import { pendingBytes } from './pending-bytes.js';
import { Websocket } from './websocket.js';

/** What a peer shows a hub. */
export interface Handshake {
  /** The peer's id: stable for as long as the peer lives, also over reconnections. */
  readonly id: string;
  /** A name for people. */
  readonly name: string;
  readonly token: string | undefined;
}

interface PeerEvents {
  messages: (messages: readonly Outgoing[], memory: FrameMemory) => void;
  part: (part: MessagePart) => void;
  mark: (mark: number) => void;
  passed: (mark: unknown) => void;
}

interface HubEvents {
  messages: (messages: unknown) => void;
  part: (part: unknown) => void;
  mark: (mark: unknown) => void;
  passed: (mark: unknown) => void;
  expelled: (reason: unknown) => void;
}

/**
 * Makes links to a hub over socket.io. A lost connection is made again, with jittered and growing delays.
 *
 * @param parse the door for what the hub sends
 */
export function socketDial<Sent extends object, Received>(
  hub: URL,
  role: 'leader' | 'worker' | 'observer',
  handshake: Handshake,
  parse: (message: unknown) => Received,
): Dial<Sent, Received> {
  return (events) => {
    const socket: Socket<HubEvents, PeerEvents> = io(new URL(`/${role}`, hub).href, {
      transports: [Websocket],
      parser: packetParser,
      forceNew: true,
      reconnectionDelay: reconnectDelayMs,
      reconnectionDelayMax: reconnectDelayMaxMs,
      randomizationFactor: 0.5,
      auth: { ...handshake, protocol: protocolVersion },
    });
    const outbox = new Outbox(
      {
        emitMessages: (messages, memory) => socket.emit('messages', messages, memory),
        emitPart: (part) => socket.emit('part', part),
        emitMark: (mark) => socket.emit('mark', mark),
        pendingBytes: () => {
          const { engine } = socket.io;
          // The transport is the one that was asked for above.
          const { ws } = engine.transport as unknown as { readonly ws?: { readonly bufferedAmount: number } };
          return pendingBytes(engine.writeBuffer, ws);
        },
      },
      frameBytes,
    );
    const inbox = new Inbox(Number.MAX_SAFE_INTEGER);
    let closed = false;
    let again: ReturnType<typeof setTimeout> | undefined;

    /** socket.io comes back by itself, but not when the hub has closed the connection in good order. */
    const reconnect = (): void => {
      if (!closed && !socket.active) again = setTimeout(() => socket.connect(), reconnectDelayMaxMs * Math.random());
    };
    const lost = (reason: string): void => {
      outbox.clear();
      inbox.clear();
      // socket.io keeps what is sent to a hub that it has just found silent, for the next connection: there it would come out of turn.
      socket.sendBuffer = [];
      if (!closed) events.lost(reason);
    };
    const refuse = (error: PaladinError): void => {
      closed = true;
      socket.disconnect();
      events.refused(error);
    };
    const receive = (read: () => readonly unknown[]): void => {
      let messages: readonly Received[];
      try {
        messages = read().map(parse);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        refuse(new PaladinError('PROTOCOL', `hub ${hub.origin} sent what the protocol does not allow: ${reason}`));
        return;
      }
      for (const message of messages) if (!closed) events.received(message);
    };

    socket.io.on('open', () => {
      // It would take a wall clock that was set forward for a hub that is silent. Its timer, on a clock that only goes forward, is enough.
      Reflect.set(socket.io.engine, '_hasPingExpired', () => false);
    });
    socket.on('connect', () => {
      if (!closed) events.opened();
    });
    socket.on('messages', (messages) => {
      receive(() => expectList(messages));
    });
    socket.on('part', (part) => {
      receive(() => inbox.add(part));
    });
    socket.on('mark', (mark) => socket.emit('passed', mark));
    socket.on('passed', (mark) => {
      receive(() => {
        outbox.passed(mark);
        return [];
      });
    });
    socket.on('expelled', (reason) => {
      const message = `hub ${hub.origin} disconnected the ${role}, which broke the protocol: ${String(reason)}`;
      refuse(new PaladinError('PROTOCOL', message));
    });
    socket.on('disconnect', (reason) => {
      lost(reason);
      reconnect();
    });
    socket.on('connect_error', (error) => {
      const refusal = refusalOf(error);
      if (refusal === undefined) {
        lost(unreachable(error));
        reconnect();
      } else refuse(new PaladinError(refusal.code, `hub ${hub.origin} refused the ${role}: ${refusal.message}`));
    });

    return {
      send: (message, urgency) => {
        if (socket.connected) outbox.send(message, urgency);
      },
      close: async () => {
        if (socket.connected && !closed) await outbox.flushed();
        closed = true;
        clearTimeout(again);
        socket.disconnect();
      },
    };
  };
}

/** A refusal by the hub's handshake, which is final; undefined for errors that may pass. */
function refusalOf(error: Error): { readonly code: ErrorCode; readonly message: string } | undefined {
  const data: unknown = Reflect.get(error, 'data');
  if (typeof data !== 'object' || data === null) return undefined;
  const code: unknown = Reflect.get(data, 'code');
  const known: readonly ErrorCode[] = ['UNAUTHORIZED', 'VERSION', 'LIMIT_EXCEEDED', 'PROTOCOL'];
  const match = known.find((candidate) => candidate === code);
  return match === undefined ? undefined : { code: match, message: error.message };
}

/** The root of a connection error, such as `connect ECONNREFUSED 127.0.0.1:7400`. */
function unreachable(error: Error): string {
  const description: unknown = Reflect.get(error, 'description');
  const inner: unknown = typeof description === 'object' && description !== null ? Reflect.get(description, 'error') : undefined;
  const message: unknown = typeof inner === 'object' && inner !== null ? Reflect.get(inner, 'message') : undefined;
  return typeof message === 'string' && message !== '' ? message : error.message;
}
