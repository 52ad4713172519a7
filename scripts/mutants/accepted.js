// Mutants that no test finds, and why that is right: most of them do the same as the original.

/**
 * @typedef {{ readonly file: string, readonly line: string, readonly mutants: readonly string[], readonly reason: string }} Accepted
 * The line where they begin, and how it reads in each of them, both as `npm run mutants` prints them.
 */

/** @type {readonly Accepted[]} */
export const accepted = [
  {
    file: 'server/core/turn-order.ts',
    line: 'if (last !== undefined && last !== turn) this.#settle(last, place);',
    mutants: ['if (true && last !== turn) this.#settle(last, place);'],
    reason: 'Whoever leaves is in the heap, so the heap has a last one.',
  },
  {
    file: 'server/core/turn-order.ts',
    line: 'if (place > 0 && above !== undefined && above.virtualTime > turn.virtualTime) this.#rise(turn, place);',
    mutants: [
      'if (true && above !== undefined && above.virtualTime > turn.virtualTime) this.#rise(turn, place);',
      'if (place >= 0 && above !== undefined && above.virtualTime > turn.virtualTime) this.#rise(turn, place);',
      'if (place > 0 && true && above.virtualTime > turn.virtualTime) this.#rise(turn, place);',
      'if (place > 0 && above !== undefined && above.virtualTime >= turn.virtualTime) this.#rise(turn, place);',
    ],
    reason: 'There is nothing above the first, and something above all others. Of two equals neither rises nor sinks.',
  },
  {
    file: 'server/core/turn-order.ts',
    line: 'while (place > 0) {',
    mutants: ['while (place >= 0) {'],
    reason: 'There is nothing above the first: the loop ends there.',
  },
  {
    file: 'server/core/turn-order.ts',
    line: 'if (parent === undefined || parent.virtualTime <= turn.virtualTime) break;',
    mutants: ['if (false || parent.virtualTime <= turn.virtualTime) break;'],
    reason: 'Above each place but the first there is something.',
  },
  {
    file: 'server/core/placement.ts',
    line: 'if (worker.offerClass === undefined || (!free && !hasSpareRoom(worker))) return undefined;',
    mutants: ['if (worker.offerClass === undefined || (false)) return undefined;'],
    reason: 'It saves a search: what is found is sent ahead only where there is room.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'if (batch.alone ? !isForLoners : batch.suspect && !isForSuspects) continue;',
    mutants: ['if (false) continue;', 'if (batch.alone ? !isForLoners : false) continue;'],
    reason: 'It saves a search that finds nothing.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'if (batch.alone || batch.suspect) isForLoners = false;',
    mutants: [
      'if (false) isForLoners = false;',
      'if (batch.alone && batch.suspect) isForLoners = false;',
      'if (batch.alone || batch.suspect) isForLoners = true;',
    ],
    reason: 'It saves searches that find nothing.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'if (batch.suspect && !batch.alone) isForSuspects = false;',
    mutants: [
      'if (false) isForSuspects = false;',
      'if (batch.suspect && batch.alone) isForSuspects = false;',
      'if (batch.suspect && !batch.alone) isForSuspects = true;',
    ],
    reason: 'It saves searches that find nothing.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'if (batch.alone) freeReserved(state);',
    mutants: ['if (true) freeReserved(state);'],
    reason: 'It saves a look: only a batch that was to be alone keeps workers reserved.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'if (dropped.alone) freeReserved(state);',
    mutants: ['if (true) freeReserved(state);'],
    reason: 'It saves a look: only a batch that was to be alone keeps workers reserved.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'if (state.reserved.size === 0) return;',
    mutants: ['if (false) return;'],
    reason: 'It saves a look: where none is reserved none is freed.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'return offerClass !== undefined && needClass.offerClasses.has(offerClass);',
    mutants: ['return true && needClass.offerClasses.has(offerClass);'],
    reason: 'No class of offers is undefined. The condition is for the type.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'if (job !== undefined && lease !== undefined) {',
    mutants: ['if (true && lease !== undefined) {'],
    reason: 'Where there is a lease there is its job. The condition is for the type.',
  },
  {
    file: 'server/core/leasing.ts',
    line: 'if (claim !== undefined && begun !== undefined) {',
    mutants: ['if (true && begun !== undefined) {'],
    reason: 'What was begun is of a claim. The condition is for the type.',
  },
  {
    file: 'server/core/recovery.ts',
    line: 'worker.reported = false;',
    mutants: ['worker.reported = true;'],
    reason: 'A worker that is away says nothing, and begins anew when it is back.',
  },
  {
    file: 'server/core/recovery.ts',
    line: 'adoptLease(state, job, worker, { ...attempt, bytes: awaited?.bytes ?? 0, suspect: awaited?.suspect ?? false });',
    mutants: ['adoptLease(state, job, worker, { ...attempt, bytes: awaited?.bytes && 0, suspect: awaited?.suspect ?? false });'],
    reason: 'What is found is not counted, so its size does not matter.',
  },
  {
    file: 'server/core/recovery.ts',
    line: 'for (const job of state.awaiting) if (job.awaitedUntil <= state.now) giveUpAwaited(state, job);',
    mutants: ['for (const job of state.awaiting) if (true) giveUpAwaited(state, job);'],
    reason: 'It saves a look at each attempt, of which none is due.',
  },
  {
    file: 'src/core/job/settlement.ts',
    line: 'else for (const part of half) state.fold?.put({ ...part, tried: part.tried + tried });',
    mutants: ['else for (const part of half) state.fold.put({ ...part, tried: part.tried + tried });'],
    reason: 'Where there are partials there is a fold.',
  },
  {
    file: 'src/core/job/settlement.ts',
    line: 'for (const part of record.parts.slice(start, end)) state.fold?.put({ ...part, tried: part.tried + past.tried });',
    mutants: ['for (const part of record.parts.slice(start, end)) state.fold.put({ ...part, tried: part.tried + past.tried });'],
    reason: 'Where there are partials there is a fold.',
  },
];
