import { expectedOf } from '../plan.js';
import { fail, subscribed, type Checker } from './checker.js';

/** Every element of a job that completed is in what its subscriber got, or was reported as left out. */
export const nothingMissing: Checker = (run) => {
  for (const { jobId, plan, job } of subscribed(run)) {
    const { values, skipped, end } = job.received;
    if (end?.type !== 'completed') continue;
    const got = new Set(values.flatMap((value) => [...String(value).matchAll(/(\d+)\./gu)].map((match) => Number(match[1]))));
    const flawed = [...plan.flaws.keys()].filter((index) => index < plan.elements);
    if (plan.clashes) {
      allOnce(jobId, [...got, ...skipped], plan.elements);
      continue;
    }
    for (let index = 0; index < plan.elements; index += 1) {
      if (!got.has(index) && !flawed.includes(index)) fail(`job ${jobId} completed without element ${index}`);
    }
    if (!expectedOf(plan).skips) continue;
    if (skipped.length !== flawed.length) fail(`job ${jobId} left out ${skipped.join(' ')} in place of ${flawed.join(' ')}`);
    // Behind a map that leaves elements out, a fold counts its own elements.
    const sour = flawed.filter((index) => plan.flaws.get(index) === 'sour').length;
    const counted = sour === 0 || sour === flawed.length;
    if (counted && skipped.toSorted((a, b) => a - b).join(' ') !== flawed.toSorted((a, b) => a - b).join(' ')) {
      fail(`job ${jobId} left out ${skipped.join(' ')} in place of ${flawed.join(' ')}`);
    }
  }
};

/** Whatever does not combine, each element is in the result or was reported as left out; never both, and never twice. */
function allOnce(jobId: string, indices: readonly number[], elements: number): void {
  const missing = Array.from({ length: elements }, (_, index) => index).filter((index) => !indices.includes(index));
  if (missing.length > 0) fail(`job ${jobId} completed without ${missing.join(' ')}, and did not say so`);
  if (indices.length > elements) fail(`job ${jobId} reported more elements than it has: ${indices.join(' ')}`);
}
