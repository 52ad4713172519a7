import type { StageDescription } from '../protocol/messages.js';
import { later, type Later } from '../real-time.js';
import { slowCreateText } from './slow-creates.js';
import { commonNow, type Progress } from './thread-progress.js';

export interface CreateWatchOptions {
  /** What the thread says of itself. */
  readonly progress: Progress;
  /** What takes longer is told of. */
  readonly slowCreateMs: number;
  /** The stages that the thread executes at present; undefined: it executes nothing. */
  readonly stages: () => readonly StageDescription[] | undefined;
  readonly tell: (reason: string) => void;
}

/** Tells of each set-up in a thread that takes long, once. The thread cannot: what sets up may block it. */
export class CreateWatch {
  readonly #options: CreateWatchOptions;
  /** Until it is looked at what is being set up; it may run on while the thread is idle. */
  #timer: Later | undefined = undefined;
  /** For each stage: the start of the set-up that was told of last. */
  readonly #told = new Map<number, number>();

  constructor(options: CreateWatchOptions) {
    this.#options = options;
  }

  /** The thread executes something. It is watched until it is found to execute nothing. */
  begin(): void {
    if (this.#timer === undefined) this.#lookAfter(this.#options.slowCreateMs);
  }

  end(): void {
    this.#timer?.cancel();
  }

  #lookAfter(ms: number): void {
    this.#timer = later(() => {
      this.#timer = undefined;
      const stages = this.#options.stages();
      if (stages !== undefined) this.#lookAfter(this.#look(stages));
    }, ms);
    this.#timer.unref();
  }

  /** @returns after how long it is to look again */
  #look(stages: readonly StageDescription[]): number {
    const { progress, slowCreateMs, tell } = this.#options;
    let nextMs = slowCreateMs;
    for (const stage of stages.keys()) {
      const sinceMs = progress.createdSince(stage);
      if (sinceMs === 0 || this.#told.get(stage) === sinceMs) continue;
      const leftMs = sinceMs + slowCreateMs - commonNow();
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs);
      else {
        this.#told.set(stage, sinceMs);
        tell(slowCreateText(stages, stage, slowCreateMs));
      }
    }
    return nextMs;
  }
}
