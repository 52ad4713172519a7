import { io, type Socket } from 'socket.io-client';
import { callerContext } from '../caller-context.js';
import { PaladinError, type ErrorCode } from '../errors/paladin-error.js';
import { frameBytes, reconnectDelayMaxMs, reconnectDelayMs, tokenGraceMs } from '../limits.js';
import { protocolVersion } from '../protocol/messages.js';
import { checkTokenText, type Token } from './check-token.js';
import { addressOf, pathOf } from './hub-url.js';
import { Inbox } from './inbox.js';
import type { Dial } from './link.js';
import { decodeMessages } from '../wire/message-codec.js';
import { Outbox } from './outbox.js';
import { decoderOf, messagesFrame, packetParser, partFrame, type MessagePart, type MessageSink } from './packet-parser.js';
import { pendingBytes } from './pending-bytes.js';
import { speaksTls } from './speaks-tls.js';
import { isHangUp, whyUnreachable } from './unreachable.js';
import { useRealTimers, Websocket } from './websocket.js';
import { later, type Later } from '../real-time.js';
import { asText, messageOf } from '../errors/thrown.js';

/** What a peer shows a hub. */
export interface Handshake {
  /** What only this peer knows, for as long as it lives: the hub makes its id of it, so that nobody else can come under that id. */
  readonly key: string;
  /** A name for people. */
  readonly name: string;
  readonly token: Token | undefined;
}

interface PeerEvents {
  mark: (mark: number) => void;
  passed: (mark: unknown) => void;
}

interface HubEvents {
  messages: (messages: Uint8Array) => void;
  part: (part: MessagePart) => void;
  mark: (mark: unknown) => void;
  passed: (mark: unknown) => void;
  expelled: (why: unknown) => void;
  broken: (reason: string) => void;
}

/**
 * Makes links to a hub over socket.io. A lost connection is made again, with jittered and growing delays. Tokens are exchanged at the hub and
 * at its peers one after the other: a peer that the hub had taken, and that may show another token next time, is not refused at once.
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
    const nsp = `/${role}`;
    const context = callerContext();
    const socket: Socket<HubEvents, PeerEvents> = io(new URL(nsp, hub.origin).href, {
      path: `${pathOf(hub)}/socket.io`,
      transports: [Websocket],
      parser: packetParser,
      forceNew: true,
      autoConnect: false,
      reconnectionDelay: reconnectDelayMs,
      reconnectionDelayMax: reconnectDelayMaxMs,
      randomizationFactor: 0.5,
      auth: (show) => {
        void context
          .run(() => tokenOf(handshake))
          .then(
            (token) => {
              show({ protocol: protocolVersion, key: handshake.key, name: handshake.name, token });
            },
            (error: unknown) => {
              if (closed) return;
              const message = `there is no token for hub ${addressOf(hub)}: ${messageOf(error)}`;
              socket.disconnect();
              unwanted(new PaladinError('UNAUTHORIZED', message, { cause: error }));
            },
          );
      },
    });
    useRealTimers(socket.io);
    const outbox = new Outbox(
      {
        emitMessages: (messages, memory) => socket.io.engine.write(messagesFrame(nsp, messages, memory)),
        emitPart: (part) => socket.io.engine.write(partFrame(nsp, part)),
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
    let taken = false;
    /** Whether a connection is open over which the hub has not answered yet. */
    let isOpen = false;
    /** How often such a connection was closed. */
    let drops = 0;
    /** What to do about being hung up on; undefined: it has not been looked for. */
    let tlsHint: string | undefined;
    /** When the hub refused its token first, or who gives it did, since the peer was taken last. */
    let refusedSince: number | undefined;
    let again: Later | undefined;

    /** socket.io comes back by itself, but not when the hub has closed the connection in good order, or refused it. */
    const reconnect = (): void => {
      if (!closed && !socket.active) again = later(() => socket.connect(), reconnectDelayMaxMs * Math.random());
    };
    const tell = (reason: string): void => {
      if (!closed) events.lost(reason);
    };
    const lost = (reason: string): void => {
      decoder.deliverTo(undefined);
      outbox.clear();
      inbox.clear();
      // socket.io keeps what is sent to a hub that it has just found silent, for the next connection: there it would come out of turn.
      socket.sendBuffer = [];
      tell(reason);
    };
    const refuse = (error: PaladinError): void => {
      closed = true;
      socket.disconnect();
      events.refused(error);
    };
    /** Whether it may still have another token to show. */
    const hasOtherToken = (): boolean => {
      // A deadline, which fake timers may move.
      refusedSince ??= performance.now();
      return typeof handshake.token === 'function' && performance.now() - refusedSince < tokenGraceMs;
    };
    /** It cannot be let in now: whether that may pass decides whether it tries again. */
    const unwanted = (error: PaladinError): void => {
      // A hub that is full may have room again: it has not looked at the token.
      const mayPass = error.code === 'LIMIT_EXCEEDED' || (error.code === 'UNAUTHORIZED' && hasOtherToken());
      if (taken && mayPass) {
        lost(error.message);
        reconnect();
      } else refuse(error);
    };
    const receive = (read: () => readonly unknown[]): void => {
      const messages: Received[] = [];
      try {
        for (const message of read()) messages.push(parse(message));
      } catch (error) {
        refuse(new PaladinError('PROTOCOL', `hub ${addressOf(hub)} sent what the protocol does not allow: ${messageOf(error)}`));
        return;
      }
      for (const message of messages) if (!closed) events.received(message);
    };

    /** What hangs up on who does not speak TLS may speak it. */
    const lookForTls = async (reason: string): Promise<void> => {
      if (hub.protocol !== 'http:' || taken || tlsHint !== undefined) return;
      tlsHint = '';
      if (!(await speaksTls(hub))) return;
      tlsHint = `; what answers speaks TLS: the hub's url begins with https://`;
      tell(reason + tlsHint);
    };
    /** It was reached, and has closed the connection before it said whether the peer is let in. */
    const droppedAtDoor = (): void => {
      drops += 1;
      if (taken || drops < mostDrops) return;
      const what = `it closed the connection ${drops} times when the ${role} had said who it is, without a reason`;
      refuse(
        new PaladinError(
          'PROTOCOL',
          `what answers at ${addressOf(hub)} does not let the ${role} in: ${what}; is it a hub of this version?`,
        ),
      );
    };

    socket.io.on('open', () => {
      isOpen = true;
      // It would take a wall clock that was set forward for a hub that is silent. Its timer, on a clock that only goes forward, is enough.
      Reflect.set(socket.io.engine, '_hasPingExpired', () => false);
    });
    const sink: MessageSink = {
      messages: (messages) => {
        receive(() => decodeMessages(messages));
      },
      part: (part) => {
        receive(() => inbox.add(part));
      },
    };
    const decoder = decoderOf(socket.io);
    socket.on('connect', () => {
      taken = true;
      isOpen = false;
      refusedSince = undefined;
      if (!closed) events.opened();
      decoder.deliverTo(sink);
    });
    // What comes together with the connection.
    socket.on('messages', sink.messages);
    socket.on('part', sink.part);
    socket.on('mark', (mark) => socket.emit('passed', mark));
    socket.on('passed', (mark) => {
      receive(() => {
        outbox.passed(mark);
        return [];
      });
    });
    socket.on('broken', (reason) => {
      receive(() => {
        throw new Error(reason);
      });
    });
    socket.on('expelled', (why) => {
      // Its token is not valid any more, and there may be a new one by now.
      if (refusalCode(why) === 'UNAUTHORIZED' && typeof handshake.token === 'function') return;
      const message: unknown = typeof why === 'object' && why !== null ? Reflect.get(why, 'message') : undefined;
      refuse(
        new PaladinError(refusalCode(why) ?? 'PROTOCOL', `hub ${addressOf(hub)} disconnected the ${role}: ${asText(message)}`),
      );
    });
    socket.on('disconnect', (reason, details) => {
      if (isTooLarge(details)) {
        refuse(
          new PaladinError(
            'PAYLOAD_TOO_LARGE',
            `hub ${addressOf(hub)} takes no frames as large as the ${role}'s (close code 1009)`,
          ),
        );
        return;
      }
      lost(reason);
      if (isOpen) droppedAtDoor();
      isOpen = false;
      reconnect();
    });
    socket.on('connect_error', (error) => {
      isOpen = false;
      const code = refusalCode(Reflect.get(error, 'data'));
      if (code === undefined) {
        const reason = whyUnreachable(hub, error);
        const hungUp = isHangUp(error);
        lost(hungUp ? reason + (tlsHint ?? '') : reason);
        if (hungUp) void lookForTls(reason);
        reconnect();
      } else unwanted(new PaladinError(code, `hub ${addressOf(hub)} refused the ${role}: ${error.message}`));
    });

    socket.connect();
    return {
      send: (message, urgency) => {
        if (socket.connected) outbox.send(message, urgency);
      },
      hurry: () => {
        outbox.hurry();
      },
      close: async () => {
        if (socket.connected && !closed) await outbox.flushed();
        closed = true;
        again?.cancel();
        socket.disconnect();
      },
    };
  };
}

/** A hub that shuts down, or that is too busy, may drop a peer; one that does so again and again does not let it in. */
const mostDrops = 3;

async function tokenOf({ token }: Handshake): Promise<string | undefined> {
  const shown: unknown = typeof token === 'function' ? await token() : token;
  if (shown === undefined) return undefined;
  if (typeof shown !== 'string') throw new TypeError(`expected the token to be a string, got ${typeof shown}`);
  checkTokenText('it', shown);
  return shown;
}

/** Why the hub does not want the peer, at the handshake or later; undefined for errors that may pass. */
function refusalCode(data: unknown): ErrorCode | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const code: unknown = Reflect.get(data, 'code');
  const known: readonly ErrorCode[] = ['UNAUTHORIZED', 'VERSION', 'LIMIT_EXCEEDED', 'PROTOCOL'];
  return known.find((candidate) => candidate === code);
}

/** Whether the connection was closed since a frame was beyond what the hub takes: to send it again would end the same way. */
function isTooLarge(details: unknown): boolean {
  const context: unknown = typeof details === 'object' && details !== null ? Reflect.get(details, 'context') : undefined;
  return typeof context === 'object' && context !== null && Reflect.get(context, 'code') === 1009;
}
