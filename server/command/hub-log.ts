import type { Logger } from 'pino';
import { likeLinesWithinMs } from '../../src/limits.js';
import { LineLimit } from '../../src/line-limit.js';
import type { JobEnd } from '../core/job-accounts.js';
import type { HubEvent } from '../network/hub-events.js';
import { PacedLog } from './paced-log.js';

/** What each end of a job is called in the log, and how much it matters. */
const jobEnds: Readonly<Record<JobEnd['how'], readonly ['info' | 'warn', string]>> = {
  completed: ['info', 'job completed'],
  cancelled: ['info', 'job cancelled'],
  failed: ['warn', 'job failed'],
  closed: ['info', 'job closed'],
  refused: ['warn', 'job ended by the hub'],
  left: ['warn', 'job ended, as its leader is gone'],
};

/** Writes what happens at a hub's door, and to jobs, to a log. Tokens and payloads are never in it. */
export class HubLog {
  readonly #log: Logger;
  readonly #refusals = new LineLimit();
  readonly #jobs: PacedLog;

  constructor(log: Logger) {
    this.#log = log;
    this.#jobs = new PacedLog(log);
    setInterval(() => {
      this.#tellLeftOut(performance.now());
    }, likeLinesWithinMs / 4).unref();
  }

  record(event: HubEvent): void {
    const log = this.#log;
    const { type: _, ...details } = event;
    switch (event.type) {
      case 'joined':
        log[comingAndGoing(event.role)](details, `${event.role} joined`);
        break;
      case 'left':
        if (event.code === undefined) log[comingAndGoing(event.role)](details, leftText(event));
        else this.#warn(details, `${event.role} was disconnected: ${event.code}: ${event.reason}`);
        break;
      case 'refused':
        this.#warn(details, `${event.role} refused: ${event.code}: ${event.reason}`);
        break;
      case 'jobEnded':
        this.#jobEnded(event);
        break;
      case 'exposed':
        log.warn({ roles: event.roles }, `insecure: ${event.reason}`);
        break;
      case 'outOfRoom':
        log.error(details, event.reason);
        break;
      case 'roomAgain':
        log.info(event.reason);
        break;
      case 'authorizationFailed': {
        const message = `authorize failed for a ${event.role}`;
        const { role, address, error } = event;
        if (this.#admits(message)) log.error({ role, address, err: error }, message);
        break;
      }
    }
  }

  /** There may be a thousand short jobs a second. */
  #jobEnded({ how, batches, done, failed, lost, elapsedMs, type: _, ...job }: Extract<HubEvent, { type: 'jobEnded' }>): void {
    const [level, text] = jobEnds[how];
    const details = { ...job, elapsedMs: Math.round(elapsedMs) };
    const why = [text, job.code, job.reason].filter((part) => part !== undefined).join(': ');
    this.#jobs.write(level, text, details, why, { batches, done, failed, lost });
  }

  /** Says what was left out until now. */
  close(): void {
    this.#jobs.close();
    this.#tellLeftOut(Infinity);
  }

  /** Strangers can cause any number of lines. So like ones are counted, and only some are written. */
  #warn(details: object, message: string): void {
    if (this.#admits(message)) this.#log.warn(details, message);
  }

  #admits(message: string): boolean {
    return this.#refusals.admits(message, performance.now());
  }

  #tellLeftOut(now: number): void {
    for (const leftOut of this.#refusals.over(now)) {
      this.#log.warn(leftOut, `${leftOut.lines} more lines were left out: ${leftOut.about}`);
    }
  }
}

/** A peer that says goodbye has no other reason. */
function leftText({ role, reason }: Extract<HubEvent, { type: 'left' }>): string {
  return reason === `the ${role} left` ? `${role} left` : `${role} left: ${reason}`;
}

/** How much it matters that a peer comes or goes. Whoever watches a hub asks it again and again. */
function comingAndGoing(role: string): 'debug' | 'info' {
  return role === 'observer' ? 'debug' : 'info';
}
