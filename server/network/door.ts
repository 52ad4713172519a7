import type { IncomingMessage } from 'node:http';
import type { Namespace, Socket } from 'socket.io';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { checkHostHeader } from '../../src/http/loopback-host.js';
import { maxTokenLength } from '../../src/limits.js';
import type { Addresses } from './addresses.js';
import { checkGrant, type Authorize } from './authorization.js';
import type { Connections } from './connections.js';
import { closeSoon, type Connection } from './engine.js';
import { printable } from '../../src/protocol/printable.js';
import { readHandshake } from './handshake.js';
import type { HubEvent } from './hub-events.js';
import type { Limits } from '../limits.js';
import type { Role, Tokens } from './tokens.js';
import { later, type Later } from '../../src/real-time.js';
import { isA } from '../../src/errors/thrown.js';

/** A peer that was let in. */
export interface Admission {
  readonly role: Role;
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly limits: Limits;
  /** The token that it has shown. */
  readonly token: string | undefined;
}

/** What a peer says of itself, and where it comes from. */
interface Shown {
  readonly name: string;
  readonly token: string | undefined;
  readonly address: string;
}

/** What the door needs to know. */
export interface DoorConfig {
  readonly limits: Limits;
  /** The address on which the hub listens. */
  readonly listensOn: string;
  readonly addresses: Addresses;
  /** The web origins whose pages may connect; `*`: any. */
  readonly origins: readonly string[];
  readonly connections: Connections;
  /** Asked in place of the tokens. */
  readonly authorize: Authorize | undefined;
  /** The tokens that are valid now. */
  readonly tokens: () => Tokens;
  readonly report: (event: HubEvent) => void;
}

/**
 * Lets peers in that speak this protocol, are no pages of other origins, are within the limits, and show the role's token or are
 * authorized. Others are told why not, and cut off at once.
 */
export class Door {
  readonly counters = { unauthorized: 0, overLimit: 0, unreadable: 0, silent: 0, floods: 0 };
  readonly #config: DoorConfig;
  readonly #admissions = new WeakMap<Socket, Admission>();
  /** Connections that have asked to be let in. Each can ask once (see the packet parser). */
  readonly #asked = new WeakSet<Connection>();

  constructor(config: DoorConfig) {
    this.#config = config;
  }

  /** Stands before a namespace. */
  guard(namespace: Namespace, role: Role): Namespace {
    return namespace.use((socket, next) => {
      void this.#pass(socket, role, next);
    });
  }

  /** The admission of a socket that was let in. */
  admissionOf(socket: Socket): Admission {
    const admission = this.#admissions.get(socket);
    if (admission === undefined) throw new Error('a socket that has not passed the door');
    return admission;
  }

  /** Whether somebody has asked over the connection to be let in. */
  hasHeardOf(connection: Connection): boolean {
    return this.#asked.has(connection);
  }

  /**
   * Lets in who asks for a page of observers.
   *
   * @throws {@link PaladinError} when it is none, with the reason
   */
  async admitOverHttp(request: IncomingMessage): Promise<void> {
    const { addresses, origins, listensOn } = this.#config;
    const address = addresses.of(request);
    try {
      const { authorization, host, origin } = request.headers;
      // A page that reached the hub under another name would still have no token.
      if (this.#isOpenToObservers) checkHostHeader(listensOn, host);
      checkOrigin(origins, origin);
      const token = bearerOf(authorization)?.slice(0, maxTokenLength + 1);
      await this.#authenticate(request, 'observer', { name: '', token, address });
    } catch (error) {
      const known = isA(error, PaladinError) ? error : new PaladinError('PROTOCOL', 'the request makes no sense');
      this.refused('observer', address, known);
      throw known;
    }
  }

  /**
   * Lets in who asks for the hub's page, with or without a token.
   *
   * @throws {@link PaladinError} when the hub is asked by a name that is not its own
   */
  admitToPage(request: IncomingMessage): void {
    const { addresses, listensOn } = this.#config;
    try {
      if (this.#isOpenToObservers) checkHostHeader(listensOn, request.headers.host);
    } catch (error) {
      if (isA(error, PaladinError)) this.refused('observer', addresses.of(request), error);
      throw error;
    }
  }

  get #isOpenToObservers(): boolean {
    const { authorize, tokens } = this.#config;
    return authorize === undefined && tokens().open.includes('observer');
  }

  /** Counts and reports that somebody was not let in. */
  refused(role: string, address: string, { code, message }: Pick<PaladinError, 'code' | 'message'>): void {
    if (code === 'UNAUTHORIZED') this.counters.unauthorized += 1;
    else if (code === 'LIMIT_EXCEEDED') this.counters.overLimit += 1;
    else this.counters.unreadable += 1;
    this.#config.report({ type: 'refused', role, address, code, reason: message });
  }

  async #pass(socket: Socket, role: Role, next: (error?: Error) => void): Promise<void> {
    try {
      this.#admissions.set(socket, await this.#admit(socket, role));
    } catch (error) {
      const known = isA(error, PaladinError) ? error : new PaladinError('PROTOCOL', 'the handshake makes no sense');
      this.refused(role, this.#config.addresses.of(socket.request), known);
      next(refusal(known));
      closeSoon(socket.conn);
      return;
    }
    next();
  }

  async #admit(socket: Socket, role: Role): Promise<Admission> {
    const { addresses, origins, connections } = this.#config;
    const address = addresses.of(socket.request);
    this.#asked.add(socket.conn);
    checkOrigin(origins, socket.request.headers.origin);
    const exceeded = connections.exceeded(address);
    if (exceeded !== undefined) throw new PaladinError('LIMIT_EXCEEDED', `the hub's limit is reached: ${exceeded}`);
    const { id, name: given, token } = readHandshake(socket.handshake.auth);
    const name = printable(given);
    const granted = await this.#authenticate(socket.request, role, { name, token, address });
    return { role, id, address, token, ...granted, name: printable(granted.name) };
  }

  /** What the peer is let in with. @throws {@link PaladinError} `UNAUTHORIZED` */
  async #authenticate(
    request: IncomingMessage,
    role: Role,
    shown: Shown,
  ): Promise<{ readonly name: string; readonly limits: Limits }> {
    const { authorize, tokens, limits } = this.#config;
    if (authorize !== undefined) return await this.#ask(authorize, request, role, shown);
    const objection = tokens().objection(role, shown.token);
    if (objection === undefined) return { name: shown.name, limits };
    const hint = "pass the hub's by the option token, --token or PALADIN_TOKEN";
    throw new PaladinError('UNAUTHORIZED', `${objection}; ${hint}`);
  }

  async #ask(
    authorize: Authorize,
    { headers }: IncomingMessage,
    role: Role,
    shown: Shown,
  ): Promise<{ readonly name: string; readonly limits: Limits }> {
    const { limits } = this.#config;
    const handshake = { role, headers, ...shown };
    try {
      return checkGrant(await within(limits.authenticateWithinMs, authorize(handshake)), handshake, limits);
    } catch (error) {
      if (isA(error, PaladinError) && error.code === 'UNAUTHORIZED') throw error;
      this.#config.report({ type: 'authorizationFailed', role, address: shown.address, error });
      throw new PaladinError('UNAUTHORIZED', 'it could not be authorized; those who run the hub find the reason in its log');
    }
  }
}

/**
 * Programs send no origin. Pages always do. A page is refused here, and not as it opens its websocket: browsers would not tell it
 * why.
 */
function checkOrigin(admitted: readonly string[], origin: string | undefined): void {
  if (origin === undefined || admitted.includes('*') || admitted.includes(origin)) return;
  const shown = printable(origin.slice(0, longestOrigin));
  const message = `pages of the origin ${shown} may not connect; those who run the hub can allow it: --origins ${shown}`;
  throw new PaladinError('UNAUTHORIZED', message);
}

/** No host has a longer name. */
const longestOrigin = 300;

/** An error as socket.io passes it to a client that it does not connect. */
export function refusal({ code, message }: Pick<PaladinError, 'code' | 'message'>): Error {
  return Object.assign(new Error(message), { data: { code } });
}

async function within<T>(ms: number, result: T | Promise<T>): Promise<T> {
  let timer: Later | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = later(() => {
      reject(new Error(`authorize took longer than ${ms} ms (authenticateWithinMs)`));
    }, ms);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    timer?.cancel();
  }
}

/** The token of a header `Authorization: Bearer …`. Node reads headers as Latin-1, and tokens are UTF-8. */
function bearerOf(header = ''): string | undefined {
  const [, token] = /^bearer +(.*)$/isu.exec(header) ?? [];
  return token === undefined ? undefined : Buffer.from(token, 'latin1').toString('utf8');
}
