/**
 * What the page remembers: ten minutes of a hub, so that one can look back.
 *
 * Rules.
 * 1. Moments are seconds of the hub's life. Of each there is one picture at most: the last that was told.
 * 2. What is older than `keptSeconds` before the last moment is forgotten. Where there are many rows, of what is older than a
 *    minute one picture in five is kept.
 * 3. Another epoch is another hub: all is forgotten.
 * 4. Slot time, heat and lanes are told again and again. What was told last counts.
 * 5. Pictures have no slot time, heat, lanes and log: those are kept once, beside them.
 */
import type { LogRow, Overview, SlotSecond, WorkerRow } from '../protocol/overview.js';
import { CellRings } from './cell-rings.js';
import { packedCell, unpackedCell } from './lane-cells.js';
import { SharedRows } from './shared-rows.js';

/** How far one can look back. */
export const keptSeconds = 600;
/** How far a row of a worker reaches back. */
export const heatSeconds = 60;
const cellsPerSecond = 2;
export const laneCells: number = heatSeconds * cellsPerSecond;
/** Beyond so many rows of jobs and workers pictures are thinned out: ten minutes of them would take hundreds of megabytes. */
const manyRows = 250;
const thinnedAfterSeconds = 60;
const thinnedTo = 5;
/** More lines are not kept. */
const mostLog = 1_000;
const heatSteps = 255;

type Picture = Omit<Overview, 'slotTime' | 'log'>;

/** The hub at one moment, as the page shows it. Operations of lanes are indices of `operations`. */
export interface Moment {
  readonly overview: Overview;
  /** Which second of the hub's life it is. */
  readonly second: number;
  /** How many seconds before the last one. */
  readonly secondsAgo: number;
}

export class History {
  readonly #pictures = new Map<number, Picture>();
  readonly #slots = new Map<number, SlotSecond>();
  readonly #log = new Map<number, LogRow>();
  readonly #operations: string[] = [];
  readonly #operationAt = new Map<string, number>();
  #rows = new SharedRows();
  #heat = new CellRings(keptSeconds + heatSeconds + 1);
  #lanes = new CellRings((keptSeconds + heatSeconds + 1) * cellsPerSecond);
  #epoch: string | undefined;
  #last = -1;

  /** The last moment, and the first that one can look at; -1: none. */
  get last(): number {
    return this.#last;
  }

  get first(): number {
    return this.#pictures.keys().next().value ?? -1;
  }

  /** @returns whether it is another hub than before */
  add(overview: Overview): boolean {
    const isOther = this.#epoch !== undefined && this.#epoch !== overview.epoch;
    if (isOther) this.#clear();
    this.#epoch = overview.epoch;
    const { slotTime, log, ...picture } = overview;
    const second = Math.max(this.#last, Math.floor(overview.uptimeMs / 1_000));
    this.#last = second;
    for (const each of slotTime) this.#slots.set(each.second, each);
    for (const each of log) this.#log.set(each.number, each);
    this.#addWorkers(picture, second);
    // A moment that is told once more stays in its place: it is the last.
    this.#pictures.set(second, this.#rows.share({ ...picture, workers: picture.workers.map(withoutCells) }));
    this.#forget();
    return isOther;
  }

  /** Slot time up to the last moment, by ascending second. */
  slotTime(): SlotSecond[] {
    return [...this.#slots.values()].sort((a, b) => a.second - b.second);
  }

  /** The hub at a second, or at the last one before it of which anything is known; undefined: nothing is known. */
  at(second: number): Moment | undefined {
    let found = -1;
    for (const each of this.#pictures.keys()) if (each <= second || found === -1) found = each;
    const picture = this.#pictures.get(found);
    if (picture === undefined) return undefined;
    const overview: Overview = {
      ...picture,
      operations: this.#operations,
      slotTime: this.slotTime().filter((each) => each.second < found),
      log: [...this.#log.values()].filter(({ at }) => at <= picture.at).sort((a, b) => a.number - b.number),
      workers: picture.workers.map((worker) => this.#withCells(worker, picture, found)),
    };
    return { overview, second: found, secondsAgo: this.#last - found };
  }

  #addWorkers({ workers, operations }: Picture, second: number): void {
    const known = operations.map((name) => this.#operation(name));
    for (const { workerId, heat, lanes } of workers) {
      this.#heat.tell(
        workerId,
        second,
        heat.map((share) => Math.round(share * heatSteps)),
      );
      lanes.forEach((lane, slot) => {
        const cells = lane.map(({ operation, busy }) => packedCell(known[operation] ?? -1, busy));
        this.#lanes.tell(laneKey(workerId, slot), second * cellsPerSecond + 1, cells);
      });
    }
  }

  #withCells(worker: WorkerRow, { totals, operations }: Picture, second: number): WorkerRow {
    const { workerId, slots } = worker;
    const heat = this.#heat.read(workerId, second, heatSeconds).map((value) => (value < 0 ? value : value / heatSteps));
    const lane = (slot: number): WorkerRow['lanes'][number] =>
      this.#lanes
        .read(laneKey(workerId, slot), second * cellsPerSecond + 1, laneCells)
        .map((packed) => unpackedCell(packed) ?? unknownCell);
    return {
      ...worker,
      heat,
      lanes: totals.slots > mostLanes ? [] : Array.from({ length: slots }, (_, slot) => lane(slot)),
      executing: worker.executing.map((each) => ({
        ...each,
        operation: this.#operationAt.get(operations[each.operation] ?? '') ?? -1,
      })),
    };
  }

  /** The number of an operation for as long as the page lives; a hub may number them anew each second. */
  #operation(name: string): number {
    let at = this.#operationAt.get(name);
    if (at === undefined) {
      at = this.#operations.push(name) - 1;
      this.#operationAt.set(name, at);
    }
    return at;
  }

  #forget(): void {
    const oldest = this.#last - keptSeconds;
    for (const [second, { jobs, workers }] of this.#pictures) {
      const isThin =
        jobs.length + workers.length > manyRows && second < this.#last - thinnedAfterSeconds && second % thinnedTo > 0;
      if (second < oldest || isThin) this.#pictures.delete(second);
    }
    for (const second of this.#slots.keys()) if (second < oldest) this.#slots.delete(second);
    for (const number of this.#log.keys()) if (this.#log.size > mostLog) this.#log.delete(number);
    this.#heat.forgetBefore(oldest);
    this.#lanes.forgetBefore(oldest * cellsPerSecond);
  }

  #clear(): void {
    this.#pictures.clear();
    this.#slots.clear();
    this.#log.clear();
    this.#rows = new SharedRows();
    this.#heat = new CellRings(keptSeconds + heatSeconds + 1);
    this.#lanes = new CellRings((keptSeconds + heatSeconds + 1) * cellsPerSecond);
    this.#last = -1;
  }
}

/** Above so many slots in all the hub tells no lanes. */
export const mostLanes = 64;

/** A cell of which nothing is known. */
const unknownCell = { operation: -1, busy: -1 } as const;

function laneKey(workerId: string, slot: number): string {
  return `${workerId} ${slot}`;
}

function withoutCells(worker: WorkerRow): WorkerRow {
  return { ...worker, heat: [], lanes: [] };
}
