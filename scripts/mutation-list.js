// Ways to break the machines. Each is a place in a source, which must be there exactly once, and what to put there instead.
import { hubBatchMutations } from './mutations/hub-batches.js';
import { hubLimitMutations } from './mutations/hub-limits.js';
import { hubOverviewMutations } from './mutations/hub-overview.js';
import { hubStatusMutations } from './mutations/hub-status.js';
import { hubTallyMutations } from './mutations/hub-tally.js';
import { hubMutations } from './mutations/hub.js';
import { inlineMutations } from './mutations/inline.js';
import { jobMutations } from './mutations/job.js';
import { logMutations } from './mutations/logs.js';
import { pageMutations } from './mutations/page.js';
import { peerMutations } from './mutations/peers.js';
import { wakefulMutations } from './mutations/wakeful.js';
import { progressMutations } from './mutations/progress.js';

/** @typedef {{ readonly name: string, readonly file: string, readonly find: string, readonly replace: string }} Mutation */

/** @type {readonly Mutation[]} */
export const mutations = [
  ...jobMutations,
  ...peerMutations,
  ...hubMutations,
  ...hubBatchMutations,
  ...hubLimitMutations,
  ...hubStatusMutations,
  ...hubOverviewMutations,
  ...hubTallyMutations,
  ...inlineMutations,
  ...wakefulMutations,
  ...progressMutations,
  ...logMutations,
  ...pageMutations,
];
