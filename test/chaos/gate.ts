import { setTimeout as sleep } from 'node:timers/promises';

/** One way of a link: what travels on it passes here, when it may and as fast as it may. */
export class Gate {
  #opened: Promise<void> | undefined;
  #open = (): void => undefined;
  #bytesPerSecond = Infinity;
  /** When the bytes that have passed are through, at the speed of the link. */
  #freeAtMs = 0;

  get isOpen(): boolean {
    return this.#opened === undefined;
  }

  close(): void {
    this.#opened ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Opens it, and takes away the throttle. */
  heal(): void {
    this.#bytesPerSecond = Infinity;
    this.#opened = undefined;
    this.#open();
  }

  /** Resolves when so many bytes are through. Nothing, such as the end of a connection, passes as soon as the gate is open. */
  async passage(bytes: number): Promise<void> {
    const nowMs = performance.now();
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + (1_000 * bytes) / this.#bytesPerSecond;
    if (bytes > 0 && this.#freeAtMs > nowMs) await sleep(this.#freeAtMs - nowMs);
    while (this.#opened !== undefined) await this.#opened;
  }
}
