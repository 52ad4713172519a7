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
];
