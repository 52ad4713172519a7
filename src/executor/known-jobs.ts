import { later, type Later } from '../real-time.js';
import { forgetDelayMs } from './limits.js';

/**
 * The jobs that a thread knows the description of. The thread hears of jobs that are over with its next batch, or soon.
 */
export class KnownJobs {
  readonly #tell: (jobIds: readonly string[]) => void;
  readonly #known = new Set<string>();
  #forgotten: string[] = [];
  #timer: Later | undefined = undefined;

  /** @param tell has the thread forget these jobs */
  constructor(tell: (jobIds: readonly string[]) => void) {
    this.#tell = tell;
  }

  has(jobId: string): boolean {
    return this.#known.has(jobId);
  }

  /** Whether it has yet to hear of jobs that are over. */
  get hasNews(): boolean {
    return this.#forgotten.length > 0;
  }

  add(jobId: string): void {
    this.#known.add(jobId);
  }

  /** The job is over. @returns whether the thread knew it */
  forget(jobId: string): boolean {
    if (!this.#known.delete(jobId)) return false;
    this.#forgotten.push(jobId);
    return true;
  }

  tellSoon(): void {
    if (this.#timer !== undefined) return;
    this.#timer = later(() => this.tellNow(), forgetDelayMs);
    this.#timer.unref();
  }

  tellNow(): void {
    this.end();
    if (this.#forgotten.length > 0) this.#tell(this.takeForgotten());
  }

  /** The jobs of which the thread is told now. */
  takeForgotten(): string[] {
    const forgotten = this.#forgotten;
    this.#forgotten = [];
    return forgotten;
  }

  /** Stops the timer. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
