import type { Logger } from 'pino';
import { likeLinesWithinMs } from '../../src/limits.js';
import { LineLimit } from '../../src/line-limit.js';
import type { HubEvent } from '../network/hub-events.js';

/** Writes what happens at a hub's door to a log. Tokens and payloads are never in it. */
export class HubLog {
  readonly #log: Logger;
  readonly #refusals = new LineLimit();

  constructor(log: Logger) {
    this.#log = log;
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

  /** Says what was left out until now. */
  close(): void {
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
