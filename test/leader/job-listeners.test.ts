import { describe, expect, it } from 'vitest';
import { decodeHeaders } from '../../src/wire/headers.js';
import { ListenedTo } from '../../src/leader/job-listeners.js';
import type { Answer, JobListener } from '../../src/leader/job-listener.js';
import type { Batch } from '../../src/protocol/messages.js';

const batch: Batch = {
  seq: 3,
  attempt: 1,
  first: 0,
  count: 1,
  units: 'elements',
  suspect: false,
  alone: false,
  budgetMs: 0,
  payload: new Uint8Array(1),
};

function listener(changes: Partial<JobListener> = {}): JobListener {
  return { sent: () => undefined, answered: () => undefined, ended: () => undefined, ...changes };
}

describe('a job that somebody listens to', () => {
  it('carries what all of them say, of the same name what the last one says', () => {
    const listened = new ListenedTo([listener({ headers: { a: '1', b: '1' } }), listener({ headers: { b: '2' } }), listener()]);
    expect(decodeHeaders(listened.headers ?? new Uint8Array())).toEqual({ a: '1', b: '2' });
    expect(new ListenedTo([listener()]).headers).toBeUndefined();
  });

  it('sends its batches as they are, unless somebody gives them headers', () => {
    expect(new ListenedTo([listener()]).sent(batch, 1)).toBe(batch);
    const sent = new ListenedTo([listener({ sent: () => ({ a: '1' }) }), listener({ sent: () => ({ b: '2' }) })]).sent(batch, 1);
    expect({ ...sent, headers: decodeHeaders(sent.headers ?? new Uint8Array()) }).toEqual({
      ...batch,
      headers: { a: '1', b: '2' },
    });
  });

  it('tells of results and losses, and of attempts in whose place another one has come back', () => {
    const told: [Answer, number][] = [];
    const listened = new ListenedTo([listener({ answered: (answer, part) => told.push([answer, part]) })]);
    const worker = { workerId: 'w' };
    const lost = { type: 'lost', ...worker, loss: { seq: 3, attempt: 1, cause: 'gone', reason: 'r' } } as const;
    listened.answered(lost, 1);
    listened.answered({ type: 'adopted', ...worker, seq: 3, attempt: 1, inPlaceOf: [2, 3] }, 1);
    listened.answered({ type: 'connected' }, 1);
    listened.dropped(4, 1, 2);
    expect(told).toEqual([
      [lost, 1],
      [{ type: 'dropped', seq: 3, attempt: 2 }, 1],
      [{ type: 'dropped', seq: 3, attempt: 3 }, 1],
      [{ type: 'dropped', seq: 4, attempt: 1 }, 2],
    ]);
  });
});
