/**
 * What the slots of a worker do, for a hub that is watched.
 *
 * Rules.
 * 1. Nothing is kept while nobody watches. When somebody begins to, what runs is looked at anew.
 * 2. A batch has the first slot that is free, until it ends, or waits for a job of its own. So a slot is a place in a list, for
 *    people: threads need not stand in the same order.
 * 3. A report is due `everyMs` after the one before, and says what each slot executes and since when. It also says what took most
 *    of the time since the report before, and how much of that time the slot executed anything.
 * 4. Of the first `mostSlots` slots it tells. What goes on in others is not looked at.
 */
import type { BatchOfRun, SlotsReport } from './worker-session-events.js';

/** A batch in a slot. */
interface Occupant {
  readonly run: number;
  readonly batch: BatchOfRun;
  /** When it was begun. */
  readonly begunAt: number;
  /** Up to when its time is counted. */
  countedAt: number;
}

/** A slot, and what its time went to since the last report. */
interface Slot {
  occupant: Occupant | undefined;
  spent: { readonly chain: string; ms: number }[];
}

export class SlotReport {
  #everyMs = 0;
  #mostSlots = 0;
  #dueAt = Infinity;
  #reportedAt = 0;
  readonly #slots: Slot[] = [];
  readonly #slotOf = new Map<number, Slot>();

  /** Whether anybody watches. */
  get isOn(): boolean {
    return this.#dueAt < Infinity;
  }

  /** When a report is due; Infinity: nobody watches. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** A hub wants to know, so often; 0: it does not. @param running what runs now, in a slot */
  watch(
    everyMs: number,
    mostSlots: number,
    now: number,
    running: Iterable<readonly [run: number, batch: BatchOfRun, begunAt: number]>,
  ): void {
    this.stop();
    if (everyMs === 0) return;
    this.#everyMs = everyMs;
    this.#mostSlots = mostSlots;
    this.#dueAt = now + everyMs;
    this.#reportedAt = now;
    for (const [run, batch, begunAt] of running) this.begin(run, batch, begunAt, now);
  }

  /** Nobody watches, or there is no hub. */
  stop(): void {
    this.#dueAt = Infinity;
    this.#slots.length = 0;
    this.#slotOf.clear();
  }

  /** A run takes a slot. */
  begin(run: number, batch: BatchOfRun, begunAt: number, now: number): void {
    if (!this.isOn) return;
    let slot = this.#slots.find(({ occupant }) => occupant === undefined);
    if (slot === undefined) {
      if (this.#slots.length >= this.#mostSlots) return;
      slot = { occupant: undefined, spent: [] };
      this.#slots.push(slot);
    }
    slot.occupant = { run, batch, begunAt, countedAt: now };
    this.#slotOf.set(run, slot);
  }

  /** A run leaves its slot. */
  end(run: number, now: number): void {
    const slot = this.#slotOf.get(run);
    if (slot === undefined) return;
    this.#slotOf.delete(run);
    count(slot, now);
    slot.occupant = undefined;
  }

  /** The report that is due now; undefined: none is. */
  take(now: number): SlotsReport | undefined {
    if (now < this.#dueAt) return undefined;
    const sinceMs = now - this.#reportedAt;
    this.#reportedAt = now;
    this.#dueAt = now + this.#everyMs;
    return this.#slots.map((slot) => {
      count(slot, now);
      const { occupant, spent } = slot;
      slot.spent = [];
      const busyMs = spent.reduce((sum, { ms }) => sum + ms, 0);
      const most = spent.reduce<{ chain: string; ms: number } | undefined>(
        (a, b) => (a !== undefined && a.ms >= b.ms ? a : b),
        undefined,
      );
      return {
        batch: occupant?.batch,
        forMs: occupant === undefined ? 0 : now - occupant.begunAt,
        most: most?.chain,
        busy: sinceMs <= 0 ? 0 : Math.min(1, busyMs / sinceMs),
      };
    });
  }

  /** @throws an Error when it knows of other batches than of some that run, or of any while nobody watches */
  validate(isRunning: (run: number) => boolean): void {
    const occupied = this.#slots.filter(({ occupant }) => occupant !== undefined);
    const known = occupied.every((slot) => slot.occupant !== undefined && this.#slotOf.get(slot.occupant.run) === slot);
    if (!known || occupied.length !== this.#slotOf.size) throw new Error('invariant broken: a slot has a run of another one');
    const over = [...this.#slotOf.keys()].find((run) => !isRunning(run));
    if (over !== undefined) throw new Error(`invariant broken: run ${over} is over, and has a slot`);
    const most = this.isOn ? this.#mostSlots : 0;
    if (this.#slots.length > most) throw new Error('invariant broken: too many slots are looked at');
  }
}

/** Counts the time of what is in the slot. */
function count({ occupant, spent }: Slot, now: number): void {
  if (occupant === undefined) return;
  const ms = now - occupant.countedAt;
  occupant.countedAt = now;
  const { chain } = occupant.batch;
  const before = spent.find((each) => each.chain === chain);
  if (before === undefined) spent.push({ chain, ms });
  else before.ms += ms;
}
