import { PaladinError } from '../../../src/errors/paladin-error.js';
import { codes, expectedOf, sourceError } from '../plan.js';
import { fail, subscribed, type Checker } from './checker.js';

/**
 * A job ends with the error that is its own, of the first element that went wrong, and no other: a failure touches its own job
 * only.
 */
export const rightEnd: Checker = (run) => {
  for (const { jobId, plan, job } of subscribed(run)) {
    const { end } = job.received;
    const { fails, stopAt, folds } = expectedOf(plan);
    if (end?.type !== 'failed') {
      if (fails) fail(`job ${jobId} ended well, and should have failed`);
      continue;
    }
    const { error } = end;
    if (!fails) fail(`job ${jobId} failed with ${String(error)}, and nothing in it goes wrong`);
    if (stopAt === Infinity) {
      if (error !== sourceError) fail(`job ${jobId} failed with ${String(error)} in place of the error of its source`);
      continue;
    }
    if (!(error instanceof PaladinError)) fail(`job ${jobId} failed with ${String(error)}`);
    if (!plan.spec.ordered && !folds) continue;
    const flaw = plan.flaws.get(stopAt);
    if (error.index !== stopAt || flaw === undefined || error.code !== codes[flaw]) {
      fail(`job ${jobId} failed with ${error.code} at ${error.index} in place of ${String(flaw)} at ${stopAt}: ${error.message}`);
    }
  }
};
