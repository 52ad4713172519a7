import { isGentle, outlivesAll } from '../options.js';
import { fail, type Checker } from './checker.js';

/**
 * Nothing is executed more often than it need be: once, and once more for each transient failure, where no worker and no hub
 * suffers and nothing is executed twice on purpose. A hub that starts anew need not wait for what is short; but of a lone element
 * nobody knows how short it is. Where workers suffer, once more for each fault and death at most; where there is one worker, and
 * it lives, nothing is.
 */
export const attempts: Checker = ({ options, outcomes, faults, cluster }) => {
  if (isGentle(options) && cluster.undone > 0) fail(`draining workers left ${cluster.undone} batches or results undone`);
  const suffered = [...faults.values()].reduce((sum, count) => sum + count, 0);
  for (const { jobId, plan } of outcomes) {
    const deaths = [...plan.flaws.values()].filter((flaw) => !['fatal', 'turning', 'sour'].includes(flaw)).length;
    const splits = deaths * plan.spec.maxDeaths * 10;
    const crashes = options.deadly ? 1_000 : 0;
    const unknown = plan.elements === 1 && cluster.executions.failures(jobId, 0) === 0;
    const shortOnes = unknown ? 0 : (faults.get('hub restart') ?? 0);
    const most = isGentle(options) ? shortOnes : outlivesAll(options) ? 0 : 2 * suffered + splits + crashes + 1;
    for (let index = 0; index < plan.elements; index += 1) {
      // Each try may have a second attempt beside it.
      const speculated = plan.spec.speculate ? 1 + cluster.executions.failures(jobId, index) : 0;
      const repeats = cluster.executions.repeats(jobId, index);
      if (repeats > most + speculated) fail(`element ${index} of job ${jobId} was executed ${repeats} times more than need be`);
    }
  }
};
