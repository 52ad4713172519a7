// Ways to break what a job says of itself: its counts, why it waits, and how long it goes on.

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const progressMutations = [
  {
    name: 'an element that is executed twice is in flight twice',
    file: 'src/core/job/batch-ledger.ts',
    find: "    if (record.state !== 'sent') {\n      this.#unqueue(record);\n      this.#elementsSent += elementsOf(record);",
    replace: "    this.#elementsSent += elementsOf(record);\n    if (record.state !== 'sent') {\n      this.#unqueue(record);",
  },
  {
    name: 'a batch that is to be sent again counts as in flight',
    file: 'src/core/job/batch-ledger.ts',
    find: '    this.#elementsSent -= elementsOf(record);\n    record.dueAt = 0;',
    replace: '    record.dueAt = 0;',
  },
  {
    name: 'a settled batch stays in flight',
    file: 'src/core/job/batch-ledger.ts',
    find: "    if (record.state === 'sent') this.#elementsSent -= elementsOf(record);",
    replace: '',
  },
  {
    name: 'batches behind the end of a job count as done',
    file: 'src/core/job/batch-ledger.ts',
    find: '      this.drop(elementsOf(record));\n',
    replace: '',
  },
  {
    name: 'elements that were cut behind the end of a job are nowhere',
    file: 'src/core/job/dispatch.ts',
    find: '          ledger.drop(first + count - piece.index - 1);\n',
    replace: '',
  },
  {
    name: 'parts of a divided chain forget what is sent no more',
    file: 'src/core/job/division.ts',
    find: 'dropped: state.ledger.elementsDropped',
    replace: 'dropped: 0',
  },
  {
    name: 'an element that fails is not done',
    file: 'src/core/job/emission.ts',
    find: "segment.type === 'failure' ? 1 : segment.count",
    replace: 'segment.count',
  },
  {
    name: 'the first part of a chain forgets what is done',
    file: 'src/core/job/emission.ts',
    find: '    // Those that were released before, and those that failed, were not put in.\n    emission.#settled = this.#settled;\n',
    replace: '',
  },
  {
    name: 'outputs that wait for one before them count as emitted',
    file: 'src/core/job/emission.ts',
    find: '    this.#waitingBytes += bytesOf(segment);\n    this.release(inHand);',
    replace:
      "    this.#waitingBytes += bytesOf(segment);\n    this.#emitted += segment.type === 'values' ? segment.count : 0;\n    this.release(inHand);",
  },
  {
    name: 'a job that counts from 0 again forgets what is done',
    file: 'src/core/job/tally.ts',
    find: '    const done = origin + emission.settled;\n    if',
    replace: '    const done = emission.settled;\n    if',
  },
  {
    name: 'the emitted output of a fold is not counted',
    file: 'src/core/job/job.ts',
    find: '    this.#state.tally.emitted = 1;\n',
    replace: '',
  },
  {
    name: 'both parts of a chain count the same failures',
    file: 'src/core/job/division.ts',
    find: 'tally: state.tally.ofFirstPart(),',
    replace: 'tally: state.tally,',
  },
  {
    name: 'what is tried again is not counted',
    file: 'src/core/job/judgement.ts',
    find: '      state.tally.retried += 1;\n',
    replace: '',
  },
  {
    name: 'an element that is left out is not counted',
    file: 'src/core/job/judgement.ts',
    find: '  state.tally.skipped += 1;\n',
    replace: '',
  },
  {
    name: 'elements that are left out with a partial are counted as one',
    file: 'src/core/job/judgement.ts',
    find: 'for (const { count } of ranges) state.tally.skipped += count;',
    replace: 'state.tally.skipped += ranges.length;',
  },
  {
    name: 'a job does not say that its reader is slow',
    file: 'src/core/job/wait.ts',
    find: "  if (emission.paused) return { for: 'reader' };\n",
    replace: '',
  },
  {
    name: 'a job that waits for a place says that its source is slow',
    file: 'src/core/job/wait.ts',
    find: "return wanting ? { for: 'place' } : sourceOf(state);",
    replace: 'return sourceOf(state);',
  },
  {
    name: 'a job waits for its source although slots are busy',
    file: 'src/core/job/wait.ts',
    find: ' && ledger.sent < Math.max(1, slots)',
    replace: '',
  },
  {
    name: 'an element that holds up outputs is not named while others come',
    file: 'src/core/job/wait.ts',
    find: 'return isQuiet || holdsUp || room <= 0',
    replace: 'return isQuiet || room <= 0',
  },
  {
    name: 'a retry is told as such although elements wait',
    file: 'src/core/job/wait.ts',
    find: 'ledger.sent > 0 || (uncut > 0 && room > 0)',
    replace: 'false',
  },
  {
    name: 'the pace forgets what was done when stretches are joined',
    file: 'src/core/job/pace.ts',
    find: '(this.#stretches[at] ?? 0) + (this.#stretches[at + 1] ?? 0)',
    replace: 'this.#stretches[at] ?? 0',
  },
  {
    name: 'the pace of seconds long past counts',
    file: 'src/core/job/pace.ts',
    find: ' || slot.second < from',
    replace: '',
  },
  {
    name: 'time remains although rates differ ever so much',
    file: 'src/core/job/remaining.ts',
    find: 'range.most <= mostSpread * range.least',
    replace: 'range.most < Infinity',
  },
  {
    name: 'time remains although a slot is at one element for long',
    file: 'src/core/job/remaining.ts',
    find: '  if (old.longestMs > mostOfPast * pastMs || old.sumMs > mostOfSlots * pastMs * state.slots) return undefined;\n',
    replace: '',
  },
  {
    name: 'time remains although little is done',
    file: 'src/core/job/remaining.ts',
    find: 'if (done < enoughDone || pastMs < enoughMs) return undefined;',
    replace: 'if (done === 0) return undefined;',
  },
  {
    name: 'combines take no time',
    file: 'src/core/job/remaining.ts',
    find: 'state.fold === undefined ? elements : withCombines',
    replace: 'true ? elements : withCombines',
  },
  {
    name: 'a part that waits for the part before it is what slows a chain',
    file: 'src/core/job/facts.ts',
    find: 'const slowing = slowingPart(parts) ?? last;',
    replace: 'const slowing = last;',
  },
];
