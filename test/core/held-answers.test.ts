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
    const held = new HeldAnswers(100, 10);
    for (let seq = 0; seq < 5; seq += 1) held.add(answer(seq, 40), seq);
    expect(seqs(held)).toEqual([3, 4]);
    held.add(answer(5, 1_000), 5);
    expect(seqs(held)).toEqual([5]);
    held.validate();
  });

  it('are so many at most, however small they are', () => {
    const held = new HeldAnswers(100, 3);
    for (let seq = 0; seq < 5; seq += 1) held.add(answer(seq, 0), seq);
    expect(seqs(held)).toEqual([2, 3, 4]);
    held.validate();
  });

  it('count what has gone no more', () => {
    const held = new HeldAnswers(100, 10);
    held.add(answer(0, 60), 0);
    held.delete({ jobId: 'j', seq: 0, attempt: 1 });
    held.add(answer(1, 60), 1);
    held.deleteJob('j');
    held.add(answer(2, 60), 2);
    expect(seqs(held)).toEqual([2]);
    expect([...held.byJob()]).toEqual([['j', [{ seq: 2, attempt: 1, ticket: 2 }]]]);
    held.validate();
  });

  it('are as many bytes as there may be, to the last one', () => {
    const held = new HeldAnswers(100, 10);
    for (let seq = 0; seq < 3; seq += 1) held.add(answer(seq, 50), seq);
    expect(seqs(held)).toEqual([1, 2]);
  });

  it('go with their job, and no others', () => {
    const held = new HeldAnswers(100, 10);
    held.add(answer(0, 1), 0);
    held.add({ ...answer(1, 1), jobId: 'k' }, 1);
    held.add(answer(2, 1), 2);
    held.deleteJob('j');
    expect(held.all()).toEqual([{ jobId: 'k', seq: 1, attempt: 1 }]);
    held.validate();
  });

  it('are results or losses; of them the results are counted', () => {
    const held = new HeldAnswers(100, 10);
    held.add(answer(0, 1), 0);
    held.add({ type: 'lost', jobId: 'j', loss: { seq: 1, attempt: 1, cause: 'death', reason: '' } }, 1);
    expect([held.size, held.results]).toEqual([2, 1]);
  });

  it.each([
    [1, 2, true],
    [1, 101, true],
    [1, 102, false],
    [2, 2, false],
    [3, 2, false],
  ])('stand in for a later attempt of the same batch, if it is not much later: attempt %d for %d', (kept, asked, expected) => {
    const held = new HeldAnswers(100, 10);
    const result = resultOf(7, { attempt: kept });
    held.add({ type: 'result', jobId: 'j', result }, 0);
    expect(held.takeEarlier({ jobId: 'j', seq: 7, attempt: asked })).toEqual(expected ? result : undefined);
    expect(held.size).toBe(expected ? 0 : 1);
  });
});
