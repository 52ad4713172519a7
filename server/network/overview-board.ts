/** What a hub tells its page, as lines of JSON. */
import type { KnownOverview } from '../core/overview.js';
import { amendedSeconds } from '../core/slot-time.js';

/** Whoever tells the board what there is. */
export interface OverviewSource {
  readonly known: () => KnownOverview;
  /** Bytes that have come over all connections, and that went out. */
  readonly traffic: () => { readonly in: number; readonly out: number };
  readonly version: string;
  /** A clock that only goes forward, and one of people; in milliseconds. */
  readonly now: () => number;
  readonly today: () => number;
}

/** The hub at one moment. */
export interface Line {
  /** With the last 10 seconds of slot time. */
  readonly short: Uint8Array;
  /** With all of it that there is. It is made when it is first asked for. */
  readonly whole: () => Uint8Array;
}

interface Carried {
  readonly at: number;
  readonly in: number;
  readonly out: number;
}

/** How many seconds of slot time a short line has. */
export const shortSeconds: number = amendedSeconds;

/** Makes lines. */
export class OverviewBoard {
  readonly #source: OverviewSource;
  #before: Carried | undefined;
  #bytesPerSecond = { in: 0, out: 0 };

  constructor(source: OverviewSource) {
    this.#source = source;
  }

  /** Nobody watches. So the time until the next line says nothing of how fast anything goes. */
  pause(): void {
    this.#before = undefined;
    this.#bytesPerSecond = { in: 0, out: 0 };
  }

  make(): Line {
    const { known, version, today, now } = this.#source;
    const { slotTime, log, ...rest } = known();
    this.#measure(now());
    const at = today();
    const sinceThen = at - now();
    const dated = log.map((row) => ({ ...row, at: Math.round(row.at + sinceThen) }));
    // Slot time stands last: what is before it is the same in both.
    const whole = { at, version, bytesPerSecond: this.#bytesPerSecond, ...rest, log: dated };
    const head = JSON.stringify(whole).slice(0, -1);
    const lineOf = (seconds: KnownOverview['slotTime']): Uint8Array =>
      Buffer.from(`${head},"slotTime":${JSON.stringify(seconds)}}\n`);
    let long: Uint8Array | undefined;
    return { short: lineOf(slotTime.slice(-shortSeconds)), whole: () => (long ??= lineOf(slotTime)) };
  }

  #measure(at: number): void {
    const carried: Carried = { at, ...this.#source.traffic() };
    const ms = at - (this.#before?.at ?? at);
    if (this.#before !== undefined && ms > 0) {
      const perSecond = (more: number): number => Math.round((more * 1_000) / ms);
      this.#bytesPerSecond = { in: perSecond(carried.in - this.#before.in), out: perSecond(carried.out - this.#before.out) };
    }
    this.#before = carried;
  }
}
