import { PaladinError } from '../../src/errors/paladin-error.js';
import { isA, messageOf } from '../../src/errors/thrown.js';
import type { GuardedOutput } from './output.js';

/** What the exit codes of the command mean. */
export const exitCodes: string = `Exit codes:
  0  ended in good order: closed, drained, or answered
  1  wrong usage, a module that cannot be loaded, an address that cannot be had
  2  refused by the hub: token, protocol version or limits
  3  no hub answered
  4  a worker ended with work undone: batches not finished, or results not handed in`;

/** The code of a worker that ends with work undone. */
export const undoneCode = 4;

/** Says what went wrong, and ends the process with the code for it: at once, or when the message has been read. */
export function exitWith(error: unknown, output?: GuardedOutput): void {
  exitSaying(messageOf(error), error, output);
}

/** The same, with a message of the caller's own. */
export function exitSaying(message: string, error: unknown, output?: GuardedOutput): void {
  console.error(`error: ${message}`);
  exitOnceRead(exitCode(error), output);
}

/** Ends the process when its output has been read, or after a moment. */
export function exitOnceRead(code: number, output?: GuardedOutput): void {
  if (output === undefined || output.isFlushed) process.exit(code);
  void output.flushed().then(() => process.exit(code));
}

function exitCode(error: unknown): number {
  switch (isA(error, PaladinError) ? error.code : undefined) {
    case 'UNAUTHORIZED':
    case 'VERSION':
    case 'LIMIT_EXCEEDED':
    case 'PROTOCOL':
      return 2;
    case 'HUB_UNREACHABLE':
      return 3;
    default:
      return 1;
  }
}
