import { disconnectionText } from './disconnection.js';
import { io, type Socket } from './socket-client.js';
import { callerContext } from '../caller-context.js';
import { PaladinError } from '../errors/paladin-error.js';
import { asText, messageOf } from '../errors/thrown.js';
import { frameBytes, reconnectDelayMaxMs, reconnectDelayMs, tokenGraceMs } from '../limits.js';
import { protocolVersion } from '../protocol/messages.js';
import { later, type Later } from '../real-time.js';
import { decodeMessages } from '../wire/message-codec.js';
import { textOf, type Token } from './check-token.js';
import { addressOf, pathOf } from './hub-url.js';
import { Inbox } from './inbox.js';
import type { Link, LinkEvents } from './link.js';
import { Outbox, type Outlet, type Urgency } from './outbox.js';
import { decoderOf, messagesFrame, packetParser, partFrame, type MessagePart, type MessageSink } from './packet-parser.js';
import { pendingBytes } from './pending-bytes.js';
import { isTooLarge, refusalCode } from './refusals.js';
import { isNoHub, sendsPages } from './seen-over-http.js';
import {
  lookCloser,
  noHubAnswers,
  noHubThere,
  noWebsocketYet,
  nothingSaid,
  onlyPagesThere,
  whyUnreachable,
  type Unreachable,
} from './unreachable.js';
import { useRealTimers, Websocket } from './websocket.js';

export type PeerRole = 'leader' | 'worker' | 'observer';

/** What a peer shows a hub. */
export interface Credentials {
  /**
   * A secret of this peer, the same for as long as it lives. The hub makes the peer's id of it. So nobody else can come under
   * that id.
   */
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
 * How often a hub may drop a peer. A hub that shuts down or is too busy may do so. A hub that does it again and again does not
 * let the peer in.
 */
const mostDrops = 3;

/**
 * How long what listens may take before the link looks whether it is a hub. Servers of other kinds may take a websocket, or its
 * request, and say nothing. A hub answers at once. But a proxy before it may take longer.
 */
const lookAfterMs = 2_000;

/**
 * A peer's end of a connection to a hub, over socket.io. It comes back by itself.
 *
 * Each attempt to connect ends in one of three ways. The hub takes the peer. Or it cannot be reached, or refuses the peer in a
 * way that may pass: then the link tries again. Or the peer is refused for good. Before the hub has ever taken the peer, a link
 * that does not wait is refused also when no hub answers. Every link is refused then by what does not pass: what answers is no
 * hub, or cannot be trusted.
 *
 * Tokens are exchanged at the hub and at its peers one after the other. So a peer that the hub had taken, and that may show
 * another token next time, is not refused at once.
 */
export class SocketLink<Sent extends object, Received> implements Link<Sent> {
  readonly #hub: URL;
  readonly #role: PeerRole;
  readonly #credentials: Credentials;
  readonly #parse: (message: unknown) => Received;
  readonly #events: LinkEvents<Received>;
  readonly #context = callerContext();
  readonly #socket: Socket<HubEvents, PeerEvents>;
  readonly #outbox: Outbox;
  readonly #inbox = new Inbox(Number.MAX_SAFE_INTEGER);
  readonly #sink: MessageSink;
  #closed = false;
  /** Whether the hub has ever let it in. */
  #taken = false;
  /** Whether a connection is open over which the hub has not answered yet. */
  #isOpen = false;
  /** Whether the function that gives the token has been called and has not answered. */
  #asksForToken = false;
  /** Whether it has told why there is no connection. */
  #hasTold = false;
  /** How often the hub has closed a connection over which it had not answered. */
  #drops = 0;
  readonly #waits: boolean;
  /** Why no hub answers, where that was looked for; undefined: nobody has looked yet. */
  #closer: Promise<Unreachable> | undefined;
  /** Looks whether what is slow to answer is a hub. */
  readonly #look: Later;
  /** When the first refusal came since the peer was taken last: by the hub, or by the function that gives the token. */
  #refusedSince: number | undefined;
  #again: Later | undefined;

  constructor(
    hub: URL,
    role: PeerRole,
    credentials: Credentials,
    parse: (message: unknown) => Received,
    events: LinkEvents<Received>,
    waits: boolean,
  ) {
    this.#hub = hub;
    this.#waits = waits;
    this.#role = role;
    this.#credentials = credentials;
    this.#parse = parse;
    this.#events = events;
    const nsp = `/${role}`;
    this.#socket = io(new URL(nsp, hub.origin).href, {
      path: `${pathOf(hub)}/socket.io`,
      transports: [Websocket],
      parser: packetParser,
      forceNew: true,
      autoConnect: false,
      reconnectionDelay: reconnectDelayMs,
      reconnectionDelayMax: reconnectDelayMaxMs,
      randomizationFactor: 0.5,
      auth: (show) => void this.#identify(show),
    });
    useRealTimers(this.#socket.io);
    this.#outbox = new Outbox(outletOf(this.#socket, nsp), frameBytes);
    this.#sink = {
      messages: (messages) => {
        this.#receive(() => decodeMessages(messages));
      },
      part: (part) => {
        this.#receive(() => this.#inbox.add(part));
      },
    };
    this.#listen();
    this.#look = later(() => void this.#lookAtSilence(), lookAfterMs);
    this.#look.unref();
    this.#socket.connect();
  }

  get awaits(): string | undefined {
    if (this.#asksForToken) return 'the token function has not answered';
    if (this.#isOpen) return `the hub has not said whether it lets the ${this.#role} in`;
    if (this.#taken || this.#hasTold) return undefined;
    const { transport } = this.#socket.io.engine;
    return nothingSaid(transport instanceof Websocket ? transport.isTaken : undefined);
  }

  send(message: Sent, urgency?: Urgency): void {
    if (this.#socket.connected) this.#outbox.send(message, urgency);
  }

  hurry(): void {
    this.#outbox.hurry();
  }

  async close(): Promise<void> {
    if (this.#socket.connected && !this.#closed) await this.#outbox.flushed();
    this.#closed = true;
    this.#again?.cancel();
    this.#look.cancel();
    this.#socket.disconnect();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.io.on('open', () => {
      this.#isOpen = true;
      // socket.io would think a hub silent when the wall clock is set forward. Its timer is enough: it runs on a clock that only
      // goes forward.
      Reflect.set(socket.io.engine, '_hasPingExpired', () => false);
    });
    socket.on('connect', () => {
      this.#taken = true;
      this.#look.cancel();
      this.#isOpen = false;
      this.#refusedSince = undefined;
      if (!this.#closed) this.#events.opened();
      decoderOf(socket.io).deliverTo(this.#sink);
    });
    // These come together with the connection.
    socket.on('messages', this.#sink.messages);
    socket.on('part', this.#sink.part);
    socket.on('mark', (mark) => socket.emit('passed', mark));
    socket.on('passed', (mark) => {
      this.#receive(() => {
        this.#outbox.passed(mark);
        return [];
      });
    });
    socket.on('broken', (reason) => {
      this.#receive(() => {
        throw new Error(reason);
      });
    });
    socket.on('expelled', (why) => {
      this.#expelled(why);
    });
    socket.on('disconnect', (reason, details) => {
      this.#disconnected(reason, details);
    });
    socket.on('connect_error', (error) => {
      this.#notConnected(error);
    });
  }

  /** Says who the peer is. The hub asks at each connection. */
  async #identify(show: (identity: object) => void): Promise<void> {
    const { key, name } = this.#credentials;
    let token: string | undefined;
    try {
      token = await this.#askForToken();
    } catch (error) {
      if (this.#closed) return;
      const message = `there is no token for hub ${addressOf(this.#hub)}: ${messageOf(error)}`;
      this.#socket.disconnect();
      this.#unwanted(new PaladinError('UNAUTHORIZED', message, { cause: error }));
      return;
    }
    show({ protocol: protocolVersion, key, name, token });
  }

  async #askForToken(): Promise<string | undefined> {
    this.#asksForToken = true;
    try {
      return await this.#context.run(() => textOf(this.#credentials.token));
    } finally {
      this.#asksForToken = false;
    }
  }

  #receive(read: () => readonly unknown[]): void {
    const messages: Received[] = [];
    try {
      for (const message of read()) messages.push(this.#parse(message));
    } catch (error) {
      const what = `hub ${addressOf(this.#hub)} sent what the protocol does not allow: ${messageOf(error)}`;
      this.#refuse(new PaladinError('PROTOCOL', what));
      return;
    }
    for (const message of messages) if (!this.#closed) this.#events.received(message);
  }

  #expelled(why: unknown): void {
    const code = refusalCode(why);
    // The token is not valid any more, and there may be a new one by now.
    if (code === 'UNAUTHORIZED' && typeof this.#credentials.token === 'function') return;
    const message: unknown = typeof why === 'object' && why !== null ? Reflect.get(why, 'message') : undefined;
    const what = `hub ${addressOf(this.#hub)} disconnected the ${this.#role}: ${asText(message)}`;
    this.#refuse(new PaladinError(code ?? 'PROTOCOL', what));
  }

  #disconnected(reason: string, details: unknown): void {
    if (isTooLarge(details)) {
      const what = `hub ${addressOf(this.#hub)} takes no frames as large as the ${this.#role}'s (close code 1009)`;
      this.#refuse(new PaladinError('PAYLOAD_TOO_LARGE', what));
      return;
    }
    this.#lost(disconnectionText(reason));
    if (this.#isOpen) this.#droppedAtDoor();
    this.#isOpen = false;
    this.#reconnect();
  }

  #notConnected(error: Error): void {
    this.#isOpen = false;
    const code = refusalCode(Reflect.get(error, 'data'));
    if (code !== undefined) {
      this.#unwanted(new PaladinError(code, `hub ${addressOf(this.#hub)} refused the ${this.#role}: ${error.message}`));
      return;
    }
    const why = whyUnreachable(this.#hub, error);
    if (this.#taken || why.isUnclear !== true) this.#unreached(why);
    else void this.#lookCloser(why);
  }

  /** Looks once for a better reason. */
  async #lookCloser(seen: Unreachable): Promise<void> {
    this.#closer ??= lookCloser(this.#hub, seen);
    const why = await this.#closer;
    // It has tried again meanwhile.
    if (!this.#closed && !this.#taken) this.#unreached(why);
  }

  #unreached({ reason, isLasting }: Unreachable): void {
    if (!this.#taken && (isLasting || !this.#waits)) {
      this.#refuse(noHubAnswers(this.#hub, reason));
      return;
    }
    this.#lost(reason);
    this.#reconnect();
  }

  async #lookAtSilence(): Promise<void> {
    if (this.#isOpen) return;
    // A hub greets with the websocket. What opens one, and keeps silent, is none.
    const { transport } = this.#socket.io.engine;
    const isMute = transport instanceof Websocket && transport.hasOpened;
    const [isStrange, isOfPages] = await Promise.all([isNoHub(this.#hub), sendsPages(this.#hub)]);
    // It may have answered meanwhile.
    if (!isStrange || this.#closed || this.#hasHub) return;
    if (isMute) this.#unreached(noHubThere);
    else if (isOfPages) this.#unreached(onlyPagesThere);
    // A proxy that is slow to open the websocket may keep /healthz for itself. The attempt goes on.
    else this.#lost(noWebsocketYet);
  }

  /** Whether what answers has spoken as a hub does. */
  get #hasHub(): boolean {
    return this.#taken || this.#isOpen;
  }

  /** socket.io comes back by itself, but not when the hub has closed the connection in good order, or refused it. */
  #reconnect(): void {
    if (this.#closed || this.#socket.active) return;
    this.#again = later(() => this.#socket.connect(), reconnectDelayMaxMs * Math.random());
  }

  #lost(reason: string): void {
    this.#hasTold = true;
    decoderOf(this.#socket.io).deliverTo(undefined);
    this.#outbox.clear();
    this.#inbox.clear();
    // socket.io keeps for the next connection what is sent to a hub that it has just found silent. There it would come out of
    // turn.
    this.#socket.sendBuffer = [];
    if (!this.#closed) this.#events.lost(reason);
  }

  #refuse(error: PaladinError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#look.cancel();
    this.#socket.disconnect();
    this.#events.refused(error);
  }

  /** The peer cannot be let in now. It tries again if the reason may pass. */
  #unwanted(error: PaladinError): void {
    // A hub that is full may have room again. It has not looked at the token.
    const mayPass = error.code === 'LIMIT_EXCEEDED' || (error.code === 'UNAUTHORIZED' && this.#hasOtherToken());
    if (this.#taken && mayPass) {
      this.#lost(error.message);
      this.#reconnect();
    } else this.#refuse(error);
  }

  /** Whether the peer may still have another token to show. */
  #hasOtherToken(): boolean {
    // A deadline, which fake timers may move.
    this.#refusedSince ??= performance.now();
    return typeof this.#credentials.token === 'function' && performance.now() - this.#refusedSince < tokenGraceMs;
  }

  /** The hub was reached, and closed the connection before it said whether the peer is let in. */
  #droppedAtDoor(): void {
    this.#drops += 1;
    if (this.#taken || this.#drops < mostDrops) return;
    const what = `it closed the connection ${this.#drops} times when the ${this.#role} had said who it is, without a reason`;
    const where = `what answers at ${addressOf(this.#hub)} does not let the ${this.#role} in`;
    this.#refuse(new PaladinError('PROTOCOL', `${where}: ${what}; is it a hub of this version?`));
  }
}

/** The outlet of a socket. Frames go to the engine at once: socket.io lets them wait for a tick. */
function outletOf(socket: Socket<HubEvents, PeerEvents>, nsp: string): Outlet {
  return {
    emitMessages: (messages, memory) => socket.io.engine.write(messagesFrame(nsp, messages, memory)),
    emitPart: (part) => socket.io.engine.write(partFrame(nsp, part)),
    emitMark: (mark) => socket.emit('mark', mark),
    pendingBytes: () => {
      const { engine } = socket.io;
      // The transport is the one that was asked for.
      const { ws } = engine.transport as unknown as { readonly ws?: { readonly bufferedAmount: number } };
      return pendingBytes(engine.writeBuffer, ws);
    },
  };
}
