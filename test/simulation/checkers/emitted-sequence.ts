import { expectedOf, outputOf } from '../plan.js';
import { fail, subscribed, type Checker } from './checker.js';

/**
 * What a subscriber got is exactly what the same operators would have given it locally, in the same order where it asked for
 * order.
 */
export const emittedSequence: Checker = (run) => {
  for (const { jobId, plan, job } of subscribed(run)) {
    const { outputs, stopAt, fails, folds } = expectedOf(plan);
    const { values } = job.received;
    if (plan.clashes) expectInOrder(jobId, values, outputs[0] ?? '');
    else if (folds) expectEqual(jobId, values, fails ? [] : outputs);
    else if (plan.spec.ordered) expectEqual(jobId, values, outputs);
    else if (stopAt < Infinity) {
      // In completion order, outputs behind the error may have come before it.
      const all = new Set(Array.from({ length: plan.elements }, (_, index) => outputOf(plan, index)));
      for (const value of values) if (!all.has(String(value))) fail(`job ${jobId} emitted ${String(value)}`);
    } else expectEqual(jobId, values.toSorted(), outputs.toSorted());
  }
  for (const { jobId, plan, job } of run.outcomes) {
    // Whoever left early, or died, has had the beginning of it.
    const { outputs, folds } = expectedOf(plan);
    const { values } = job.received;
    if (plan.spec.ordered && !folds) expectEqual(jobId, values, outputs.slice(0, values.length));
  }
};

/** Where partials clash, what is emitted is what is expected without those elements that were left out with them. */
function expectInOrder(jobId: string, values: readonly unknown[], expected: string): void {
  let at = 0;
  for (const part of values.flatMap((value) => String(value).match(/[^.]*\.>*/gu) ?? [])) {
    const found = expected.indexOf(part, at);
    if (found === -1) fail(`job ${jobId} emitted ${part} out of order, or though it is not of the job: ${values.join(' ')}`);
    at = found + part.length;
  }
}

function expectEqual(jobId: string, got: readonly unknown[], expected: readonly unknown[]): void {
  const at = expected.findIndex((value, index) => got[index] !== value);
  if (at === -1 && got.length === expected.length) return;
  const index = at === -1 ? expected.length : at;
  fail(
    `job ${jobId} emitted ${got.length} values in place of ${expected.length}; at ${index} ${String(got[index])} in place of ${String(expected[index])}`,
  );
}
