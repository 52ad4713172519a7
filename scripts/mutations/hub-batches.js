// Ways to break what the hub does with what batches carry, with those that it awaits, and with what it knows of when they were
// given out.

const hub = 'server/core';

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const hubBatchMutations = [
  {
    name: 'a worker that is back is asked for what its leader has reacted to',
    file: 'server/core/claiming.ts',
    find: 'if (!isAnswered || !isSentAgain(job, attempt)) askAgain',
    replace: 'askAgain',
  },
  {
    name: 'an attempt beside another one counts as sent again',
    file: 'server/core/claiming.ts',
    find: ' && batch.beside !== true',
    replace: '',
  },
  {
    name: 'the account of a job does not say how it has ended at its leader',
    file: 'server/core/job-accounts.ts',
    find: "message.outcome ?? { how: 'closed' }",
    replace: "{ how: 'closed' } as JobOutcome",
  },
  {
    name: 'the account of a job does not say why it has failed',
    file: 'server/core/job-accounts.ts',
    find: '...(code !== undefined && { code })',
    replace: '',
  },
  {
    name: 'the hub is not told how a job has ended',
    file: 'src/core/leader-session.ts',
    find: '...(outcome && { outcome })',
    replace: '',
  },
  {
    name: 'the account of a job counts combines as elements',
    file: 'server/core/job-accounts.ts',
    find: 'if (!account.combines.has(seq)) account.done += done;',
    replace: 'account.done += done;',
  },
  {
    name: 'the account of a job keeps combines that were cancelled',
    file: `${hub}/job-accounts.ts`,
    find: "      case 'cancel':\n",
    replace: '',
  },
  {
    name: 'a combine is forgotten with the first of its attempts',
    file: `${hub}/open-combines.ts`,
    find: 'if (attempts?.size === 0) this.#open.delete(seq);',
    replace: 'this.#open.delete(seq);',
  },
  {
    name: 'a combine is kept that its leader does not name when it is back',
    file: `${hub}/open-combines.ts`,
    find: 'if (!more) this.#before = undefined;',
    replace: '',
  },
  {
    name: 'the account of a job names all of its stages',
    file: `${hub}/job-accounts.ts`,
    find: 'const stageChars = 400;',
    replace: 'const stageChars = Infinity;',
  },
  {
    name: 'the account of a job counts as lost what was handed back',
    file: 'server/core/job-accounts.ts',
    find: "if (account !== undefined && cause !== 'returned' && cause !== 'cancelled')",
    replace: "if (account !== undefined && cause !== 'cancelled')",
  },
  {
    name: 'the account of a job ends when the connection of its leader is lost',
    file: 'server/core/job-accounts.ts',
    find: 'if (!forGood && leader.jobs.size > 0) {',
    replace: 'if (!forGood && leader.jobs.size > 1_000_000) {',
  },
  {
    name: 'the account of a job stays when its leader is not back in time',
    file: 'server/core/job-accounts.ts',
    find: 'this.#dueAt = Math.min(this.#dueAt, leader.awayUntil);\n      return none;',
    replace: 'return none;',
  },
  {
    name: 'the account of a job stays when its leader is back without it',
    file: 'server/core/job-accounts.ts',
    find: "return this.#endAll(leaderId, leader, 'closed', now, leader.listed);",
    replace: 'return none;',
  },
  {
    name: 'the hub tells of slots for a job that it closes',
    file: `${hub}/leasing.ts`,
    find: '  state.placement.place(worker);\n}\n\n/** Tells the leader that an attempt came to nothing',
    replace:
      '  state.placement.place(worker);\n  if (job.leases.size === 0 && !hasSlots(job.needClass)) tellCapacity(state, job);\n}\n\n/** Tells the leader that an attempt came to nothing',
  },
  {
    name: 'the hub ignores that a worker broke while it drained',
    file: `${hub}/scheduler.ts`,
    find: 'if (worker.draining && (broken === undefined || worker.isBroken)) return;',
    replace: 'if (worker.draining) return;',
  },
  {
    name: 'the hub tells anew of a worker that says again that it broke',
    file: `${hub}/scheduler.ts`,
    find: '(broken === undefined || worker.isBroken)',
    replace: 'broken === undefined',
  },
  {
    name: 'the hub takes a worker that broke while it drained for one that offered nothing',
    file: `${hub}/scheduler.ts`,
    find: '(worker.draining && worker.slots > 0)',
    replace: 'worker.draining',
  },
  {
    name: 'the hub takes elements that are described as partials',
    file: `${hub}/jobs.ts`,
    find: '  if (parts !== undefined) return `it has sent elements',
    replace: '  if (parts === null) return `it has sent elements',
  },
  {
    name: 'the hub takes partials of which too little is said',
    file: `${hub}/jobs.ts`,
    find: 'if (parts?.byteLength === bytesOfDescribed(count)) return undefined;',
    replace: 'if ((parts?.byteLength ?? 0) <= bytesOfDescribed(count)) return undefined;',
  },
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
    find: 'if (unreached === undefined || unreached.byteLength <= mostUnreachedBytes(stages)) return undefined;',
    replace: 'if (stages > 0) return undefined;',
  },
  {
    name: 'the hub takes tries in stages before partials',
    file: `${hub}/jobs.ts`,
    find: 'if (unreached !== undefined) return `it has sent partials',
    replace: 'if (unreached === null) return `it has sent partials',
  },
  {
    name: 'the hub tells with each piece of what nobody has how much is left',
    file: `${hub}/awaited.ts`,
    find: 'if (lost.length > 0 && job.awaitedUntil > state.now) tellHopes(state, job);',
    replace: 'if (lost.length > 0) tellHopes(state, job);',
  },
  {
    name: 'the hub lets a leader hope for what was found with its answer only',
    file: `${hub}/claiming.ts`,
    find: 'if (isFoundWhole && job.confirmed && job.leases.size === 0) tellHopes(state, job);',
    replace: 'if (isFoundWhole && job.leases.size > 0) tellHopes(state, job);',
  },
  {
    name: 'the hub gives up what it awaits by when the first of it was due',
    file: `${hub}/awaited.ts`,
    find: '  state.awaitedUntil = Infinity;\n',
    replace: '',
  },
  {
    name: 'the hub forgets when slots were given out while their worker is away',
    file: `${hub}/fitting.ts`,
    find: '    if (next !== undefined) next.givenAt = Math.max(next.givenAt, worker.givenAt);\n',
    replace: '',
  },
  {
    name: 'the hub takes a worker for shared for a moment only',
    file: `${hub}/assigning.ts`,
    find: 'worker.sharedUntil = now + sharedForMs;',
    replace: 'worker.sharedUntil = now + 1;',
  },
];
