import { WorkerSession } from '../../src/core/worker-session.js';
import type { SessionEffect, SessionEvent } from '../../src/core/worker-session-events.js';
import type { JobDescription, Ticketed, WorkerToHub } from '../../src/protocol/messages.js';
import { batchOf, resultOf } from '../server/scheduler-harness.js';

export const description: JobDescription = { stages: [{ kind: 'map', operation: 'f', version: 1 }], serializer: 'json' };
export const offers = { operations: ['f@1'], serializers: ['json'], labels: [] };

/** A session under test, validated after each event. */
export class SessionUnderTest {
  readonly session = new WorkerSession();
  now = 0;

  /** Connected, with so many slots, and told of job `j`. */
  static with(slots: number): SessionUnderTest {
    const test = new SessionUnderTest();
    test.handle({ type: 'offers', slots, offers });
    test.handle({ type: 'connected' });
    test.handle({ type: 'received', message: { type: 'job', jobId: 'j', description } });
    return test;
  }

  handle(event: SessionEvent): SessionEffect[] {
    const effects = this.session.handle(event, this.now);
    this.session.validate();
    return effects;
  }

  assign(seq: number, jobId = 'j'): SessionEffect[] {
    return this.handle({ type: 'received', message: { type: 'assign', jobId, ticket: 100 + seq, batch: batchOf(seq) } });
  }

  /** Tells it something of an attempt of job `j`. */
  tell(type: 'acknowledge' | 'resend' | 'cancel', seq: number): SessionEffect[] {
    return this.handle({ type: 'received', message: { type, jobId: 'j', seq, attempt: 1 } });
  }

  close(): SessionEffect[] {
    return this.handle({ type: 'received', message: { type: 'close', jobId: 'j' } });
  }

  settle(run: number, seq: number): SessionEffect[] {
    return this.handle({ type: 'settled', run, outcome: { type: 'result', result: resultOf(seq) } });
  }

  reconnect(): SessionEffect[] {
    this.handle({ type: 'disconnected' });
    return this.handle({ type: 'connected' });
  }
}

export const run = (number: number, seq: number): SessionEffect => ({
  type: 'run',
  run: number,
  jobId: 'j',
  description,
  batch: batchOf(seq),
});
export const send = (message: WorkerToHub): SessionEffect => ({ type: 'send', message });
export const answer = (seq: number): SessionEffect => send({ type: 'result', jobId: 'j', result: resultOf(seq) });
export const lost = (seq: number, cause: 'returned' | 'cancelled' | 'wasted', reason: string): SessionEffect =>
  send({ type: 'lost', jobId: 'j', loss: { seq, attempt: 1, cause, reason } });
export const offer = (slots: number): SessionEffect => send({ type: 'offer', slots, offers });
export const report = (running: number[], held: number[], ending: number[] = [], jobs = true): SessionEffect => {
  const attempts = (seqs: number[]): { seq: number; attempt: number }[] => seqs.map((seq) => ({ seq, attempt: 1 }));
  const ticketed = (seqs: number[]): Ticketed[] => attempts(seqs).map((attempt) => ({ ...attempt, ticket: 100 + attempt.seq }));
  return send({
    type: 'report',
    jobs: jobs ? [{ jobId: 'j', running: ticketed(running), held: ticketed(held) }] : [],
    ending: attempts(ending).map((attempt) => ({ jobId: 'j', ...attempt })),
  });
};
