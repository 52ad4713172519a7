import type { JobEffect, JobEnd, JobStep } from './job-events.js';

/** The event that a job handles at present: what comes of it, in order, and how the job ends with it, if it does. */
export class EventInHand {
  readonly #effects: JobEffect[] = [];
  #end: JobEnd | undefined;
  #hasEmitted = false;

  /** Whether the outputs of a batch were emitted: an event emits those of one at most. */
  get hasEmitted(): boolean {
    return this.#hasEmitted;
  }

  /** How the job ends with it; undefined: the job goes on. */
  get end(): JobEnd | undefined {
    return this.#end;
  }

  put(effect: JobStep): void {
    this.#effects.push(effect);
    if (effect.type === 'emit') this.#hasEmitted = true;
  }

  /** The job is over. It ends once: what would end it later does not count. */
  endWith(end: JobEnd): void {
    this.#end ??= end;
  }

  /** All that came of it, the end last. With the job everything is closed that was to be acknowledged. */
  close(): JobEffect[] {
    if (this.#end === undefined) return this.#effects;
    return [...this.#effects.filter(({ type }) => type !== 'acknowledge' && type !== 'cancel'), this.#end];
  }
}
