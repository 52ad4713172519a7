/** How far the probe of a leader has come. */
export interface Progress {
  /** When the last element was emitted. */
  readonly atMs: number;
  /** Elements that have been taken in. */
  readonly taken: number;
  readonly emitted: number;
}

interface Wait {
  readonly sinceMs: number;
  /** How many elements must be out; unknown until something has been emitted. */
  horizon: number | undefined;
  readonly recovered: (ms: number) => void;
}

/**
 * Measures how long a leader takes to get over a fault: from a moment until its probe, an ordered job without end, has emitted
 * every element that had been taken in at its first emission after that moment. Whatever was queued at the hub, or with any
 * worker, or on its way, when the fault happened is among those or has come out before, and each element holds up all after it.
 */
export class RecoveryWatch {
  #waits: Wait[] = [];

  report({ atMs, taken, emitted }: Progress): void {
    this.#waits = this.#waits.filter((wait) => {
      if (atMs < wait.sinceMs) return true;
      wait.horizon ??= taken;
      if (emitted < wait.horizon) return true;
      wait.recovered(atMs - wait.sinceMs);
      return false;
    });
  }

  /** Resolves with the milliseconds that it took. */
  async recovery(sinceMs: number): Promise<number> {
    return await new Promise((recovered) => {
      this.#waits.push({ sinceMs, horizon: undefined, recovered });
    });
  }
}
