import type { Logger } from 'pino';
import type { WorkerEvent } from '../../src/worker/worker-event.js';
import { PacedLog } from './paced-log.js';

/** Writes what happens at a worker to a log. Payloads are never in it. */
export class WorkerLog {
  readonly #lines: PacedLog;

  constructor(log: Logger) {
    this.#lines = new PacedLog(log);
  }

  record(event: WorkerEvent): void {
    if (event.type === 'threadRenewed') {
      this.#lines.write('info', 'threads are renewed', {}, event.reason);
      return;
    }
    const { type: _, message, failures, ...details } = event;
    const { operation, index, code } = details;
    const where = index === undefined ? '' : ` at index ${index}`;
    // Operations fail in ways of their own: each has lines of its own.
    const kind = `${operation} failed: ${code}`;
    this.#lines.write('warn', kind, details, `${operation} failed${where}: ${code}: ${message}`, { failures });
  }

  /** Says what was left out until now. */
  close(): void {
    this.#lines.close();
  }
}
