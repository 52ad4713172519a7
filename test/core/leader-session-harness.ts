import type { LeaderSessionEffect, LeaderSessionEvent } from '../../src/core/leader-session-events.js';
import { LeaderSession } from '../../src/core/leader-session.js';
import type { HubLimits, JobOutcome } from '../../src/protocol/messages.js';
import { limits } from '../server/scheduler-harness.js';

/**
 * A session under test, validated after each event; gives up after a second without a hub, or without a place and a moment more.
 */
export class SessionUnderTest {
  now = 0;
  readonly session: LeaderSession;

  constructor(askAfterMs = Infinity) {
    this.session = new LeaderSession({ reconnectTimeoutMs: 1_000, noWorkerTimeoutMs: 1_000, askAfterMs });
  }

  static welcomed(changes: Partial<HubLimits> = {}, askAfterMs = Infinity): SessionUnderTest {
    const test = new SessionUnderTest(askAfterMs);
    test.welcome(changes);
    return test;
  }

  handle(event: LeaderSessionEvent): LeaderSessionEffect[] {
    const effects = this.session.handle(event, this.now);
    this.session.validate();
    return effects;
  }

  welcome(changes: Partial<HubLimits> = {}): LeaderSessionEffect[] {
    return this.handle({
      type: 'received',
      message: { type: 'welcome', id: 'l', epoch: 'e', limits: { ...limits, ...changes } },
    });
  }

  lose(): LeaderSessionEffect[] {
    return this.handle({ type: 'lost', reason: 'cut' });
  }

  /** A job that has something to send. */
  add(job: number, needs = 'double@1', isStray = false, descriptionBytes = 10): LeaderSessionEffect[] {
    return [...this.handle({ type: 'jobAdded', job, needs, operation: 'double', descriptionBytes, isStray }), ...this.want(job)];
  }

  /** The job has something to send, and nothing under way. */
  want(job: number): LeaderSessionEffect[] {
    return this.handle({ type: 'jobHandled', job, load: { batches: 0, bytes: 0 }, wanting: true, blocked: false });
  }

  /** The job has been asked for its place, and leaves. */
  leave(job: number, wanting = false): LeaderSessionEffect[] {
    const effects = this.handle({ type: 'placeLeft', job });
    return [...effects, ...(wanting ? this.want(job) : this.handled(job, 0))];
  }

  remove(job: number, outcome?: JobOutcome): LeaderSessionEffect[] {
    return this.handle({ type: 'jobRemoved', job, outcome });
  }

  handled(job: number, batches: number, blocked = false, bytes = batches): LeaderSessionEffect[] {
    return this.handle({ type: 'jobHandled', job, load: { batches, bytes }, wanting: blocked, blocked });
  }
}

export const open = (job: number, slots = 0, resumed = false): LeaderSessionEffect => ({ type: 'open', job, slots, resumed });
export const connected = (job: number): LeaderSessionEffect => ({ type: 'toJob', job, event: { type: 'connected' } });
export const close = (job: number): LeaderSessionEffect => ({ type: 'send', message: { type: 'close', job } });
export const resume = (...jobs: number[]): LeaderSessionEffect => ({ type: 'send', message: { type: 'resume', jobs } });
export const asked = (job: number): LeaderSessionEffect => ({ type: 'toJob', job, event: { type: 'placeWanted' } });
export const tick = (job: number): LeaderSessionEffect => ({ type: 'toJob', job, event: { type: 'tick' } });
