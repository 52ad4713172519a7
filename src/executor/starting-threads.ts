import { PaladinError } from '../errors/paladin-error.js';
import { executingNow, isThreadOfBatches, servesPage } from './executing-now.js';

/*
 * A module that starts threads when a thread loads it makes threads without end: each of them loads it, too. Mostly it is a
 * program that has forgotten to guard what only the program does.
 *
 * A thread of Node knows from its beginning what it is. A Web Worker knows once its script calls `serveOperations`. The Web
 * Workers that it has made in the same turn have not begun to load their script. So they can still be ended.
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
  const why = servesPage()
    ? workersOfScript
    : 'this module starts threads while a thread loads it: guard with `isMainThread`, or move the operations into a file of their own';
  refusal ??= new PaladinError('INVALID_INPUT', `${where}: ${why}`);
  throw refusal;
}

/** @throws {@link PaladinError} `INVALID_INPUT` when a module has tried, also where nobody waits for what came of that */
export function checkNoneStarted(): void {
  if (refusal !== undefined) throw refusal;
}

const workersOfScript =
  'the script of a Web Worker starts Web Workers itself, which may load the same script: move the operations into a file of their own';

/**
 * The Web Workers of this thread that have not said that they are ready. It is state of a module because the thread is what runs
 * a script.
 */
const unready = new Set<{ terminate(): void }>();

/** A Web Worker was made. */
export function isStarting(worker: { terminate(): void }): void {
  unready.add(worker);
}

/** It is ready, or it was ended. */
export function hasStarted(worker: { terminate(): void }): void {
  unready.delete(worker);
}

/**
 * Ends the Web Workers that a script has just started.
 *
 * @returns why the script may not serve operations; undefined: it has started none
 */
export function whyNotServing(): string | undefined {
  if (unready.size === 0) return undefined;
  for (const worker of unready) worker.terminate();
  unready.clear();
  return workersOfScript;
}
