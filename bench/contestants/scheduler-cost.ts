import { defaultLimits } from '../../server/limits.js';
import { ticketOf } from '../../server/network/tickets.js';
import { Scheduler } from '../../server/core/scheduler.js';
import type { SchedulerEffect, SchedulerEvent } from '../../server/core/scheduler-events.js';
import type { Batch, JobDescription, Offers } from '../../src/protocol/messages.js';
import type { Contestant } from '../measuring/contestant.js';
import type { HubMetric } from './hub-cost.js';

const offers: Offers = { operations: ['no-op@1'], serializers: ['msgpack'], labels: [] };
const description: JobDescription = {
  stages: [{ kind: 'map', operation: 'no-op', version: 1 }],
  serializer: 'msgpack',
};
const leaderId = 'leader';
const payload = new Uint8Array(16);

/** Batches in a run. */
const batches = 50_000;

/**
 * What batches are said to have taken, one after the other: as jobs are charged what such batches usually take, each is put
 * right.
 */
const elapsedMs = [5, 80, 10, 20, 40, 15, 60, 5, 20, 10, 30] as const;
const meanMs = elapsedMs.reduce((sum, ms) => sum + ms, 0) / elapsedMs.length;

/** The hub's scheduler alone, with events as they would come, in virtual time: no sockets, nothing to encode. */
export function schedulerCost(workers: number, jobs: number): Contestant<HubMetric> {
  return {
    name: `${workers} ${workers === 1 ? 'worker' : 'workers'}, ${jobs} ${jobs === 1 ? 'job' : 'jobs'}`,
    start: () =>
      Promise.resolve({
        run: () => {
          const cluster = new ScheduledCluster(workers, jobs);
          // So many that jobs have been described to nearly all workers.
          cluster.pass(Math.max(batches, 2 * workers * jobs));
          const start = process.cpuUsage();
          const introductions = cluster.pass(batches);
          const { user, system } = process.cpuUsage(start);
          return Promise.resolve({ usPerBatch: (user + system) / batches, introductionsPerBatch: introductions / batches });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}

/** Workers that answer in the order in which they were given something, and a leader that keeps each job supplied. */
class ScheduledCluster {
  readonly #scheduler = new Scheduler({
    epoch: 'bench',
    ticketOf,
    limits: { ...defaultLimits, maxPayloadBytes: 1e6, maxJobsPerLeader: 1e4, maxBatchesPerLeader: 1e6, maxBytesPerLeader: 1e9 },
  });
  readonly #jobs: number;
  /** Batches of each job at the hub, as many as a leader would have there. */
  readonly #perJob: number;
  readonly #sent: number[];
  readonly #assigned: { readonly workerId: string; readonly jobId: string; readonly batch: Batch }[] = [];
  readonly #workers: number;
  #now = 0;
  #introductions = 0;
  #results = 0;

  constructor(workers: number, jobs: number) {
    this.#workers = workers;
    this.#jobs = jobs;
    this.#perJob = Math.ceil((3 * workers + 1) / jobs) + 1;
    this.#sent = Array.from({ length: jobs }, () => 0);
    this.#handle({ type: 'leaderJoined', leaderId, name: '' });
    for (let worker = 0; worker < workers; worker += 1) {
      const workerId = `worker ${worker}`;
      this.#handle({ type: 'workerJoined', workerId, name: '' });
      this.#handle({ type: 'workerSent', workerId, message: { type: 'report', jobs: [], ending: [] } });
      this.#handle({ type: 'workerSent', workerId, message: { type: 'offer', slots: 1, offers } });
    }
    for (let job = 0; job < jobs; job += 1) {
      this.#handle({
        type: 'leaderSent',
        leaderId,
        message: { type: 'open', job, secret: 's', description, priority: 0, labels: [], slots: 0 },
      });
      for (let batch = 0; batch < this.#perJob; batch += 1) this.#send(job);
    }
  }

  /** Lets so many batches come back; returns how many descriptions of jobs went out meanwhile. */
  pass(count: number): number {
    const before = this.#introductions;
    const until = this.#results + count;
    let taken = 0;
    while (this.#results < until) {
      const next = this.#assigned[taken];
      if (next === undefined) throw new Error('nothing is under way');
      taken += 1;
      const { workerId, jobId, batch } = next;
      this.#now += meanMs / this.#workers;
      const elapsed = elapsedMs[this.#results % elapsedMs.length] ?? meanMs;
      const result = { seq: batch.seq, attempt: batch.attempt, done: 1, failures: [], elapsedMs: elapsed, payload };
      this.#handle({ type: 'workerSent', workerId, message: { type: 'result', jobId, result } });
    }
    this.#assigned.splice(0, taken);
    return this.#introductions - before;
  }

  #send(job: number): void {
    const seq = this.#sent[job] ?? 0;
    this.#sent[job] = seq + 1;
    const batch: Batch = {
      seq,
      attempt: 1,
      first: seq,
      count: 1,
      units: 'elements',
      suspect: false,
      alone: false,
      budgetMs: 0,
      payload,
    };
    this.#handle({ type: 'leaderSent', leaderId, message: { type: 'batch', job, batch } });
  }

  #handle(event: SchedulerEvent): void {
    for (const effect of this.#scheduler.handle(event, this.#now)) this.#perform(effect);
  }

  #perform(effect: SchedulerEffect): void {
    if (effect.type === 'expel') throw new Error(effect.reason);
    const { message } = effect;
    switch (message.type) {
      case 'assign':
        if (effect.type === 'toWorker') this.#assigned.push({ ...message, workerId: effect.workerId });
        break;
      case 'job':
        this.#introductions += 1;
        break;
      case 'result': {
        this.#results += 1;
        if (!('job' in message)) break;
        const { job, result } = message;
        this.#handle({
          type: 'leaderSent',
          leaderId,
          message: { type: 'acknowledge', job, seq: result.seq, attempt: result.attempt },
        });
        if (job < this.#jobs) this.#send(job);
        break;
      }
      case 'refused':
        throw new Error(message.message);
      default:
        break;
    }
  }
}
