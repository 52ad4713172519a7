import type { FaultKind } from '../options.js';
import { fail, type Checker } from './checker.js';

/** With a worker that dies nobody knows whether it had begun what was just on its way to it. */
const workersSuffer: readonly FaultKind[] = ['worker crash', 'worker cut off', 'worker freeze', 'worker reset', 'hub freeze'];

/** What operations are told of tries is how often they were begun: no more; and no less, but for what a hub knew that is gone. */
export const tries: Checker = ({ options, faults, cluster }) => {
  if (options.deadly || workersSuffer.some((kind) => faults.has(kind))) return;
  const { tooMany, tooFew } = cluster.executions.miscounted;
  if (tooMany > 0) fail(`an operation was told of ${tooMany} tries more than there were`);
  if (tooFew > 0 && !faults.has('hub restart')) fail(`an operation was told of ${tooFew} tries fewer than there were`);
};
