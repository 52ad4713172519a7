import { PaladinError } from '../../src/errors/paladin-error.js';
import { stackOf } from '../../src/errors/stack-of.js';
import { isA, isError, messageOf } from '../../src/errors/thrown.js';
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
  for (const line of framesOf(error)) console.error(line);
  exitOnceRead(exitCode(error), output);
}

/** How many frames are shown of the stack of a module's own error. */
const mostFrames = 10;

/** Where a module of the program has thrown that cannot be loaded: the frames of its own files. */
export function framesOf(error: unknown): readonly string[] {
  const cause = isA(error, PaladinError) ? error.cause : undefined;
  if (!isError(cause)) return [];
  const frames = stackOf(cause)
    .split('\n')
    .filter((line) => /^\s+at /u.test(line) && !others.test(line) && !line.includes(ownFiles));
  return frames.slice(0, mostFrames);
}

/** Frames of Node and of packages. */
const others = /node:|[\\/]node_modules[\\/]/u;

/** The folder of this package's code, as it stands in stacks: as a path, or within a URL. */
const ownFiles = new URL('../../', import.meta.url).pathname;

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
