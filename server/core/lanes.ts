/** What a hub keeps of what a worker says of its slots. */
import type { ReportedDoing } from '../../src/protocol/messages.js';

/** What a slot did in half a second. `name`: what took most of it; undefined: nothing ran. */
export interface Cell {
  readonly name: string | undefined;
  readonly busy: number;
}

/** What a worker said last, and its lanes. */
export interface Doing {
  reported: ReportedDoing;
  /** When it said so, by the hub's clock: what it executed then goes on, as far as anybody knows. */
  saidAt: number;
  readonly lanes: Cell[][];
  /** Which half second of the hub's clock the last cells are of. */
  laneAt: number;
}
