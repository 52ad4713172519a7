import { createHash } from 'node:crypto';
import type { TicketOf } from './core/scheduler-events.js';

/** Tickets that nobody can make who does not know the job's secret. */
export const ticketOf: TicketOf = (secret, workerId, { seq, attempt }) =>
  createHash('sha256').update(`${secret} ${workerId} ${seq}/${attempt}`).digest().readUIntBE(0, 6);
