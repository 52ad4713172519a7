import { fail, type Checker } from './checker.js';

/** No element is in what a subscriber got more than once: not as an output, not in a fold, not left out twice. */
export const nothingTwice: Checker = ({ outcomes }) => {
  for (const { jobId, plan, job } of outcomes) {
    const { values, skipped } = job.received;
    const indices = values.flatMap((value) => [...String(value).matchAll(/(\d+)!?\./gu)].map((match) => Number(match[1])));
    if (new Set(indices).size < indices.length) fail(`job ${jobId} emitted an element twice: ${indices.join(' ')}`);
    // Behind a map that leaves elements out, a fold counts its own elements.
    const flaws = new Set([...plan.flaws.values()].map((flaw) => flaw === 'sour'));
    if (flaws.size > 1) continue;
    if (new Set(skipped).size < skipped.length) fail(`job ${jobId} left an element out twice: ${skipped.join(' ')}`);
  }
};
