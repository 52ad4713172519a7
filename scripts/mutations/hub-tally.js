// Ways to break what the hub counts.

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const hubTallyMutations = [
  {
    name: 'the hub counts more elements than a batch holds',
    file: 'src/core/work-tally.ts',
    find: '    if (done > elements) return;\n',
    replace: '',
  },
  {
    name: 'the hub counts what cannot be',
    file: 'src/core/work-tally.ts',
    find: 'const isNext = offset > previous && offset < done && stage < stages;',
    replace: 'const isNext = true;',
  },
  {
    name: 'the hub keeps the long names of chains',
    file: 'src/core/work-tally.ts',
    find: 'return shortened(name, maxTalliedNameLength);',
    replace: 'continue;',
  },
  {
    name: 'the hub counts partials as elements',
    file: 'server/core/assigning.ts',
    find: "units === 'elements' ? count : 0",
    replace: 'count',
  },
  {
    name: 'the hub counts elements that a stage has not reached',
    file: 'src/core/work-tally.ts',
    find: '      reached -= failed[stage] ?? 0;\n',
    replace: '',
  },
  {
    name: 'the hub counts a retry for stages that were not reached',
    file: 'src/core/work-tally.ts',
    find: 'if (unreachedAt(unreached, stage) < tried) ',
    replace: '',
  },
  {
    name: 'the hub tells apart as many names as leaders like',
    file: 'src/core/work-tally.ts',
    find: 'all.has(name) || all.size < maxNamesTallied ? name : otherNames',
    replace: 'name',
  },
  {
    name: 'the hub counts an answer without its execution',
    file: 'src/core/work-tally.ts',
    find: '    chain.executed.observe(elapsedMs);\n',
    replace: '',
  },
  {
    name: 'the hub counts a batch that is given out without its wait',
    file: 'src/core/work-tally.ts',
    find: '    chain.queued.observe(waitedMs);\n',
    replace: '',
  },
  {
    name: 'the hub counts failures in the first stage',
    file: 'src/core/work-tally.ts',
    find: 'const codes = operations[stage]?.failures;',
    replace: 'const codes = operations[0]?.failures;',
  },
  {
    name: 'the hub does not count what it drops with a job',
    file: 'server/core/jobs.ts',
    find: '  state.tally.dropped += queue.size;\n',
    replace: '',
  },
  {
    name: 'the hub does not count what a leader that is back does not want',
    file: 'server/core/leaders-back.ts',
    find: '  state.tally.dropped += queue.size - kept.size;\n',
    replace: '',
  },
  {
    name: 'the hub does not count what is cancelled in the queue',
    file: 'server/core/assigning.ts',
    find: '  state.tally.dropped += 1;\n',
    replace: '',
  },
  {
    name: 'the hub does not count what it finds with workers',
    file: 'server/core/leasing.ts',
    find: '  state.tally.adopted += 1;\n',
    replace: '',
  },
  {
    name: 'slots of workers that drain count as free',
    file: 'server/core/slot-use.ts',
    find: 'return !connected || draining || reserved',
    replace: 'return !connected || reserved',
  },
  {
    name: 'slots are wanted for what waits alone',
    file: 'server/core/facts.ts',
    find: '(wantedSlots.get(row) ?? 0) + queue.size + leases.size',
    replace: '(wantedSlots.get(row) ?? 0) + queue.size',
  },
];
