// Ways to break what a hub and its workers tell for the hub's page.

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const hubOverviewMutations = [
  {
    name: 'the page has more time on the way than slots were busy',
    file: 'server/core/slot-time.ts',
    find: 'Math.min(left, until - from, room)',
    replace: 'Math.min(left, until - from)',
  },
  {
    name: 'the page has a trip in fewer seconds than it took',
    file: 'server/core/slot-time.ts',
    find: 'Math.min(left, until - from, room)',
    replace: 'Math.min(left, room)',
  },
  {
    name: 'the page keeps seconds of long ago',
    file: 'server/core/slot-time.ts',
    find: '      if (this.#at === secondMs * second) bucket.clear();\n',
    replace: '',
  },
  {
    name: 'the page has the slots of workers that are gone',
    file: 'server/core/slot-use.ts',
    find: '  if (worker.isGone) return noSlots;\n',
    replace: '',
  },
  {
    name: 'the page has what was sent ahead in a slot from the start',
    file: 'server/core/slot-use.ts',
    find: 'inHand(lease.worker) <= lease.worker.slots ? now : undefined',
    replace: 'now',
  },
  {
    name: 'a worker that is back is not counted on the page',
    file: 'server/core/scheduler.ts',
    find: '        report(state, worker, message);\n        countSlots(state.slotTime, worker, state.now);\n',
    replace: '        report(state, worker, message);\n',
  },
  {
    name: 'a worker that offers more slots is not counted on the page',
    file: 'server/core/scheduler.ts',
    find: '        this.#offer(worker, message.slots, message.offers);\n        countSlots(state.slotTime, worker, state.now);\n',
    replace: '        this.#offer(worker, message.slots, message.offers);\n',
  },
  {
    name: 'the page takes the second before for one of the last minute',
    file: 'server/core/busy-ring.ts',
    find: '      this.#at = first;\n      this.#busyMs = 0;\n',
    replace: '      this.#at = first;\n',
  },
  {
    name: 'the page tells all that happens, however often',
    file: 'server/core/happenings.ts',
    find: 'pace.written >= maxHappeningsPerSecond',
    replace: 'pace.written < 0',
  },
  {
    name: 'the page does not say what it left out',
    file: 'server/core/happenings.ts',
    find: '      pace.leftOut += 1;\n',
    replace: '',
  },
  {
    name: 'the page tells rates of no time',
    file: 'server/core/pulse.ts',
    find: '    if (ms < leastLookMs) return;\n',
    replace: '',
  },
  {
    name: 'the page takes few retries for a storm',
    file: 'server/core/verdict.ts',
    find: 'retried < leastRetries || ',
    replace: '',
  },
  {
    name: 'the page takes a job for stuck that gets on',
    file: 'server/core/verdict.ts',
    find: "return job.progress.state === 'waiting';",
    replace: 'return true;',
  },
  {
    name: 'the page tells for ever that workers were lost',
    file: 'server/core/verdict.ts',
    find: 'now - lossesToldMs',
    replace: '-Infinity',
  },
  {
    name: 'the page tells of a worker that left as of one that is lost',
    file: 'server/core/workers-back.ts',
    find: '!alive && !worker.draining, reason',
    replace: 'true, reason',
  },
  {
    name: 'lanes go faster than time',
    file: 'server/core/doing.ts',
    find: '  if (doing.laneAt > at) return;\n',
    replace: '',
  },
  {
    name: 'lanes have no gaps where workers said nothing',
    file: 'server/core/doing.ts',
    find: 'lane.push(empty)',
    replace: 'void empty',
  },
  {
    name: 'the hub keeps what workers do when nobody watches',
    file: 'server/core/doing.ts',
    find: '  for (const { connection } of workers) connection.doing = undefined;\n',
    replace: '',
  },
  {
    name: 'the hub takes what workers do though nobody asked',
    file: 'server/core/doing.ts',
    find: '  if (state.watchedUntil === undefined) return;\n',
    replace: '',
  },
  {
    name: 'a worker has more slots on the page than it offers',
    file: 'server/core/doing.ts',
    find: 'Math.min(slots, 2 * mostSlots)',
    replace: '2 * mostSlots',
  },
  {
    name: 'workers report as often when there are many more',
    file: 'server/core/doing.ts',
    find: "for (const worker of workers.values()) state.toWorker(worker, { type: 'watch', ...next });",
    replace: 'void next;',
  },
  {
    name: 'a worker counts the time of a batch twice',
    file: 'src/core/slot-report.ts',
    find: '  occupant.countedAt = now;\n',
    replace: '',
  },
  {
    name: 'a worker reports to a hub that is gone',
    file: 'src/core/worker-session.ts',
    find: '        this.#slotReport.stop();\n',
    replace: '',
  },
  {
    name: 'a worker tells of a slot that was given up',
    file: 'src/core/worker-session.ts',
    find: "    if (waits === 'now') this.#slotReport.end(run, now);\n    else if",
    replace: "    if (waits !== 'now') if",
  },
];
