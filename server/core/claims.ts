import type { Possession } from '../../src/protocol/messages.js';

/** What a worker has of jobs that no leader has opened yet. */
export class Claims {
  readonly #byJob = new Map<string, Possession>();
  #running = 0;

  /** Of how many jobs there is something. */
  get size(): number {
    return this.#byJob.size;
  }

  /** How many attempts it executes. */
  get running(): number {
    return this.#running;
  }

  get(jobId: string): Possession | undefined {
    return this.#byJob.get(jobId);
  }

  /** It has this of the job beside what was said before. */
  add({ jobId, running, held }: Possession): void {
    const before = this.get(jobId);
    this.set({ jobId, running: [...(before?.running ?? []), ...running], held: [...(before?.held ?? []), ...held] });
  }

  /** What it has of this job, in place of what was said before. */
  set(possession: Possession): void {
    this.delete(possession.jobId);
    this.#byJob.set(possession.jobId, possession);
    this.#running += possession.running.length;
  }

  delete(jobId: string): void {
    this.#running -= this.get(jobId)?.running.length ?? 0;
    this.#byJob.delete(jobId);
  }

  clear(): void {
    this.#byJob.clear();
    this.#running = 0;
  }

  [Symbol.iterator](): Iterator<Possession> {
    return this.#byJob.values();
  }
}
