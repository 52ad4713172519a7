import { PaladinError } from '../errors/paladin-error.js';
import { executingNow, isThreadOfBatches } from './executing-now.js';

/*
 * A module that starts threads when a thread loads it makes threads without end: each of them loads it, too. Mostly it is a
 * program that has forgotten to guard what only the program does.
 */

/**
 * Why threads may not be started; undefined: nobody has tried. It is state of a module because the thread is what loads modules.
 */
let refusal: PaladinError | undefined;

/**
 * Operations may start threads, and whatever else is no module that a thread of this package loads.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` where the module is to blame that this thread loads or has loaded
 */
export function checkMayStartThreads(where: string): void {
  if (!isThreadOfBatches() || executingNow() !== undefined) return;
  refusal ??= new PaladinError(
    'INVALID_INPUT',
    `${where}: this module starts threads while a thread loads it: guard with \`isMainThread\`, or move the operations into a ` +
      'file of their own',
  );
  throw refusal;
}

/** @throws {@link PaladinError} `INVALID_INPUT` when a module has tried, also where nobody waits for what came of that */
export function checkNoneStarted(): void {
  if (refusal !== undefined) throw refusal;
}
