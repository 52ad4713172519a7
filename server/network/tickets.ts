import { hash } from 'node:crypto';
import type { TicketOf } from '../core/scheduler-events.js';

/** Tickets that nobody can make who does not know the job's secret. */
export const ticketOf: TicketOf = (secret, workerId, { seq, attempt }) =>
  Number.parseInt(hash('sha256', `${secret} ${workerId} ${seq}/${attempt}`).slice(0, ticketDigits), 16);

/** Hexadecimal digits of a number that is exact. */
const ticketDigits = 12;
