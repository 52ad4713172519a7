// Ways to break how inline executors share the turns of the event loop.

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const inlineMutations = [
  {
    name: 'each inline executor has turns of its own',
    file: 'src/executor/inline-executor.ts',
    find: 'options.turns ?? InlineTurns.ofThread',
    replace: 'options.turns ?? new InlineTurns()',
  },
  {
    name: 'what begins inline goes before what was interrupted',
    file: 'src/executor/inline-turns.ts',
    find: 'this.#interrupted.shift() ?? this.#waiting.shift()',
    replace: 'this.#waiting.shift() ?? this.#interrupted.shift()',
  },
  {
    name: 'inline batches begin though the share of the turn is spent',
    file: 'src/executor/inline-turns.ts',
    find: 'if (!this.isSpent()) (this',
    replace: '(this',
  },
];
