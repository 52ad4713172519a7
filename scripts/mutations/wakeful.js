// Ways to break how a leader decides whether it waits awake.

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const wakefulMutations = [
  {
    name: 'a leader waits awake where it is no better',
    file: 'src/leader/wakeful-waiting.ts',
    find: '<= worthAwake * median(this.#asleep)',
    replace: '<= Infinity * median(this.#asleep)',
  },
  {
    name: 'a leader judges waiting awake by the quickest trip',
    file: 'src/leader/wakeful-waiting.ts',
    find: 'ascending[Math.floor(ascending.length / 2)] ?? 0',
    replace: 'ascending[0] ?? 0',
  },
  {
    name: 'a leader waits awake without end',
    file: 'src/leader/wakeful-waiting.ts',
    find: '&& now < this.#sentAt + mostWakefulMs',
    replace: '',
  },
  {
    name: 'a leader waits awake in vain for ever',
    file: 'src/leader/wakeful-waiting.ts',
    find: "if (this.#inVain === tripsInVain) this.#better = 'asleep';",
    replace: '',
  },
  {
    name: 'batches waited for in vain count though others came between',
    file: 'src/leader/wakeful-waiting.ts',
    find: 'tookMs < mostWakefulMs ? 0 : this.#inVain + 1',
    replace: 'this.#inVain + (tookMs < mostWakefulMs ? 0 : 1)',
  },
  {
    name: 'a leader never looks again whether it is better awake',
    file: 'src/leader/wakeful-waiting.ts',
    find: 'if (this.#left === 0) this.#better = undefined;',
    replace: '',
  },
  {
    name: 'a leader looks as often where looks agree',
    file: 'src/leader/wakeful-waiting.ts',
    find: 'better === this.#last ? Math.min(2 * this.#between, mostTripsBetweenLooks) : tripsBetweenLooks',
    replace: 'tripsBetweenLooks',
  },
  {
    name: 'a leader looks at trips awake though trips take long',
    file: 'src/leader/wakeful-waiting.ts',
    find: 'median(this.#asleep) > quickTripMs',
    replace: 'false',
  },
  {
    name: 'a leader makes all trips asleep before those awake',
    file: 'src/leader/wakeful-waiting.ts',
    find: 'Math.floor(trips / stretch) % 2 === 1',
    replace: 'trips >= tripsOfLook',
  },
  {
    name: 'a batch that is not alone any more is waited for awake',
    file: 'src/leader/wakeful-waiting.ts',
    find: '  forget(): void {\n    this.#sentAt = undefined;',
    replace: '  forget(): void {',
  },
];
