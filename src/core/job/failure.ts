import { PaladinError, type ErrorCode } from '../../errors/paladin-error.js';
import { decodeError } from '../../errors/remote-error.js';
import type { BatchLoss, NamedWorker, UnitFailure } from '../../protocol/messages.js';
import { maxWorkersNamed } from '../../limits.js';
import type { Death } from './batch-ledger.js';
import type { Range } from '../fold/partial.js';

/** A failed unit: as a worker reports it, or as the leader finds it. */
export type Failure = Omit<UnitFailure, 'code' | 'error'> & {
  readonly code: ErrorCode;
  /** The thrown value as `encodeError` wrote it; absent when nothing was thrown. */
  readonly error?: Uint8Array;
};

/** Where and how a unit failed, for its error. */
export interface FailureSite {
  readonly operation: string;
  readonly index: number;
  /** The elements that were combined, where it is a partial that failed. */
  readonly range?: Range | undefined;
  readonly attempts: number;
  readonly workerId?: string | undefined;
  readonly workerName?: string | undefined;
}

/** What was thrown, revived when it is first asked for: one failure may be that of many elements. */
export function causeOf({ error }: Failure): () => unknown {
  let cause: unknown;
  let isKnown = error === undefined || error.byteLength === 0;
  return () => {
    if (!isKnown && error !== undefined) cause = decodeError(error);
    isKnown = true;
    return cause;
  };
}

/** The error of a unit that failed for good; its message names operation and index. */
export function siteError(code: ErrorCode, reason: string, site: FailureSite, cause?: unknown): PaladinError {
  const { operation, index, range = { first: index, count: 1 }, attempts, workerId, workerName } = site;
  const { first, count } = range;
  const combined = count === 1 ? '' : ` (elements ${first} to ${first + count - 1}, combined)`;
  const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
  const where = workerName === undefined ? '' : ` on worker '${workerName}'`;
  const message = `operation '${operation}' failed at index ${index}${combined}${tries}${where}: ${reason}`;
  return new PaladinError(code, message, { operation, index, attempts, workerId, workerName, cause });
}

/**
 * The failure of a unit that was executing when workers or threads died, again and again. It says what is known. It does not say
 * that the unit killed them.
 */
export function poisonFailure(offset: number, stage: number, deaths: readonly Death[], { reason, error }: BatchLoss): Failure {
  const workers = deaths.filter((death) => death.of === 'worker').length;
  const died = [counted(workers, 'worker'), counted(deaths.length - workers, 'thread')]
    .filter((text) => text !== '')
    .join(' and ');
  const names = [...new Set(deaths.map(nameOf))];
  const more = names.length > maxWorkersNamed ? ` and ${names.length - maxWorkersNamed} more` : '';
  const named = names.slice(-maxWorkersNamed).join(', ') + more;
  const hint = workers > 0 ? '; if workers are killed from outside without a SIGTERM before, raise maxDeaths' : '';
  const message = `it was executing when ${died} died (${workers > 0 ? '' : 'on '}${named}); the last time: ${reason}${hint}`;
  return { offset, stage, code: 'POISON_TASK', kind: 'fatal', message, ...(error && { error }) };
}

/** What people call the worker, where it has a name, and what its hub calls it. */
function nameOf({ workerId, workerName }: NamedWorker): string {
  return workerName === undefined ? workerId : `'${workerName}' (${workerId})`;
}

function counted(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}
