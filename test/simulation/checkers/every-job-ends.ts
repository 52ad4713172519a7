import { fail, type Checker } from './checker.js';

/** Every job has ended, whatever went wrong on the way. */
export const everyJobEnds: Checker = ({ outcomes, cluster }) => {
  for (const { jobId, leader, job } of outcomes) {
    if (job.received.end !== undefined || leader.party.isDead) continue;
    fail(`job ${jobId} does not end; the hub: ${JSON.stringify(cluster.hub.status())}`);
  }
};
