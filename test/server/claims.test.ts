import { expect, it } from 'vitest';
import { Claims } from '../../server/core/claims.js';
import type { Possession, Ticketed } from '../../src/protocol/messages.js';

function attempt(seq: number): Ticketed {
  return { seq, attempt: 1, ticket: 1 };
}

function possession(jobId: string, running: readonly number[], held: readonly number[] = []): Possession {
  return { jobId, running: running.map(attempt), held: held.map(attempt) };
}

it('keeps what a worker has of jobs, by leader, and counts it', () => {
  const claims = new Claims();
  claims.add(possession('l:1', [0, 1], [2]));
  claims.add(possession('l:2', [3]));
  claims.add(possession('m:1', [], [4]));
  claims.add(possession('l:1', [5], [6]));
  expect([claims.size, claims.running]).toEqual([3, 4]);
  expect(claims.get('l:1')).toEqual(possession('l:1', [0, 1, 5], [2, 6]));
  expect([...claims.ofLeader('l')].map(({ jobId }) => jobId)).toEqual(['l:1', 'l:2']);
  expect([...claims].map(({ jobId }) => jobId)).toEqual(['l:1', 'l:2', 'm:1']);
});

it('forgets one job, and keeps the others of its leader', () => {
  const claims = new Claims();
  claims.add(possession('l:1', [0, 1]));
  claims.add(possession('l:2', [2]));
  claims.delete('l:1');
  for (const unknown of ['l:1', 'l:7', 'm:1']) claims.delete(unknown);
  expect([claims.size, claims.running, claims.get('l:1')]).toEqual([1, 1, undefined]);
  expect(claims.get('l:2')).toEqual(possession('l:2', [2]));
  claims.set(possession('l:2', [], [2]));
  expect([claims.size, claims.running]).toEqual([1, 0]);
  claims.delete('l:2');
  expect([claims.size, [...claims], [...claims.ofLeader('l')]]).toEqual([0, [], []]);
});

it('forgets all', () => {
  const claims = new Claims();
  claims.add(possession('l:1', [0, 1]));
  claims.clear();
  expect([claims.size, claims.running, claims.get('l:1'), [...claims]]).toEqual([0, 0, undefined, []]);
});
