import type { UnitFailure } from './messages.js';

/** The failure of a unit that ran past the timeout of its stage. Nothing was thrown. */
export function timeoutFailure(offset: number, stage: number, timeoutMs: number | undefined): Omit<UnitFailure, 'error'> {
  return { offset, stage, code: 'TASK_TIMEOUT', kind: 'thrown', message: `ran past its timeout of ${timeoutMs} ms` };
}
