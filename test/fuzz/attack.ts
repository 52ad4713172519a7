import type { Random } from '../simulation/random.js';
import type { Knowledge } from './messages.js';
import type { Tokens } from './wire/handshake.js';
import type { Standing } from './wire/peer.js';

/** From the outside in. */
export const layers = ['http', 'websocket', 'engine.io', 'socket.io', 'messages', 'floods', 'hoards'] as const;
export type Layer = (typeof layers)[number];

/** Where an attack takes place, and what it may use. */
export interface Field {
  readonly port: number;
  readonly tokens: Tokens;
  readonly knowledge: Knowledge;
  /** Resolves when so many frames of so many bytes in all may be sent; they count as sent. */
  pay(frames: number, bytes: number): Promise<void>;
  /** A connection is made. */
  connecting(): void;
}

/** How peers that behave send as much as an attack does. */
export interface Manner {
  /** Whether all frames of a connection go at once, rather than one by one. */
  readonly atOnce: boolean;
  /** How many of the leaders have work that workers can do. */
  readonly workShare: number;
}

/** One way to be a nuisance. */
export interface Attack {
  readonly layer: Layer;
  readonly name: string;
  /** As whom it is tried. */
  readonly standings: readonly Standing[];
  /** How peers send as much that behave. Default: `steady`. */
  readonly manner?: Manner;
  /**
   * Sends some frames on connections of its own, and closes them.
   *
   * @param random what everything in it is drawn by
   */
  strike(field: Field, standing: Standing, random: Random): Promise<void>;
}
