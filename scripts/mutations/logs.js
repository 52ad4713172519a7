// Ways to break what is told of lines of a log that are left out.

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const logMutations = [
  {
    name: 'the sum of lines that are left out is told under a kind that is not remembered',
    file: 'src/line-pace.ts',
    find: 'return about;',
    replace: 'return kind;',
  },
  {
    name: 'periods of a log stay short while lines are left out',
    file: 'src/line-pace.ts',
    find: 'Math.min(2 * lengthMs, longestPaceMs)',
    replace: 'lengthMs',
  },
  {
    name: 'periods of a log stay long when no lines are left out any more',
    file: 'src/line-pace.ts',
    find: 'Object.assign(period, begun(now, leastPaceMs));',
    replace: 'Object.assign(period, begun(now, period.lengthMs));',
  },
  {
    name: 'a line is written before it is told what was left out',
    file: 'src/line-pace.ts',
    find: 'if (now >= endOf(period) && period.leftOut === 0)',
    replace: 'if (now >= endOf(period))',
  },
  {
    name: 'kinds of lines that are over make no room for others',
    file: 'src/line-pace.ts',
    find: 'if (period.leftOut === 0 && now >= endOf(period)) this.#periods.delete(about);',
    replace: 'if (now === Infinity) this.#periods.delete(about);',
  },
];
