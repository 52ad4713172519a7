import { fail, type Checker } from './checker.js';

/** Once all jobs are over nothing is left of them, anywhere. */
export const noStateLeft: Checker = ({ cluster }) => {
  const status = cluster.hub.status();
  if (status === undefined) fail('the hub is down');
  const { jobs, workers, leaders } = status;
  if (jobs.length > 0) fail(`jobs are left at the hub: ${JSON.stringify(jobs)}`);
  if (cluster.hub.accounts > 0) fail(`${cluster.hub.accounts} accounts of jobs are left that have ended`);
  for (const worker of workers) {
    if (worker.leased > 0 || worker.ending > 0) fail(`something is left at the hub of worker ${JSON.stringify(worker)}`);
    if (worker.away) fail(`worker ${worker.workerId} is waited for still`);
  }
  for (const leader of leaders) if (leader.away) fail(`leader ${leader.leaderId} is waited for still`);
  for (const { guest } of cluster.workers) {
    const { jobs: known, waiting, running, held } = guest.load;
    if (known + waiting + running + held > 0) fail(`something is left at worker ${guest.id}: ${JSON.stringify(guest.load)}`);
  }
  for (const { guest } of cluster.leaders) if (guest.liveJobs > 0) fail(`jobs are left at leader ${guest.id}`);
};
