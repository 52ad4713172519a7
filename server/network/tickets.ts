import { hash } from 'node:crypto';
import type { TicketOf } from '../core/scheduler-events.js';

/** Makes tickets. Nobody can make them who does not know the job's secret. */
export const ticketOf: TicketOf = (secret, workerId, { seq, attempt }) =>
  Number.parseInt(hash('sha256', `${secret} ${workerId} ${seq}/${attempt}`).slice(0, ticketDigits), 16);

/** How many hexadecimal digits a ticket has: as a number it stays exact. */
const ticketDigits = 12;
