import { within } from '../processes/within.js';
import type { Random } from '../simulation/random.js';
import type { Field, Manner } from './attack.js';
import { behave, type Traffic } from './harmless.js';
import { Pacer } from './pacer.js';
import type { Strike } from './plan.js';
import type { FuzzTally } from './tally.js';

/** So much is sent in a second: a tenth of what a core of a hub reads and judges, connections included. */
const framesPerSecond = 250;
const bytesPerSecond = 4 * 1024 * 1024;

/** So many attacks at once. */
const lanes = 6;

/** No attack takes so long. */
const strikeLimitMs = 60_000;

export interface AssaultOptions {
  readonly port: number;
  readonly tokens: Field['tokens'];
  /** Of the healthy jobs: an attacker knows whatever an observer does. */
  readonly jobIds: readonly string[];
  readonly tally: FuzzTally;
  readonly problem: (story: string) => void;
}

/** Carries attacks out, several at once and all at one pace. */
export class Assault {
  connections = 0;
  readonly #options: AssaultOptions;
  readonly #pacer = new Pacer(framesPerSecond, bytesPerSecond);

  constructor(options: AssaultOptions) {
    this.#options = options;
  }

  /** Attacks as long as it is to go on, after what was sent so far; what it sent in the end. */
  async attack(strikes: Generator<Strike, never>, goesOn: (sent: Traffic) => boolean): Promise<Traffic> {
    const sum = { frames: 0, bytes: 0, connections: 0 };
    const lane = async (): Promise<void> => {
      while (goesOn(sum)) {
        const traffic = await this.#strike(strikes.next().value);
        sum.frames += traffic.frames;
        sum.bytes += traffic.bytes;
        sum.connections += traffic.connections;
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return sum;
  }

  async behave(traffic: Traffic, random: Random, manner?: Manner): Promise<void> {
    const share = scaled(traffic, 1 / lanes);
    await Promise.all(Array.from({ length: lanes }, () => behave(this.#field().field, share, random, manner)));
  }

  async #strike({ attack, standing, random }: Strike): Promise<Traffic> {
    const { field, traffic } = this.#field();
    const what = `'${attack.name}' (${attack.layer}, as ${standing})`;
    try {
      await within(strikeLimitMs, what, attack.strike(field, standing, random));
    } catch (error) {
      this.#options.problem(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    this.connections += traffic.connections;
    this.#options.tally.strike(attack, traffic);
    return traffic;
  }

  /** A field, and what is sent on it. */
  #field(): { readonly field: Field; readonly traffic: Traffic } {
    const traffic = { frames: 0, bytes: 0, connections: 0 };
    const { port, tokens, jobIds } = this.#options;
    const field: Field = {
      port,
      tokens,
      knowledge: { jobIds: () => jobIds },
      pay: async (frames, bytes) => {
        traffic.frames += frames;
        traffic.bytes += bytes;
        await this.#pacer.take(frames, bytes);
      },
      connecting: () => {
        traffic.connections += 1;
      },
    };
    return { field, traffic };
  }
}

/** So large a part of the traffic, or so many times as much. */
export function scaled({ frames, bytes, connections }: Traffic, factor: number): Traffic {
  return {
    frames: Math.ceil(frames * factor),
    bytes: Math.ceil(bytes * factor),
    connections: Math.ceil(connections * factor),
  };
}
