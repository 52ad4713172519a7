import type { Possession, Ticketed } from '../../src/protocol/messages.js';
import { leaderOf } from '../../src/protocol/job-id.js';

/** As a possession, and one that grows. */
interface Claim extends Possession {
  readonly running: Ticketed[];
  readonly held: Ticketed[];
}

/** What a worker has of jobs that no leader has opened yet. */
export class Claims {
  /** The claims, by leader and by job. */
  readonly #byLeader = new Map<string, Map<string, Claim>>();
  #jobs = 0;
  #running = 0;

  /** How many jobs it has something of. */
  get size(): number {
    return this.#jobs;
  }

  /** How many attempts it executes. */
  get running(): number {
    return this.#running;
  }

  get(jobId: string): Possession | undefined {
    return this.#byLeader.get(leaderOf(jobId).leaderId)?.get(jobId);
  }

  /** What it has of jobs of the leader. */
  ofLeader(leaderId: string): Iterable<Possession> {
    return this.#byLeader.get(leaderId)?.values() ?? [];
  }

  /** It has this of the job beside what was said before. */
  add({ jobId, running, held }: Possession): void {
    const { leaderId } = leaderOf(jobId);
    const jobs = this.#byLeader.get(leaderId) ?? new Map<string, Claim>();
    this.#byLeader.set(leaderId, jobs);
    const claim = jobs.get(jobId);
    if (claim === undefined) {
      jobs.set(jobId, { jobId, running: [...running], held: [...held] });
      this.#jobs += 1;
    } else {
      claim.running.push(...running);
      claim.held.push(...held);
    }
    this.#running += running.length;
  }

  /** What it has of this job, in place of what was said before. */
  set(possession: Possession): void {
    this.delete(possession.jobId);
    this.add(possession);
  }

  delete(jobId: string): void {
    const { leaderId } = leaderOf(jobId);
    const jobs = this.#byLeader.get(leaderId);
    const claim = jobs?.get(jobId);
    if (jobs === undefined || claim === undefined) return;
    jobs.delete(jobId);
    if (jobs.size === 0) this.#byLeader.delete(leaderId);
    this.#jobs -= 1;
    this.#running -= claim.running.length;
  }

  clear(): void {
    this.#byLeader.clear();
    this.#jobs = 0;
    this.#running = 0;
  }

  *[Symbol.iterator](): Generator<Possession, undefined> {
    for (const jobs of this.#byLeader.values()) yield* jobs.values();
  }
}
