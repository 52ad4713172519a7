// Ways to break what the hub does with what batches carry, and with those that it awaits.

const hub = 'server/core';

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const hubBatchMutations = [
  {
    name: 'the hub charges nothing for batches beside their payloads',
    file: `${hub}/hub-state.ts`,
    find: '    charge(leader, batches * batchRecordBytes + besideBytes);\n',
    replace: '    charge(leader, besideBytes);\n',
  },
  {
    name: 'the hub charges nothing for what batches carry beside their payloads',
    file: `${hub}/hub-state.ts`,
    find: '    charge(leader, batches * batchRecordBytes + besideBytes);\n',
    replace: '    charge(leader, batches * batchRecordBytes);\n',
  },
  {
    name: 'the hub admits a batch whatever it carries beside its payload',
    file: `${hub}/admission.ts`,
    find: 'batchRecordBytes + besideBytesOf(batch)',
    replace: 'batchRecordBytes',
  },
  {
    name: 'the hub takes tries in more stages than a job has',
    file: `${hub}/jobs.ts`,
    find: '  if (unreached.byteLength <= mostUnreachedBytes(stages)) return undefined;\n',
    replace: '  if (stages > 0) return undefined;\n',
  },
  {
    name: 'the hub takes tries in stages before partials',
    file: `${hub}/jobs.ts`,
    find: "if (units === 'partials') return `it has sent",
    replace: "if (units !== 'elements' && stages === 0) return `it has sent",
  },
  {
    name: 'the hub tells with each piece of what nobody has how much is left',
    file: `${hub}/recovery.ts`,
    find: 'if (lost.length > 0 && job.awaitedUntil > state.now) tellHopes(state, job);',
    replace: 'if (lost.length > 0) tellHopes(state, job);',
  },
  {
    name: 'the hub lets a leader hope for what was found with its answer only',
    file: `${hub}/recovery.ts`,
    find: 'if (isFoundWhole && job.confirmed && job.leases.size === 0) tellHopes(state, job);',
    replace: 'if (isFoundWhole && job.leases.size > 0) tellHopes(state, job);',
  },
  {
    name: 'the hub gives up what it awaits by when the first of it was due',
    file: `${hub}/recovery.ts`,
    find: '  state.awaitedUntil = Infinity;\n',
    replace: '',
  },
];
