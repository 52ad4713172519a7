/** @type {readonly import('../accepted.js').Accepted[]} */
export const ofCollections = [
  {
    file: 'src/collections/heap.ts',
    line: 'return item.place >= 0 && this.#items[item.place] === item;',
    mutants: ['return true && this.#items[item.place] === item;'],
    reason: 'It saves time: there is nothing at place -1.',
  },
  {
    file: 'src/collections/heap.ts',
    line: 'return place === 0 ? undefined : this.#items[(place - 1) >> 1];',
    mutants: ['return false ? undefined : this.#items[(place - 1) >> 1];'],
    reason: 'It saves time: there is nothing at place -1.',
  },
  {
    file: 'src/collections/heap.ts',
    line: 'if (last !== undefined && last !== item) this.#settle(last, place);',
    mutants: ['if (true && last !== item) this.#settle(last, place);'],
    reason: 'The item is in the heap, so the heap has a last one. The condition is for the type.',
  },
  {
    file: 'src/collections/heap.ts',
    line: 'if (parent !== undefined && this.#key(parent) > this.#key(item)) this.#rise(item, place);',
    mutants: ['if (parent !== undefined && this.#key(parent) >= this.#key(item)) this.#rise(item, place);'],
    reason: 'An item with the key of its parent stays where it is, in either way.',
  },
  {
    file: 'src/collections/heap.ts',
    line: 'while (place > 0) {',
    mutants: ['while (place >= 0) {'],
    reason: 'There is nothing above the first: the loop ends there.',
  },
  {
    file: 'src/collections/heap.ts',
    line: 'if (parent === undefined || this.#key(parent) <= key) break;',
    mutants: ['if (false || this.#key(parent) <= key) break;'],
    reason: 'Above each place but the first there is something. The condition is for the type.',
  },
  {
    file: 'src/collections/heap.ts',
    line: 'if (rightKey < childKey) {',
    mutants: ['if (rightKey <= childKey) {'],
    reason: 'Of two equals either may rise.',
  },
  {
    file: 'src/collections/queue.ts',
    line: 'if (this.#head === this.#items.length) return undefined;',
    mutants: ['if (false) return undefined;'],
    reason: 'It saves steps: what is behind the last item is undefined.',
  },
  {
    file: 'src/collections/queue.ts',
    line: 'if (this.#head * 2 >= this.#items.length) {',
    mutants: [
      'if (true) {',
      'if (false) {',
      'if (this.#head * 2 > this.#items.length) {',
      'if (this.#head * 2 < this.#items.length) {',
      'if (this.#head / 2 >= this.#items.length) {',
      'if (this.#head * 2 >= this.#items.length) {}',
    ],
    reason: 'It saves time and memory: places that are empty are dropped in bulk.',
  },
];
