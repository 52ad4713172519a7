import type { HubStatus } from '../../src/protocol/hub-status.js';
import type { HubToLeader } from '../../src/protocol/messages.js';

type Queued = Extract<HubToLeader, { type: 'queued' }>;

/** What the simulation itself knows of what a hub says to leaders which ask: that others have all slots for a job. */
export class WaitAccount {
  /** Answers that were not true. */
  readonly mistakes: string[] = [];
  /** By leader, the longest time for which the slots of one of its jobs were not given out anew. */
  readonly #longestMs = new Map<string, number>();
  /** When each worker was given something last, by the hub's clock. */
  readonly #givenAt = new Map<string, number>();
  /** How many batches a worker really has. */
  readonly #loadOf: (workerId: string) => number;
  /** Whether a batch may wait though a slot is free: for a worker that has no other suspect, or nothing else. */
  readonly #suspects: boolean;

  constructor(suspects: boolean, loadOf: (workerId: string) => number) {
    this.#suspects = suspects;
    this.#loadOf = loadOf;
  }

  /** Another hub is started, with another clock. */
  restarted(): void {
    this.#givenAt.clear();
  }

  given(workerId: string, now: number): void {
    this.#givenAt.set(workerId, now);
  }

  /** A leader is told that all of its job waits. */
  told(leaderId: string, { stillMs }: Queued): void {
    this.#longestMs.set(leaderId, Math.max(stillMs, this.longestMs(leaderId)));
  }

  /** Compares what a leader is told with what is at the hub, which knows of all workers. */
  compare(leaderId: string, { job, slots, stillMs }: Queued, { jobs, workers }: HubStatus, now: number): void {
    const jobId = `${leaderId}:${job}`;
    const { stages = [], queued = 0, leased = 0 } = jobs.find((each) => each.jobId === jobId) ?? {};
    const suited = workers.filter(
      ({ draining, away, offers }) => !draining && !away && stages.every((stage) => offers.operations.includes(`${stage}@1`)),
    );
    const fail = (what: string): void => {
      this.mistakes.push(`the hub tells at ${now} that job ${jobId} waits, and ${what}`);
    };
    if (queued === 0) fail('nothing of it is queued');
    if (leased > 0) fail('workers have something of it');
    if (slots !== suited.reduce((sum, worker) => sum + worker.slots, 0)) fail(`there are not ${slots} slots for it`);
    for (const worker of suited) {
      const { workerId } = worker;
      const givenAt = this.#givenAt.get(workerId) ?? -Infinity;
      if (now - givenAt < stillMs) fail(`worker ${workerId} was given something at ${givenAt}, not ${stillMs} ms ago`);
      const taken = Math.max(worker.leased + worker.ending, this.#loadOf(workerId));
      if (taken < worker.slots && !this.#suspects) fail(`worker ${workerId} has ${taken} batches for ${worker.slots} slots`);
    }
  }

  /** For how long at the most a leader was told that nothing was given out anew. */
  longestMs(leaderId: string): number {
    return this.#longestMs.get(leaderId) ?? 0;
  }
}
