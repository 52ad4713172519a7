import type { FaultKind } from '../options.js';
import { fail, type Checker } from './checker.js';

/** With a worker that dies nobody knows whether it had begun what was just on its way to it. */
const workersSuffer: readonly FaultKind[] = ['worker crash', 'worker cut off', 'worker freeze', 'worker reset', 'hub freeze'];

/** Nor with one that goes while its connection is broken. */
const workersGo: readonly FaultKind[] = ['worker drain', 'worker deploy', 'worker hurry'];

/**
 * Each operation of a chain is told in `context.attempt` how often its element was tried in its stage, and this time. A combine
 * of elements likewise.
 *
 * Whatever goes wrong, these are the tries before that the leader knew of when it sent the attempt. Of each earlier attempt that
 * travelled through the stage it counts:
 * - One that was answered: once, if the element was begun and did not fail in a stage before.
 * - One that was lost: once, also where its worker died before it had begun. Of a thread it is known who was executing: what came
 *   behind counts nothing.
 * - One that was handed back: nothing. One that is handed back in the midst of it: once, if the element was begun.
 * - One that is under way, which is executed beside: once.
 * - One that failed, or was lost, while another one was under way: once, in all stages. What it had not begun counts maybe.
 * - One that was cancelled since another one had settled its batch, or was answered after it had been handed back or cancelled,
 *   or for an earlier one: maybe.
 *
 * These are also those that were begun, and reached the stage, no more and no less; of one that was not answered it cannot be
 * told how far it was. But nobody knows of a worker that is lost what it had begun, nor what only a hub knew that is gone.
 */
export const tries: Checker = ({ options, faults, cluster }) => {
  const { mistakes, miscounted } = cluster.executions.tries;
  if (mistakes[0] !== undefined) fail(mistakes[0]);
  const hubDied = faults.has('hub restart');
  const blinding = hubDied ? [...workersSuffer, ...workersGo] : workersSuffer;
  if (options.deadly || blinding.some((kind) => faults.has(kind))) return;
  const { tooMany, tooFew } = miscounted;
  const leaderSuffered = [...faults.keys()].some((kind) => kind.startsWith('leader'));
  // One that is killed soon after it was told to go may not have begun what was just on its way to it.
  const isUnheard = faults.has('worker deploy');
  if (tooMany > 0 && !isUnheard) fail(`an operation was told of ${tooMany} tries more than there were`);
  // An answer that goes with its worker before its leader is back is told to nobody.
  const isUntold = hubDied || (leaderSuffered && workersGo.some((kind) => faults.has(kind)));
  if (tooFew > 0 && !isUntold) fail(`an operation was told of ${tooFew} tries fewer than there were`);
};
