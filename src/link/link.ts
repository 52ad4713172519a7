import type { PaladinError } from '../errors/paladin-error.js';
import type { Urgency } from './outbox.js';

/** One end of a connection that comes back by itself after a loss. */
export interface Link<Sent> {
  /** What it waits for, for people, where there is no connection yet and none has failed. Undefined: nothing is known of that. */
  readonly awaits?: string | undefined;
  /**
   * Sends a message. It does nothing while the connection is down: whatever is under way then is sent again or given up later.
   */
  send(message: Sent, urgency?: Urgency): void;
  /** Sends soon what was to be sent later. */
  hurry(): void;
  /**
   * Hands what was sent to the operating system, then closes. Nothing is received after that. The other side may not get the last
   * messages. Where that matters, let it answer first.
   */
  close(): Promise<void>;
}

/** What the holder of a link is told. */
export interface LinkEvents<Received> {
  /** The connection stands, for the first time or again. */
  opened(): void;
  received(message: Received): void;
  /** The connection is lost, and is being made again. */
  lost(reason: string): void;
  /** The connection cannot be had, for good. */
  refused(error: PaladinError): void;
}

/** Makes a link. */
export type Dial<Sent, Received> = (events: LinkEvents<Received>) => Link<Sent>;
