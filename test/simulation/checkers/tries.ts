import type { FaultKind } from '../options.js';
import { fail, type Checker } from './checker.js';

/** With a worker that dies nobody knows whether it had begun what was just on its way to it. */
const workersSuffer: readonly FaultKind[] = ['worker crash', 'worker cut off', 'worker freeze', 'worker reset', 'hub freeze'];

/** Nor with one that goes while its connection is broken. */
const workersGo: readonly FaultKind[] = ['worker drain', 'worker deploy'];

/** What operations are told of tries is how often they were begun: no more; and no less, but for what a hub knew that is gone. */
export const tries: Checker = ({ options, faults, cluster }) => {
  const hubDied = faults.has('hub restart');
  const blinding = hubDied ? [...workersSuffer, ...workersGo] : workersSuffer;
  if (options.deadly || blinding.some((kind) => faults.has(kind))) return;
  const { tooMany, tooFew } = cluster.executions.miscounted;
  const leaderSuffered = [...faults.keys()].some((kind) => kind.startsWith('leader'));
  // One that is killed soon after it was told to go may not have begun what was just on its way to it.
  const isUnheard = faults.has('worker deploy');
  if (tooMany > 0 && !isUnheard) fail(`an operation was told of ${tooMany} tries more than there were`);
  // An answer that goes with its worker before its leader is back is told to nobody.
  const isUntold = hubDied || (leaderSuffered && workersGo.some((kind) => faults.has(kind)));
  if (tooFew > 0 && !isUntold) fail(`an operation was told of ${tooFew} tries fewer than there were`);
};
