import type { SchedulerEffect } from '../../server/core/scheduler-events.js';
import { recoveryWindowMs } from '../../src/limits.js';
import type { Possession, Ticketed, UnderWay } from '../../src/protocol/messages.js';
import { batchOf, openHub, ticket, toLeaders, toWorkers, type HubUnderTest } from './scheduler-harness.js';

/** A hub with leader `l`, whose job 1 has batches 0 and 1 with worker `w`, which has two slots. */
export function busyHub(): HubUnderTest {
  const hub = openHub(2);
  hub.batch('l', 1, batchOf(0));
  hub.batch('l', 1, batchOf(1));
  return hub;
}

export const attempt = (seq: number, number = 1): { seq: number; attempt: number } => ({ seq, attempt: number });
export const underWay = (seq: number, worthMs = Infinity): UnderWay => ({
  ...attempt(seq),
  suspect: false,
  bytes: 1,
  worthMs: Math.min(worthMs, recoveryWindowMs),
});
export const ticketed = (seq: number, number = 1, workerId = 'w'): Ticketed => {
  const one = attempt(seq, number);
  return { ...one, ticket: ticket('secret', workerId, one) };
};
export const possession = (running: number[], held: number[] = []): Possession => ({
  jobId: 'l:1',
  running: running.map((seq) => ticketed(seq)),
  held: held.map((seq) => ticketed(seq)),
});

/** The worker comes (back), with what it has. */
export function workerBack(hub: HubUnderTest, jobs: readonly Possession[], ending: readonly number[] = []): SchedulerEffect[] {
  hub.workerJoined('w');
  const reported = hub.fromWorker('w', {
    type: 'report',
    jobs,
    ending: ending.map((seq) => ({ jobId: 'l:1', ...attempt(seq) })),
  });
  const offers = { operations: ['f@1'], serializers: ['json'], labels: [] };
  return [...reported, ...hub.fromWorker('w', { type: 'offer', slots: 2, offers })];
}

/** The leader comes (back), and opens its job again. */
export function leaderBack(hub: HubUnderTest, resumed: readonly UnderWay[], jobs: readonly number[] = [1]): SchedulerEffect[] {
  const effects = hub.leader('l', jobs);
  for (const job of jobs) effects.push(...hub.open('l', job, { resumed }));
  return effects;
}

export const workerLost = (hub: HubUnderTest): SchedulerEffect[] =>
  hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'transport close', how: 'lost' });
export const leaderLost = (hub: HubUnderTest): SchedulerEffect[] =>
  hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'lost' });

export function tickAt(hub: HubUnderTest, now: number): SchedulerEffect[] {
  hub.now = now;
  return hub.handle({ type: 'tick' });
}

/** What leaders are told to have become of attempts, as `result 0/1` or `returned 0/1`. */
export function answers(effects: readonly SchedulerEffect[]): string[] {
  return toLeaders(effects).flatMap(([, message]) => {
    if (message.type === 'result') return [`result ${message.result.seq}/${message.result.attempt}`];
    return message.type === 'lost' ? [`${message.loss.cause} ${message.loss.seq}/${message.loss.attempt}`] : [];
  });
}

/** Which attempts leaders are told to be under way again, as `0/1`. */
export function adopted(effects: readonly SchedulerEffect[]): string[] {
  return toLeaders(effects).flatMap(([, message]) => (message.type === 'adopted' ? [`${message.seq}/${message.attempt}`] : []));
}

/** What workers are told of attempts and jobs, as `resend 0/1` or `close l:1`. */
export function orders(effects: readonly SchedulerEffect[]): string[] {
  return toWorkers(effects).flatMap(([, message]) => {
    if (message.type === 'close') return [`close ${message.jobId}`];
    return message.type === 'resend' || message.type === 'cancel' || message.type === 'acknowledge'
      ? [`${message.type} ${message.seq}/${message.attempt}`]
      : [];
  });
}
