/** @type {readonly import('../accepted.js').Accepted[]} */
export const ofHub = [
  {
    file: 'server/core/breakages.ts',
    line: "const [oldest = ''] = this.#byOffers.keys();",
    mutants: ['const [oldest = "Stryker was here!"] = this.#byOffers.keys();'],
    reason: 'One has just been added. The default is for the type.',
  },
  {
    file: 'server/core/breakages.ts',
    line: 'if (this.#byOffers.size === 0) return;',
    mutants: ['if (false) return;'],
    reason: 'It saves time: there is nothing to look through.',
  },
  {
    file: 'server/core/describing.ts',
    line: 'if (job.bytes > freeBytes) state.placement.charge(job, (job.bytes - freeBytes) / bytesPerMs);',
    mutants: ['if (job.bytes >= freeBytes) state.placement.charge(job, (job.bytes - freeBytes) / bytesPerMs);'],
    reason: 'To charge nothing changes nothing.',
  },
  {
    file: 'server/core/describing.ts',
    line: 'if (known === undefined) return;',
    mutants: ['if (false) return;'],
    reason: 'Of those that look so, it is the first: a worker forgets only what it knows. The condition is for the type.',
  },
  {
    file: 'server/core/describing.ts',
    line: 'if (worker.idleBytes > worker.connection.limits.maxDescriptionBytesPerWorker) state.crowded.add(worker);',
    mutants: [
      'if (true) state.crowded.add(worker);',
      'if (worker.idleBytes >= worker.connection.limits.maxDescriptionBytesPerWorker) state.crowded.add(worker);',
    ],
    reason: 'It saves a look at a worker that need not forget anything.',
  },
  {
    file: 'server/core/describing.ts',
    line: 'if (known.inHand === 0) worker.idleBytes -= job.bytes;',
    mutants: ['if (true) worker.idleBytes -= job.bytes;'],
    reason:
      'Of those that look so, it is the first: only a worker that is gone for good forgets a job of which it has something, and nobody looks at its bytes any more.',
  },
  {
    file: 'server/core/describing.ts',
    line: 'if (worker.idleBytes > limits.maxDescriptionBytesPerWorker / 2) {',
    mutants: ['if (true) {', 'if (worker.idleBytes >= limits.maxDescriptionBytesPerWorker / 2) {'],
    reason: 'It saves time. To keep the order exact while the worker knows little is as right.',
  },
  {
    file: 'server/core/hub-state.ts',
    line: 'effects: SchedulerEffect[] = [];',
    mutants: ['effects: SchedulerEffect[] = ["Stryker was here"];'],
    reason: 'Each event begins with a new list.',
  },
  {
    file: 'server/core/jobs.ts',
    line: 'if (job.queue.has(queued)) moveBytes(queued, ownBytes);',
    mutants: ['if (true) moveBytes(queued, ownBytes);'],
    reason: 'It saves a copy.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'if (state.changed.size === 0) return;',
    mutants: ['if (false) return;'],
    reason: 'It saves a look at each job that no worker could take something of.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'const stalled = worker.suspects === 0 ? [...state.stalled].filter((job) => canExecute(worker, job)) : [];',
    mutants: ['const stalled = true ? [...state.stalled].filter((job) => canExecute(worker, job)) : [];'],
    reason: 'It saves searches that find nothing.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'if (batch.alone ? !isForLoners : batch.suspect && !isForSuspects) continue;',
    mutants: ['if (false) continue;', 'if (batch.alone ? !isForLoners : false) continue;'],
    reason:
      'It saves searches that find nothing, but where an attempt of the first one is just ending: then the others wait for that as well.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'if (batch.alone || batch.suspect) isForLoners = false;',
    mutants: [
      'if (false) isForLoners = false;',
      'if (batch.alone && batch.suspect) isForLoners = false;',
      'if (batch.alone || batch.suspect) isForLoners = true;',
      'if (true) isForLoners = false;',
    ],
    reason:
      'It saves searches that find nothing, but where an attempt of the first one is just ending: then the others wait for that as well.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'if (batch.suspect && !batch.alone) isForSuspects = false;',
    mutants: [
      'if (false) isForSuspects = false;',
      'if (batch.suspect && batch.alone) isForSuspects = false;',
      'if (batch.suspect && !batch.alone) isForSuspects = true;',
    ],
    reason:
      'It saves searches that find nothing, but where an attempt of the first one is just ending: then the others wait for that as well.',
  },
  {
    file: 'server/core/settling.ts',
    line: 'if (claim !== undefined && begun !== undefined) {',
    mutants: ['if (true && begun !== undefined) {'],
    reason: 'What was begun is of a claim. The condition is for the type.',
  },
  {
    file: 'server/core/settling.ts',
    line: 'if (job !== undefined && lease !== undefined) {',
    mutants: ['if (true && lease !== undefined) {'],
    reason: 'Where there is a lease there is its job. The condition is for the type.',
  },
  {
    file: 'server/core/answers.ts',
    line: 'if (leader.connection.congested || leader.isOwing) return;',
    mutants: ['if (false) return;', 'if (leader.connection.congested && leader.isOwing) return;'],
    reason: 'It saves a search that finds nothing.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'if (stalled.size === 0 || hasFreeSlot(worker)) return false;',
    mutants: ['if (false || hasFreeSlot(worker)) return false;'],
    reason: 'It saves a look at nothing.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'if (state.reserved.size === 0) return;',
    mutants: ['if (false) return;'],
    reason: 'It saves a look: where none is reserved none is freed.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'return offerClass !== undefined && needClass.offerClasses.has(offerClass);',
    mutants: ['return true && needClass.offerClasses.has(offerClass);'],
    reason: 'No class of offers is undefined. The condition is for the type.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'state.nextLease += 1;',
    mutants: ['state.nextLease -= 1;'],
    reason: 'All that counts is that no two are equal.',
  },
  {
    file: 'server/core/settling.ts',
    line: '} else if (job !== undefined && takeAsked(job, worker, result) !== undefined) tellResult(state, job, worker, result);',
    mutants: ['} else if (true && takeAsked(job, worker, result) !== undefined) tellResult(state, job, worker, result);'],
    reason: 'What was asked for is of a job. The condition is for the type.',
  },
  {
    file: 'server/core/assigning.ts',
    line: 'if (worker.offerClass !== undefined) worker.offerClass.givenAt = now;',
    mutants: ['if (true) worker.offerClass.givenAt = now;'],
    reason: 'Who is given something is in a class of workers. The condition is for the type.',
  },
  {
    file: 'server/core/settling.ts',
    line: 'if (connection.stuck === isStuck) return;',
    mutants: ['if (false) return;'],
    reason: 'It saves time. To place the worker anew only puts it behind others that are as free.',
  },
  {
    file: 'server/core/new-records.ts',
    line: "awayReason: '',",
    mutants: ['awayReason: "Stryker was here!",'],
    reason: 'It is set when the worker is lost.',
  },
  {
    file: 'server/core/new-records.ts',
    line: 'connected: true,',
    mutants: ['connected: false,'],
    reason: 'It is set when the peer joins.',
  },
  {
    file: 'server/core/new-records.ts',
    line: "missingTold: '',",
    mutants: ['missingTold: "Stryker was here!",'],
    reason: 'Nobody looks at it before the job is told why there are no slots.',
  },
  {
    file: 'server/core/due.ts',
    line: 'const givesUp = givesUpAt(state) <= state.now;',
    mutants: ['const givesUp = true;'],
    reason: 'It saves looks: whoever is not due is passed over, and where nothing changes nobody can be served.',
  },
  {
    file: 'server/core/due.ts',
    line: 'if (givesUp) giveUp(state);',
    mutants: ['if (true) giveUp(state);'],
    reason: 'It saves looks: whoever is not due is passed over, and where nothing changes nobody can be served.',
  },
  {
    file: 'server/core/due.ts',
    line: 'if (state.unexplained > 0 && state.explainAt <= state.now) explainNext(state);',
    mutants: [
      'if (true && state.explainAt <= state.now) explainNext(state);',
      'if (state.unexplained >= 0 && state.explainAt <= state.now) explainNext(state);',
    ],
    reason: 'Where nobody is left to be told why, nobody is told, and when the next one may be is set anew.',
  },
  {
    file: 'server/core/awaited.ts',
    line: 'if (state.awaitedUntil > state.now) return;',
    mutants: ['if (false) return;'],
    reason: 'It saves a look at each job of which something is awaited.',
  },
  {
    file: 'server/core/scheduler.ts',
    line: "congest(state, present(state.leaders, event.leaderId, 'leader'), event.congested);",
    mutants: ['congest(state, present(state.leaders, event.leaderId, ""), event.congested);'],
    reason: 'Tests need not repeat the words of errors.',
  },
  {
    file: 'server/core/scheduler.ts',
    line: "const leader = present(state.leaders, event.leaderId, 'leader');",
    mutants: ['const leader = present(state.leaders, event.leaderId, "");'],
    reason: 'Tests need not repeat the words of errors.',
  },
  {
    file: 'server/core/scheduler.ts',
    line: "const worker = present(state.workers, event.workerId, 'worker');",
    mutants: ['const worker = present(state.workers, event.workerId, "");'],
    reason: 'Tests need not repeat the words of errors.',
  },
  {
    file: 'server/core/scheduler.ts',
    line: "this.#workerSent(present(state.workers, event.workerId, 'worker'), event.message);",
    mutants: ['this.#workerSent(present(state.workers, event.workerId, ""), event.message);'],
    reason: 'Tests need not repeat the words of errors.',
  },
  {
    file: 'server/core/scheduler.ts',
    line: 'if (!event.congested) serveWorker(state, worker);',
    mutants: ['if (true) serveWorker(state, worker);'],
    reason: 'It saves a search: a worker that does not read is given nothing.',
  },
  {
    file: 'server/core/scheduler.ts',
    line: 'if (tooMuch === undefined && !isNew()) return;',
    mutants: ['if (true && !isNew()) return;'],
    reason: 'What is not new was taken before, under the same limits: it is not too much.',
  },
  {
    file: 'server/core/status.ts',
    line: 'if (mostBytes < Infinity) bytes += utf8Of(JSON.stringify(row)).byteLength;',
    mutants: [
      'if (mostBytes <= Infinity) bytes += utf8Of(JSON.stringify(row)).byteLength;',
      'if (true) bytes += utf8Of(JSON.stringify(row)).byteLength;',
    ],
    reason: 'It saves time: however much fits where there is no bound.',
  },
  {
    file: 'server/core/jobs.ts',
    line: 'for (const batch of state.dividing.has(job) ? job.queue.all() : []) {',
    mutants: ['for (const batch of state.dividing.has(job) ? job.queue.all() : ["Stryker was here"]) {'],
    reason: 'It checks the machine: what is on offer does not change after a job was told of it in the same event.',
  },
  {
    file: 'server/core/hub-state.ts',
    line: 'this.placement = new Placement(Math.floor((config.random?.() ?? 0) * 2 ** 32));',
    mutants: [
      'this.placement = new Placement(Math.floor((config.random?.() ?? 0) / 2 ** 32));',
      'this.placement = new Placement(Math.floor((config.random?.() && 0) * 2 ** 32));',
    ],
    reason: 'Chance only says where names are kept, so that nobody can choose ones that are kept together.',
  },
  {
    file: 'server/core/new-records.ts',
    line: 'isBroken: false,',
    mutants: ['isBroken: true,'],
    reason: 'It is said anew as the worker begins to drain, and counts from then on.',
  },
];
