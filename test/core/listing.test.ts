import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reopenMessages, reportMessages, resumeMessages } from '../../src/core/listing.js';
import { maxListed } from '../../src/limits.js';
import type { JobAttempt, Possession, Ticketed, UnderWay } from '../../src/protocol/messages.js';
import { workerToHub } from '../../src/wire/parse.js';

const open = {
  type: 'open',
  job: 7,
  secret: 's',
  description: { stages: [], serializer: 'json' },
  priority: 0,
  labels: [],
  slots: 0,
} as const;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const ticketed = (count: number): Ticketed[] => upTo(count).map((seq) => ({ seq, attempt: 1, ticket: seq }));
const counts = [0, 1, maxListed - 1, maxListed, maxListed + 1, 3 * maxListed];

/** Whether all messages but the last say that more of them follow. */
function endsOnce(messages: readonly { readonly more?: boolean }[]): boolean {
  return messages.every(({ more }, at) => (more === true) === at < messages.length - 1);
}

describe('what a peer that comes back has to say', () => {
  it.each(counts)('names %i jobs that live, so many in a message at most', (count) => {
    const messages = resumeMessages(upTo(count));
    expect(messages).toHaveLength(Math.max(1, Math.ceil(count / maxListed)));
    expect(endsOnce(messages as { more?: boolean }[])).toBe(true);
    expect(messages.flatMap((message) => (message.type === 'resume' ? message.jobs : []))).toEqual(upTo(count));
  });

  it.each(counts)('opens a job again with %i attempts under way', (count) => {
    const attempts: UnderWay[] = upTo(count).map((seq) => ({ seq, attempt: 1, bytes: 1, worthMs: 1, suspect: false }));
    const [first, ...others] = reopenMessages(open, attempts);
    expect(first).toMatchObject({ ...open, resumed: attempts.slice(0, maxListed) });
    expect(others.map(({ type }) => type)).toEqual(others.map(() => 'underWay'));
    expect(endsOnce([first, ...others] as { more?: boolean }[])).toBe(true);
    const later = others.flatMap((message) => (message.type === 'underWay' ? message.attempts : []));
    expect(later).toEqual(attempts.slice(maxListed));
  });

  it('reports what a worker has of any jobs, in messages that pass the door', () => {
    const sizes = fc.oneof(fc.nat(3), fc.constantFrom(...counts));
    const parse = workerToHub(1_000);
    fc.assert(
      fc.property(fc.array(fc.tuple(sizes, sizes), { maxLength: 8 }), sizes, (jobs, endingCount) => {
        const possessions: Possession[] = jobs.map(([running, held], at) => ({
          jobId: `j${at}`,
          running: ticketed(running),
          held: ticketed(held),
        }));
        const ending: JobAttempt[] = upTo(endingCount).map((seq) => ({ jobId: 'e', seq, attempt: 1 }));
        const messages = reportMessages(possessions, ending).map((message) => parse(message));
        const reports = messages.flatMap((message) => (message.type === 'report' ? [message] : []));
        expect(endsOnce(reports)).toBe(true);
        for (const report of reports) {
          const attempts = report.jobs.reduce(
            (sum, { running, held }) => sum + running.length + held.length,
            report.ending.length,
          );
          expect(attempts).toBeLessThanOrEqual(maxListed);
        }
        expect(reports.flatMap((report) => report.ending)).toEqual(ending);
        for (const { jobId, running, held } of possessions) {
          const pieces = reports.flatMap((report) => report.jobs).filter((piece) => piece.jobId === jobId);
          expect(pieces.flatMap((piece) => piece.running)).toEqual(running);
          expect(pieces.flatMap((piece) => piece.held)).toEqual(held);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('reports in as few messages as it takes, and no job in more pieces', () => {
    const of = (jobId: string, running: number, held: number): Possession => ({
      jobId,
      running: ticketed(running),
      held: ticketed(held),
    });
    const ending = (count: number): JobAttempt[] => upTo(count).map((seq) => ({ jobId: 'e', seq, attempt: 1 }));
    const pieces = (possessions: Possession[], endings = 0): string[] =>
      reportMessages(possessions, ending(endings)).map((message) =>
        message.type === 'report'
          ? [
              ...message.jobs.map(({ jobId, running, held }) => `${jobId} ${running.length + held.length}`),
              message.ending.length,
            ].join(', ')
          : message.type,
      );
    expect(pieces([of('a', 1, 1), of('b', 1, maxListed - 3)])).toEqual([`a 2, b ${maxListed - 2}, 0`]);
    expect(pieces([of('a', 1, 1), of('b', 1, maxListed - 2)])).toEqual(['a 2, 0', `b ${maxListed - 1}, 0`]);
    expect(pieces([of('a', 1, maxListed - 1)])).toEqual([`a ${maxListed}, 0`]);
    expect(pieces([of('a', maxListed + 1, 0)])).toEqual([`a ${maxListed}, 0`, 'a 1, 0']);
    expect(pieces([of('a', 1, 0)], maxListed - 1)).toEqual([`a 1, ${maxListed - 1}`]);
    expect(pieces([of('a', 1, 0)], maxListed)).toEqual(['a 1, 0', `${maxListed}`]);
  });
});
