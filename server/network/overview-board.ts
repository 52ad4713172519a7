/** What a hub tells its page, as lines of JSON. */
import type { Overview } from '../../src/protocol/overview.js';
import type { KnownOverview } from '../core/overview.js';

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

interface Totals {
  readonly at: number;
  readonly elements: number;
  readonly in: number;
  readonly out: number;
}

/** How many seconds of slot time a short line has. */
export const shortSeconds = 10;

/** Rates that are told without a look before would be of no time. A look within less than this is taken for the same one. */
const leastBetweenMs = 100;

/** Makes lines. Rates are of the time between two of them, if that is not long ago. */
export class OverviewBoard {
  readonly #source: OverviewSource;
  #before: Totals | undefined;
  #rates: Pick<Overview, 'elementsPerSecond' | 'bytesPerSecond'> = { elementsPerSecond: 0, bytesPerSecond: { in: 0, out: 0 } };

  constructor(source: OverviewSource) {
    this.#source = source;
  }

  /** The time since the last line does not count: nobody has watched. */
  pause(): void {
    this.#before = undefined;
    this.#rates = { elementsPerSecond: 0, bytesPerSecond: { in: 0, out: 0 } };
  }

  make(): Line {
    const { known, version, today } = this.#source;
    const { elements, slotTime, ...rest } = known();
    this.#measure(elements);
    // Slot time stands last: what is before it is the same in both.
    const head = JSON.stringify({ at: today(), version, ...rest, ...this.#rates }).slice(0, -1);
    const lineOf = (seconds: KnownOverview['slotTime']): Uint8Array =>
      Buffer.from(`${head},"slotTime":${JSON.stringify(seconds)}}\n`);
    let whole: Uint8Array | undefined;
    return { short: lineOf(slotTime.slice(-shortSeconds)), whole: () => (whole ??= lineOf(slotTime)) };
  }

  #measure(elements: number): void {
    const now: Totals = { at: this.#source.now(), elements, ...this.#source.traffic() };
    const ms = now.at - (this.#before?.at ?? -Infinity);
    if (this.#before !== undefined && ms < leastBetweenMs) return;
    if (this.#before !== undefined) {
      const { elements: before, in: inBefore, out: outBefore } = this.#before;
      const perSecond = (more: number): number => Math.max(0, Math.round((more * 1_000) / ms));
      this.#rates = {
        elementsPerSecond: perSecond(elements - before),
        bytesPerSecond: { in: perSecond(now.in - inBefore), out: perSecond(now.out - outBefore) },
      };
    }
    this.#before = now;
  }
}
