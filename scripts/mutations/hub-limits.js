// Ways to break what the hub holds peers to.

const hub = 'server/core';

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const hubLimitMutations = [
  {
    name: 'the hub admits no more openings at once than in a second',
    file: `${hub}/admission.ts`,
    find: 'most: maxJobsOpenedPerSecond + maxJobsPerLeader };',
    replace: 'most: maxJobsOpenedPerSecond };',
  },
  {
    name: 'the hub admits one batch too many',
    file: `${hub}/admission.ts`,
    find: 'if (batches >= maxBatchesPerLeader)',
    replace: 'if (batches > maxBatchesPerLeader)',
  },
  {
    name: 'the hub counts jobs that are opened and never fills up again',
    file: `${hub}/allowance.ts`,
    find: 'allowance.left + ((now - allowance.at) * perSecond) / 1_000',
    replace: 'allowance.left',
  },
  {
    name: 'the hub takes whatever a worker offers',
    file: `${hub}/admission.ts`,
    find: 'if (slots > maxSlotsPerWorker)',
    replace: 'if (slots > 2 * maxSlotsPerWorker)',
  },
  {
    name: 'the hub keeps what workers have of a job that it refuses to open again',
    file: 'server/core/opening.ts',
    find: '    closeClaimsOf(state, leader, number);',
    replace: '',
  },
  {
    name: 'the hub lets a worker change what it offers without end',
    file: `${hub}/allowance.ts`,
    find: '  allowance.left -= taken;',
    replace: '',
  },
  {
    name: 'a leader that is back pays for what the hub has found',
    file: `${hub}/named.ts`,
    find: '  charge(job.leader.named, -job.listing.attempts.length * underWayRecordBytes);\n',
    replace: '',
  },
  {
    name: 'a leader that is back pays for what was given up',
    file: `${hub}/named.ts`,
    find: 'if (awaited.delete(key)) charge(leader.named, -underWayRecordBytes);',
    replace: 'awaited.delete(key);',
  },
  {
    name: 'a leader that is back pays for a job that it has opened again',
    file: `${hub}/named.ts`,
    find: '  charge(named, -resumedRecordBytes);\n',
    replace: '',
  },
  {
    name: 'a leader that is back names as much as it likes',
    file: `${hub}/opening.ts`,
    find: 'underWayExceeds(leader.connection) ?? recordsExceed(state, leader.named, 0)',
    replace: 'underWayExceeds(leader.connection)',
  },
  {
    name: 'the hub refuses small leaders when others have taken all',
    file: `${hub}/admission.ts`,
    find: 'if (recordBytes + more <= maxRecordBytes / (2 * (leaders.size + workers.size))) return undefined;',
    replace: '',
  },
  {
    name: 'a long offer counts no more than a short one',
    file: `${hub}/admission.ts`,
    find: '1 + Math.floor(chars / charsPerChange)',
    replace: '1',
  },
];
