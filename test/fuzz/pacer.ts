import { setTimeout as sleep } from 'node:timers/promises';

/** So far behind its schedule it may catch up in one go: as much as a timer of a busy machine is late. */
const mostCatchUpMs = 50;

/**
 * Lets so many frames and bytes pass in a second, whoever asks. Without it the machine would be short of cores, and what is
 * measured would be that.
 */
export class Pacer {
  readonly #framesPerSecond: number;
  readonly #bytesPerSecond: number;
  #dueMs = 0;

  constructor(framesPerSecond: number, bytesPerSecond: number) {
    this.#framesPerSecond = framesPerSecond;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Resolves when so much may be sent at once. */
  async take(frames: number, bytes: number): Promise<void> {
    const nowMs = performance.now();
    const startMs = Math.max(this.#dueMs, nowMs - mostCatchUpMs);
    this.#dueMs = startMs + 1_000 * Math.max(frames / this.#framesPerSecond, bytes / this.#bytesPerSecond);
    if (startMs > nowMs) await sleep(startMs - nowMs);
  }
}
