import { thrownKind } from '../errors/operation-errors.js';
import { encodeError } from '../errors/remote-error.js';
import { failureJsonWeight } from '../limits.js';
import { checkRetry, type OnFatal, type RetryStrategy } from '../errors/retry.js';
import { SchemaError } from '../errors/schema-error.js';
import type { UnitFailure } from '../protocol/messages.js';
import { timeoutFailure } from '../protocol/timeout-failure.js';
import { isA } from '../errors/thrown.js';

const nothingThrown = new Uint8Array(0);

/** The operation, its set-up, a schema or a custom serializer threw. The error says itself whether it may pass. */
export function thrownFailure(offset: number, stage: number, thrown: unknown, prefix = ''): UnitFailure {
  const kind = thrownKind(thrown);
  const { message, bytes } = encodeError(thrown);
  const retry = kind === 'transient' ? retryOf(thrown) : undefined;
  const onFatal = kind === 'thrown' ? undefined : onFatalOf(thrown);
  return {
    offset,
    stage,
    // An output that its schema refuses is the operation's doing.
    code: isA(thrown, SchemaError) && thrown.subject !== 'output' ? 'INVALID_INPUT' : 'OPERATION_FAILED',
    kind,
    ...(retry && { retry }),
    ...(onFatal && { onFatal }),
    message: prefix + message,
    error: bytes,
  };
}

/** The operation ran past the timeout of its stage. */
export function lateFailure(offset: number, stage: number, timeoutMs: number): UnitFailure {
  return { ...timeoutFailure(offset, stage, timeoutMs), error: nothingThrown };
}

/** A failure that no retry can mend, and that is not the operation's doing. */
export function fatalFailure(
  offset: number,
  stage: number,
  code: UnitFailure['code'],
  message: string,
  thrown?: unknown,
): UnitFailure {
  const error = thrown === undefined ? nothingThrown : encodeError(thrown).bytes;
  return { offset, stage, code, kind: 'fatal', message, error };
}

// The error may come from another copy of this package, or somebody may have changed it. A value that is no strategy counts as
// none.
function retryOf(thrown: unknown): RetryStrategy | undefined {
  try {
    const retry = property(thrown, 'retry');
    return retry === undefined ? undefined : checkRetry(retry, 'error');
  } catch {
    return undefined;
  }
}

function onFatalOf(thrown: unknown): OnFatal | undefined {
  try {
    const onFatal = property(thrown, 'onFatal');
    return onFatal === 'terminate' || onFatal === 'skip' ? onFatal : undefined;
  } catch {
    return undefined;
  }
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

/** How much of `maxFailureBytes` a failure takes. */
export function failureBytes({ message, error }: UnitFailure): number {
  const jsonBytes = text.encode(JSON.stringify(message)).byteLength + mostBesideMessage;
  return failureJsonWeight * jsonBytes + error.byteLength;
}

const text = new TextEncoder();

/** The most bytes of JSON that all fields of a failure take beside its message. */
const mostBesideMessage = 300;
