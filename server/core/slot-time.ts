/**
 * What the time of all slots went to, by seconds of the hub's life.
 *
 * Rules.
 * 1. Each slot is busy, starved or paused. It is busy while its worker has a batch for it. It is paused while it has none and its
 *    worker is given none: the worker drains, is away, comes to rest for a batch that is to be alone, or does not keep up.
 *    Else it is starved: nothing is queued that it can execute.
 * 2. What is counted changes only when a worker changes. So it costs a few additions for each batch, and nothing for each second.
 *    In each second these times are the number of slots times a second, whatever comes.
 * 3. A busy slot counts as executing, until an answer says otherwise. An answer says how long its execution took. What the batch
 *    had a slot for beyond that, it was on its way. That much time, right before the answer, is moved from executing to on the
 *    way. So an element in an endless loop is seen as executing at once. And what was told of a second may still change while the
 *    second is among the last `amendedSeconds`.
 * 4. A batch that was sent ahead has a slot from when an earlier one leaves it. Which of several took which slot is not known, so
 *    each counts as having taken it at their mean. The sum is right. A batch may have begun before the answer to the one before
 *    has come. Then its time on the way is less than nothing, and is moved back: that of the one before was counted too high.
 * 5. Of a batch that comes to nothing nobody says how long it took: all of its time counts as executing.
 */
import type { SlotSecond } from '../../src/protocol/overview.js';

/** What the slots of one worker, or of all, do. */
export interface SlotUse {
  readonly busy: number;
  readonly starved: number;
  readonly paused: number;
}

export const noSlots: SlotUse = { busy: 0, starved: 0, paused: 0 };

/** How many seconds are kept: ten minutes, as the page shows. */
export const keptSeconds = 600;

/** How many seconds back an answer may change. Trips that take longer are rare. */
export const amendedSeconds = 10;

const secondMs = 1_000;

/** Slots times milliseconds, in one second. */
class Bucket {
  busy = 0;
  onTheWay = 0;
  starved = 0;
  paused = 0;
  /** By the number of slots alone: what the others come to. */
  all = 0;

  clear(): void {
    this.busy = 0;
    this.onTheWay = 0;
    this.starved = 0;
    this.paused = 0;
    this.all = 0;
  }
}

export class SlotTime {
  readonly #buckets = Array.from({ length: keptSeconds }, () => new Bucket());
  #startedAt: number | undefined;
  /** Up to when all is counted, in milliseconds since the start. */
  #at = 0;
  #busy = 0;
  #starved = 0;
  #paused = 0;

  /** What all slots do now. */
  get now(): SlotUse {
    return { busy: this.#busy, starved: this.#starved, paused: this.#paused };
  }

  /** A worker's slots do something else from now on. */
  change(before: SlotUse, after: SlotUse, now: number): void {
    this.advance(now);
    this.#busy += after.busy - before.busy;
    this.#starved += after.starved - before.starved;
    this.#paused += after.paused - before.paused;
  }

  /** An answer has come. Its batch was on the way for so long, in milliseconds; below 0: less than was thought. */
  answered(onTheWayMs: number, now: number): void {
    this.advance(now);
    const sign = onTheWayMs < 0 ? -1 : 1;
    let left = Math.abs(onTheWayMs);
    let until = this.#at;
    for (let back = 0; back < amendedSeconds && left > 0 && until > 0; back += 1) {
      // A batch has one slot: of a second no more than has passed of it.
      const from = secondMs * (Math.ceil(until / secondMs) - 1);
      const bucket = this.#bucketOf(from / secondMs);
      const room = sign < 0 ? bucket.onTheWay : bucket.busy - bucket.onTheWay;
      const moved = Math.max(0, Math.min(left, until - from, room));
      bucket.onTheWay += sign * moved;
      left -= moved;
      until = from;
    }
  }

  /** The last seconds that are over, the oldest first. */
  seconds(now: number, most: number = keptSeconds): SlotSecond[] {
    this.advance(now);
    const over = Math.floor(this.#at / secondMs);
    const told: SlotSecond[] = [];
    for (let second = Math.max(0, over - Math.min(most, keptSeconds - 1)); second < over; second += 1) {
      const { busy, onTheWay, starved, paused } = this.#bucketOf(second);
      told.push({
        second,
        executing: slotsOf(busy - onTheWay),
        onTheWay: slotsOf(onTheWay),
        starved: slotsOf(starved),
        paused: slotsOf(paused),
      });
    }
    return told;
  }

  /** @throws an Error when the parts of a second that may still change are not all of it */
  validate(): void {
    const last = Math.max(0, Math.ceil(this.#at / secondMs) - 1);
    for (let second = last; second >= Math.max(0, last - amendedSeconds); second -= 1) {
      const { busy, onTheWay, starved, paused, all } = this.#bucketOf(second);
      const least = Math.min(busy - onTheWay, onTheWay, starved, paused);
      const differs = Math.abs(busy + starved + paused - all) > 1e-6 * Math.max(1, all);
      if (least >= -1e-6 && !differs) continue;
      throw new Error(`invariant broken: the slot time of second ${second} is not what all slots had`);
    }
  }

  /** Counts up to now. */
  advance(now: number): void {
    this.#startedAt ??= now;
    const until = now - this.#startedAt;
    // What is longer ago than all that is kept need not be counted.
    const first = secondMs * (Math.floor(until / secondMs) - keptSeconds);
    this.#at = Math.max(this.#at, first);
    while (this.#at < until) {
      const second = Math.floor(this.#at / secondMs);
      const end = Math.min(until, secondMs * (second + 1));
      const bucket = this.#bucketOf(second);
      if (this.#at === secondMs * second) bucket.clear();
      const ms = end - this.#at;
      bucket.busy += this.#busy * ms;
      bucket.starved += this.#starved * ms;
      bucket.paused += this.#paused * ms;
      bucket.all += (this.#busy + this.#starved + this.#paused) * ms;
      this.#at = end;
    }
  }

  #bucketOf(second: number): Bucket {
    const bucket = this.#buckets[second % keptSeconds];
    if (bucket === undefined) throw new Error(`there is no second ${second}`);
    return bucket;
  }
}

/** On average over a second, to thousandths. */
function slotsOf(slotMs: number): number {
  return Math.round(slotMs) / secondMs;
}
