import { fail, type Checker } from './checker.js';

/** A key names one element in one stage, or the fold of one range of them, and nothing else. */
export const keys: Checker = ({ cluster }) => {
  const [first] = cluster.executions.ambiguous;
  if (first !== undefined) fail(first);
};
