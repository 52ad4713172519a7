import { fetchStatus, startHub } from 'paladin-rx/server';
import { describe, expect, it } from 'vitest';
import { statusText } from '../../server/command/status-text.js';
import type { HubStatus } from '../../src/protocol/hub-status.js';

const idle: HubStatus = {
  epoch: 'e',
  uptimeMs: 61_400,
  verdict: { state: 'idle', text: 'no job is open' },
  totals: { leaders: 1, workers: 0, slots: 0, jobs: 0 },
  leaders: [{ leaderId: 'l', name: '', jobs: 0, away: false }],
  workers: [],
  jobs: [],
  operations: [],
  counters: { batches: 0, results: 0, lost: 0, adopted: 0, forged: 0, staleResults: 0, strayMessages: 0, refused: 0 },
};
const worker: HubStatus['workers'][number] = {
  workerId: 'w1',
  name: 'ann\u001b[2J',
  slots: 2,
  leased: 1,
  ending: 0,
  draining: false,
  away: false,
  offers: { operations: ['fib@1', 'sum@1'], serializers: ['msgpack'], labels: [] },
  oldest: [{ jobId: 'l.1', stages: ['fib', 'sum'], forMs: 9_000 }],
};

describe('the status of a hub as text', () => {
  it('tells of an idle hub in three lines', () => {
    expect(statusText('http://h', idle)).toBe(
      'hub http://h, up 61 s: 1 leader, 0 workers with 0 slots, 0 jobs\nidle: no job is open\nsince its start: 0 batches taken, 0 answered',
    );
  });

  it('shows workers and jobs in columns, and how many are not listed', () => {
    const job = {
      jobId: 'l.1',
      stages: ['fib', 'sum'],
      priority: 0,
      queued: 12,
      leased: 1,
      unacknowledged: 0,
      slots: 2,
      waitsFor: 'worker b has had a batch of it for 9 s',
    };
    const status: HubStatus = {
      ...idle,
      totals: { leaders: 1, workers: 3, slots: 2, jobs: 1 },
      workers: [worker, { ...worker, workerId: 'w2', name: '', draining: true, away: true, oldest: [] }],
      jobs: [job],
    };
    expect(statusText('http://h', status).split('\n').slice(2, -1)).toEqual([
      '',
      'JOB  STAGES     DONE  PER SECOND  REMAINS  PRIORITY  QUEUED  LEASED  SLOTS',
      'l.1  fib → sum                             0         12      1       2',
      '  └ worker b has had a batch of it for 9 s',
      '',
      '',
      'WORKER  NAME     SLOTS  LEASED  STATE  EXECUTES               OPERATIONS',
      'w1      ann�[2J  2      1       ready  has fib → sum for 9 s  fib@1, sum@1',
      'w2               2      1       away                          fib@1, sum@1',
      '',
      'and 1 more worker',
    ]);
  });

  it('shows what workers execute as they see it, the longest first', () => {
    const executing = [1_000, 9_000, 3_000, 5_000].map((forMs) => ({ operation: `op${forMs / 1_000}`, forMs }));
    const rows = statusText('http://h', {
      ...idle,
      workers: [
        { ...worker, executing },
        { ...worker, executing: [] },
      ],
    }).split('\n');
    expect(rows[4]).toContain('op9 for 9 s, op5 for 5 s, op3 for 3 s, 1 more');
    expect(rows[5]).not.toContain('for');
  });

  it('keeps columns apart where names are wide', () => {
    const workers = [
      { ...worker, name: '日本' },
      { ...worker, workerId: 'w2', name: 'osaka' },
    ];
    const lines = statusText('http://h', { ...idle, workers }).split('\n');
    expect(lines.slice(4, 6).map((line) => line.slice(0, line.indexOf('2 ', 4)))).toEqual(['w1      日本   ', 'w2      osaka  ']);
  });

  it('shows what leaders say of their jobs in place of what the hub knows', () => {
    const job = {
      jobId: 'l.1',
      stages: ['fib'],
      priority: 0,
      queued: 12,
      leased: 1,
      unacknowledged: 0,
      slots: 2,
      waitsFor: 'of the hub',
    };
    const counts = { taken: 4_000, done: 2_500, emitted: 2_400, failed: 0, retried: 2, skipped: 3, inFlight: 20 };
    const progress = { name: 'nightly', state: 'running', ...counts, perSecond: 99.6, elapsedMs: 25_000 } as const;
    const lineOf = (changes: object): string | undefined => {
      const jobs = [{ ...job, progress: { ...progress, ...changes } }];
      const lines = statusText('http://h', { ...idle, totals: { ...idle.totals, jobs: 1 }, jobs }).split('\n');
      const at = lines.findIndex((line) => /fib/u.test(line));
      return `${lines[at] ?? ''}${lines[at + 1] ?? ''}`.replaceAll(/ {2,}/gu, '|');
    };
    const remainingMs = { least: 60_000, most: 125_000 };
    expect(lineOf({ total: 10_000, remainingMs, waitsFor: 'the reader is slow' })).toBe(
      'nightly|fib|██░░░░░░░░ 2,500 of 10,000 (25 %), 3 skipped, 2 retried|100|1 min to 2 min 5 s|0|12|1|2|└ the reader is slow',
    );
    expect(lineOf({ name: '', skipped: 0, retried: 0 })).toBe('l.1|fib|2,500 of 4,000 taken|100|0|12|1|2|└ of the hub');
  });

  it('says what operations have done, and how much of it in a second since a status before', () => {
    const score = { name: 'score', elements: 12_500, failures: 3, retries: 2 };
    const never = { name: 'never', elements: 0, failures: 0, retries: 0 };
    const now: HubStatus = { ...idle, operations: [score, never] };
    const tableOf = (before?: HubStatus): string[] => statusText('http://h', now, before).split('\n').slice(3, 5);
    expect(tableOf()).toEqual([
      'OPERATION  ELEMENTS  PER SECOND  FAILURES  BEGUN AGAIN',
      'score      12,500                3         2',
    ]);
    const before = { ...now, uptimeMs: idle.uptimeMs - 5_000, operations: [{ ...score, elements: 2_500 }] };
    expect(tableOf(before)[1]).toBe('score      12,500    2,000       3         2');
    expect(tableOf({ ...before, epoch: 'another hub' })).toEqual(tableOf());
  });

  it('counts what matters to people, and nothing that has not happened', () => {
    const ofPeers = { batches: 1, results: 40, lost: 2, adopted: 3, forged: 1, staleResults: 4, refused: 1, expelled: 2 };
    const ofStrangers = { unauthorized: 1, overLimit: 2, floods: 3, unreadable: 1, silent: 1, ofAnotherVersion: 9 };
    const counters = { ...ofPeers, strayMessages: 5, ...ofStrangers };
    expect(
      statusText('http://h', { ...idle, counters })
        .split('\n')
        .slice(2),
    ).toEqual([
      'since its start: 1 batch taken, 40 answered, 2 given back without an answer',
      'refused: 1 connection without the right token, 5 connections above a limit, 2 connections of another version, or of no peer, ' +
        '2 peers that broke the protocol or a limit, 1 job above a limit, 1 answer to what the worker was not given',
    ]);
  });

  it('knows what a hub counts', async () => {
    await using hub = await startHub({ port: 0, token: 'right' });
    await expect(fetchStatus(hub.url, { token: 'wrong' })).rejects.toThrow('the token is wrong');
    const text = statusText(hub.url, await fetchStatus(hub.url, { token: 'right' }));
    expect(text).toContain('refused: 1 connection without the right token');
  });
});
