import { describe, expect, it } from 'vitest';
import { HeldAnswers, type Answer } from '../../src/core/held-answers.js';
import { resultOf } from '../server/scheduler-harness.js';

const answer = (seq: number, bytes: number): Answer => ({
  type: 'result',
  jobId: 'j',
  result: resultOf(seq, { payload: new Uint8Array(bytes) }),
});
const seqs = (held: HeldAnswers): number[] => held.all().map(({ seq }) => seq);

describe('the answers that a worker keeps', () => {
  it('are bounded: the oldest go, and the last one stays whatever its size', () => {
    const held = new HeldAnswers(100);
    for (let seq = 0; seq < 5; seq += 1) held.add(answer(seq, 40));
    expect(seqs(held)).toEqual([3, 4]);
    held.add(answer(5, 1_000));
    expect(seqs(held)).toEqual([5]);
    held.validate();
  });

  it('count what has gone no more', () => {
    const held = new HeldAnswers(100);
    held.add(answer(0, 60));
    held.delete({ jobId: 'j', seq: 0, attempt: 1 });
    held.add(answer(1, 60));
    held.deleteJob('j');
    held.add(answer(2, 60));
    expect(seqs(held)).toEqual([2]);
    held.validate();
  });
});
