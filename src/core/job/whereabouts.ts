/**
 * Where the batch is that has been under way longest. A leader does not know which worker has it, and asks the hub.
 *
 * Rules.
 * 1. It asks only when somebody wants to know, and only of a batch that has been under way for `quietMs`.
 * 2. It asks once in `quietMs` at most. What it has heard counts for that batch alone, and for `locatedForMs`.
 * 3. The hub may speak of another batch of the job, behind which the one that was asked for is queued. Then that one counts. When
 *    it is over, the one that was asked for is behind others still.
 */
import { locatedForMs, quietMs } from '../../limits.js';
import type { BatchLedger, BatchRecord } from './batch-ledger.js';
import type { EventInHand } from './event-in-hand.js';
import type { JobEvent } from './job-events.js';

type Located = Extract<JobEvent, { type: 'located' }>;

/**
 * Where a batch is: with a worker for so long; in the queue, because other jobs have all of so many slots; or in the queue behind
 * others of its own job.
 */
export type Place =
  | { readonly at: 'worker'; readonly worker: string; readonly forMs: number }
  | { readonly at: 'queue'; readonly slots: number }
  | { readonly at: 'behind' };

/** The parts of a job that are asked. */
interface Asked {
  readonly connected: boolean;
  readonly ledger: BatchLedger;
  readonly inHand: EventInHand;
}

export class Whereabouts {
  #askedAt = -Infinity;
  /** The batch that was asked for last. */
  #asked = -1;
  #heard: { readonly about: Located; readonly place: Place; readonly at: number } | undefined;

  /** Somebody wants to know. */
  look({ connected, ledger, inHand }: Asked, now: number): void {
    if (!connected || now - this.#askedAt < quietMs) return;
    const oldest = oldestSent(ledger);
    const attempt = oldest?.underWay[0];
    if (oldest === undefined || attempt === undefined || now - oldest.sentAt < quietMs) return;
    this.#askedAt = now;
    this.#asked = oldest.seq;
    inHand.put({ type: 'locate', seq: oldest.seq, attempt });
  }

  /** The hub says where it is. */
  heard(about: Located, now: number): void {
    const { workerId, workerName, forMs, slots } = about;
    const place: Place =
      workerId === undefined
        ? { at: 'queue', slots }
        : { at: 'worker', worker: workerName === undefined || workerName === '' ? workerId : workerName, forMs };
    this.#heard = { about, place, at: now };
  }

  /** The batch of which the hub has spoken, and where it is; undefined: it is over, or nobody has said so lately. */
  known(ledger: BatchLedger, now: number): { readonly batch: BatchRecord; readonly place: Place } | undefined {
    if (this.#heard === undefined || now - this.#heard.at > locatedForMs) return undefined;
    const { about, place, at } = this.#heard;
    const batch = ledger.get(about.seq);
    if (batch?.underWay.includes(about.attempt) === true) {
      return { batch, place: place.at === 'worker' ? { ...place, forMs: place.forMs + now - at } : place };
    }
    const asked = about.seq === this.#asked ? undefined : ledger.get(this.#asked);
    return asked?.state === 'sent' ? { batch: asked, place: { at: 'behind' } } : undefined;
  }
}

/** The batch that was sent first; undefined: nothing is under way. */
export function oldestSent(ledger: BatchLedger): BatchRecord | undefined {
  let oldest: BatchRecord | undefined;
  for (const record of ledger.sentBatches()) if (oldest === undefined || record.sentAt < oldest.sentAt) oldest = record;
  return oldest;
}
