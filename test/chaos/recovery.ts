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
  readonly horizon: number;
  readonly recovered: (ms: number) => void;
}

/**
 * Measures how long a leader takes to get over a fault: from a moment until its probe, an ordered job without end, has emitted every
 * element that it had taken in at that moment. Whatever was then queued at the hub, or with any worker, or on its way, is among those, and
 * each element holds up all after it.
 */
export class RecoveryWatch {
  #last: Progress = { atMs: 0, taken: 0, emitted: 0 };
  #waits: Wait[] = [];

  report(progress: Progress): void {
    this.#last = progress;
    this.#waits = this.#waits.filter(({ sinceMs, horizon, recovered }) => {
      if (progress.emitted < horizon) return true;
      recovered(Math.max(0, progress.atMs - sinceMs));
      return false;
    });
  }

  /** Resolves with the milliseconds that it took. */
  async recovery(sinceMs: number): Promise<number> {
    return await new Promise((recovered) => {
      this.#waits.push({ sinceMs, horizon: this.#last.taken, recovered });
    });
  }
}
