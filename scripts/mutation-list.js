// Ways to break the machines. Each is a place in a source, which must be there exactly once, and what to put there instead.

/** @typedef {{ readonly name: string, readonly file: string, readonly find: string, readonly replace: string }} Mutation */

const job = 'src/core/job';
const hub = 'server/core';

/** @type {readonly Mutation[]} */
export const mutations = [
  {
    name: 'the job takes a result twice',
    file: `${job}/settlement.ts`,
    find: 'if (record === undefined || !isWanted(record, attempt, failures.length === 0)) {',
    replace: 'if (record !== undefined && !isWanted(record, attempt, failures.length === 0)) {',
  },
  {
    name: 'the job keeps a settled batch',
    file: `${job}/settlement.ts`,
    find: '  state.ledger.settle(record);\n  learn(',
    replace: '  learn(',
  },
  {
    name: 'the job judges failures though another attempt may succeed',
    file: `${job}/settlement.ts`,
    find: 'return success || (underWay.length === 1 && underWay[0] === attempt);',
    replace: 'return success || underWay.includes(attempt);',
  },
  {
    name: 'the job does not cancel the other attempts of a settled batch',
    file: `${job}/settlement.ts`,
    find: "for (const other of record.underWay) state.effects.push({ type: 'cancel', seq, attempt: other });",
    replace: '',
  },
  {
    name: 'the job does not acknowledge results',
    file: `${job}/settlement.ts`,
    find: "  const { seq, attempt, failures } = result;\n  state.effects.push({ type: 'acknowledge', seq, attempt });",
    replace: '  const { seq, attempt, failures } = result;',
  },
  {
    name: 'the job forgets a lost batch',
    file: `${job}/settlement.ts`,
    find: '    state.ledger.again(record);',
    replace: '    state.ledger.settle(record);',
  },
  {
    name: 'the job sends a batch again that is still under way elsewhere',
    file: `${job}/settlement.ts`,
    find: '  if (record.underWay.length > 0) {\n    // Another',
    replace: '  if (record.underWay.length > 1) {\n    // Another',
  },
  {
    name: 'the job divides a batch wrongly',
    file: `${job}/settlement.ts`,
    find: 'giveBack(state, record, record.count >> 1, record.count, [], suspect);',
    replace: 'giveBack(state, record, (record.count >> 1) + 1, record.count, [], suspect);',
  },
  {
    name: 'the job blames bystanders for a death',
    file: `${job}/settlement.ts`,
    find: 'giveBack(state, record, 0, record.count >> 1, [], suspect);',
    replace: 'giveBack(state, record, 0, record.count >> 1, deaths, suspect);',
  },
  {
    name: 'the job counts a worker that is cut off again and again as dead each time',
    file: `${job}/settlement.ts`,
    find: "cause === 'gone' ? [...new Set([...record.deaths, workerId])] :",
    replace: "cause === 'gone' ? [...record.deaths, workerId] :",
  },
  {
    name: 'the job forgets deaths',
    file: `${job}/settlement.ts`,
    find: 'giveBack(state, record, culprit, culprit + 1, deaths, suspect);',
    replace: 'giveBack(state, record, culprit, culprit + 1, [], suspect);',
  },
  {
    name: 'the job suspects nobody',
    file: `${job}/settlement.ts`,
    find: "  const suspect = cause === 'gone';",
    replace: '  const suspect = false;',
  },
  {
    name: 'the job ignores a worker that is back',
    file: `${job}/settlement.ts`,
    find: '  state.ledger.adopt(record, attempt, now);',
    replace: '',
  },
  {
    name: 'the job sends again without a new attempt number',
    file: `${job}/batch-ledger.ts`,
    find: '    record.attempt += 1;',
    replace: '    record.attempt = Math.max(1, record.attempt);',
  },
  {
    name: 'the job forgets what it gave back',
    file: `${job}/settlement.ts`,
    find: '  giveBack(state, record, result.done, record.count);',
    replace: '',
  },
  {
    name: 'the job emits out of order',
    file: `${job}/job-state.ts`,
    find: 'new Emission(config.ordered || this.fold !== undefined)',
    replace: 'new Emission(false)',
  },
  {
    name: 'the job exceeds its window',
    file: `${job}/job-state.ts`,
    find: 'return this.config.window - (this.cut - this.emission.released);',
    replace: 'return this.config.window + 1 - (this.cut - this.emission.released);',
  },
  {
    name: 'the job sends while it is not connected',
    file: `${job}/job.ts`,
    find: '        state.connected = false;\n        state.slots = 0;',
    replace: '        state.connected = false;',
  },
  {
    name: 'the job forgets what is under way when it is resumed',
    file: `${job}/expected-time.ts`,
    find: 'return record.underWay.map(',
    replace: 'return record.underWay.slice(1).map(',
  },
  {
    name: 'the session opens more jobs than the hub admits',
    file: 'src/core/leader-session.ts',
    find: 'this.#open.size >= this.#limits.maxJobsPerLeader',
    replace: 'this.#open.size > this.#limits.maxJobsPerLeader',
  },
  {
    name: 'the session leaks a job that ends before it is resumed',
    file: 'src/core/leader-session.ts',
    find: 'if (wasOpen || isExpected)',
    replace: 'if (wasOpen)',
  },
  {
    name: 'the session does not say which jobs live',
    file: 'src/core/leader-session.ts',
    find: "this.#send({ type: 'resume', jobs: [...this.#interrupted] });",
    replace: "this.#send({ type: 'resume', jobs: [] });",
  },
  {
    name: 'the session resumes nothing',
    file: 'src/core/leader-session.ts',
    find: 'const resumed = this.#interrupted.delete(job);',
    replace: 'const resumed = this.#interrupted.delete(job) && false;',
  },
  {
    name: 'the session wakes nobody when there is room again',
    file: 'src/core/leader-session.ts',
    find: 'if (less && this.#waking !== job) this.#wakeNext();',
    replace: '',
  },
  {
    name: 'the worker keeps no answers',
    file: 'src/core/worker-session.ts',
    find: '    this.#held.add(answer);',
    replace: '',
  },
  {
    name: 'the worker forgets an answer once it is sent',
    file: 'src/core/worker-session.ts',
    find: '    if (this.#connected) this.#send(answer);\n  }\n\n  #resend',
    replace: '    if (this.#connected) {\n      this.#send(answer);\n      this.#held.deleteJob(jobId);\n    }\n  }\n\n  #resend',
  },
  {
    name: 'the worker does not report what runs',
    file: 'src/core/worker-session.ts',
    find: 'running.filter((task) => task.jobId === jobId && !task.cancelled).map(attemptOf)',
    replace: 'running.filter(() => false).map(attemptOf)',
  },
  {
    name: 'the worker ignores a cancel',
    file: 'src/core/worker-session.ts',
    find: '        this.#cancel(message);',
    replace: '',
  },
  {
    name: 'the worker leaks a closed job',
    file: 'src/core/worker-session.ts',
    find: 'if (!this.#jobs.delete(jobId)) return;',
    replace: 'if (!this.#jobs.has(jobId)) return;',
  },
  {
    name: 'the worker says nothing when a cancelled batch has ended',
    file: 'src/core/worker-session.ts',
    find: "      this.#answerLost(task, 'cancelled', 'it was cancelled');\n      return;",
    replace: '      return;',
  },
  {
    name: 'the worker executes more than it has slots for',
    file: 'src/core/worker-session.ts',
    find: '    while (this.#running.size < this.#slots) {',
    replace: '    while (this.#running.size <= this.#slots) {',
  },
  {
    name: 'the worker leaves before its answers are acknowledged',
    file: 'src/core/worker-session.ts',
    find: '(this.#held.size === 0 || !this.#connected)',
    replace: 'this.#nextRun >= 0',
  },
  {
    name: 'the hub forgets a lease',
    file: `${hub}/recovery.ts`,
    find: '  leases.forEach((lease, at) => {',
    replace: '  leases.slice(1).forEach((lease, at) => {',
  },
  {
    name: 'the hub blames what had not begun',
    file: `${hub}/recovery.ts`,
    find: "const cause = at < worker.slots && !alive ? 'gone' : 'returned';",
    replace: "const cause = alive ? 'returned' : 'gone';",
  },
  {
    name: 'the hub acknowledges before the leader does',
    file: `${hub}/leasing.ts`,
    find: '    addAnswered(job, worker, result);\n    tellResult(state, job, worker, result);',
    replace:
      '    addAnswered(job, worker, result);\n    tellResult(state, job, worker, result);\n    acknowledge(state, job, result);',
  },
  {
    name: 'the hub takes results from anybody',
    file: `${hub}/leasing.ts`,
    find: 'return lease?.worker === worker ? lease : undefined;',
    replace: 'return lease;',
  },
  {
    name: 'the hub frees a slot as soon as its batch is cancelled',
    file: `${hub}/leasing.ts`,
    find: 'if (worker.connected) worker.ending.add(endingKey(job.id, lease));',
    replace: '',
  },
  {
    name: 'the hub gives two suspects to one worker',
    file: `${hub}/leasing.ts`,
    find: '!(suspect && (worker.suspects > 0 || !hasFreeSlot(worker)))',
    replace: '!(suspect && !hasFreeSlot(worker))',
  },
  {
    name: 'the hub leaves stalled jobs alone for ever',
    file: `${hub}/leasing.ts`,
    find: '  for (const job of stalled) unstall(state, job);',
    replace: '',
  },
  {
    name: 'the hub awaits nothing after a start',
    file: `${hub}/recovery.ts`,
    find: 'return startedAt + Math.min(worthMs, recoveryWindowMs);',
    replace: 'return startedAt + Math.min(worthMs, recoveryWindowMs) * 0;',
  },
  {
    name: 'the hub never gives up what it awaits',
    file: `${hub}/recovery.ts`,
    find: '  for (const job of state.awaiting) giveUpAwaited(state, job);',
    replace: '',
  },
  {
    name: 'the hub leaks a job of a leader that is gone',
    file: `${hub}/recovery.ts`,
    find: '  leader.connected = false;\n  for (const job of leader.jobs.values()) closeJob(state, job);',
    replace: '  leader.connected = false;',
  },
  {
    name: 'the hub gives out what a leader has that is away',
    file: `${hub}/recovery.ts`,
    find: '    job.confirmed = false;\n    state.placement.leaveTurn(job);',
    replace: '    job.confirmed = false;',
  },
  {
    name: 'the hub forgets what a worker has of jobs that nobody has opened yet',
    file: `${hub}/recovery.ts`,
    find: '      worker.claims.set(possession.jobId, possession);\n      state.claiming.add(worker);',
    replace: '',
  },
  {
    name: 'the hub does not ask for answers again',
    file: `${hub}/recovery.ts`,
    find: '    if (answered !== undefined) askAgain(state, answered);\n    else if',
    replace: '    if (answered !== undefined) void answered;\n    else if',
  },
  {
    name: 'the hub loses the turn of a job',
    file: `${hub}/placement.ts`,
    find: '    job.inTurn = job.queue.size > 0;',
    replace: '    job.inTurn = false;',
  },
  {
    name: 'the hub admits one batch too many',
    file: `${hub}/admission.ts`,
    find: 'if (batches >= maxBatchesPerLeader)',
    replace: 'if (batches > maxBatchesPerLeader)',
  },
];
