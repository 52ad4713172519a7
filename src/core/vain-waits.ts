/** The errors of a leader's jobs that have waited too long for others. */
import { PaladinError } from '../errors/paladin-error.js';
import type { HubLimits } from '../protocol/messages.js';
import type { Load } from './leader-session-events.js';
import type { Admitted } from './places.js';

/** All jobs that the hub admits of a leader are open, or all bytes of descriptions, and none leaves its place. */
export function noPlace(open: number, { jobs, bytes }: Admitted, withinMs: number): PaladinError {
  const why =
    open >= jobs
      ? `all ${jobs} that the hub admits of one leader are open, and have something under way (maxJobsPerLeader, --max-jobs-per-leader)`
      : `its arguments and labels do not fit into the ${bytes} bytes that the hub admits of one leader, beside those of jobs that have ` +
        `something under way (maxDescriptionBytesPerLeader, --max-description-bytes-per-leader)`;
  return limitExceeded('no room for a further job', withinMs, why);
}

/** All that the hub admits of a leader is under way, and nothing comes back. */
export function noRoom({ batches, bytes }: Load, limits: HubLimits | undefined, withinMs: number): PaladinError {
  const { maxBatchesPerLeader = 0, maxBytesPerLeader = 0 } = limits ?? {};
  const why =
    batches >= maxBatchesPerLeader
      ? `all ${maxBatchesPerLeader} that the hub admits of one leader are under way (maxBatchesPerLeader, --max-batches-per-leader)`
      : `${bytes} of the ${maxBytesPerLeader} bytes that the hub admits of one leader are under way (maxBytesPerLeader, --max-bytes-per-leader)`;
  return limitExceeded('no room for a further batch', withinMs, `${why}, and none has come back`);
}

function limitExceeded(what: string, withinMs: number, why: string): PaladinError {
  return new PaladinError('LIMIT_EXCEEDED', `${what} at the hub within ${withinMs} ms: ${why}`);
}

/** Others have all slots that there are for a job. */
export class NoSlot {
  readonly #operation: string;
  readonly #waited: string;

  constructor(operation: string, slots: number, afterMs: number) {
    this.#operation = operation;
    this.#waited = `operation '${operation}' has waited ${afterMs} ms for a slot: other work has all ${slots} that there are for it`;
  }

  get warning(): string {
    return `${this.#waited}. ${advice}`;
  }

  /** The error of a job that the code of an operation runs by itself. */
  get error(): PaladinError {
    const whose = 'The code of an operation runs it, and none that executes is known to wait for it';
    return new PaladinError('NO_WORKER', `${this.#waited}. ${whose}. ${advice}`, { operation: this.#operation });
  }
}

const advice = 'An operation that waits for another must do so in context.run, or both wait for ever';
