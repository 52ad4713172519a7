import { describe, expect, it, vi } from 'vitest';
import { forObservers, statusOf } from '../../server/core/status.js';
import { StatusBoard } from '../../server/network/status-board.js';
import { maxNameLength, maxPeerNameLength } from '../../src/limits.js';
import { encodeMessages, outgoing } from '../../src/wire/message-codec.js';
import type { HubStatus } from '../../src/protocol/hub-status.js';
import { hubToObserver } from '../../src/wire/parse.js';
import { HubUnderTest } from './scheduler-harness.js';
import { isThorough } from '../support/thorough.js';

const long = (at: number, length = maxNameLength): string => `${at}-`.padEnd(length, 'n');

vi.mock('../../src/real-time.js', () => import('../support/virtual-time.js'));

describe('what observers are told', () => {
  it.runIf(isThorough)('has all counts, and fits into some frames, however many there are and whatever they are called', () => {
    const hub = new HubUnderTest({ maxJobsPerLeader: 5 });
    const scheduler = hub.scheduler;
    const labels = Array.from({ length: 20 }, (_, n) => long(n));
    for (let at = 0; at < 10_000; at += 1) {
      const workerId = `w${at}`;
      scheduler.handle({ type: 'workerJoined', workerId, name: long(at, maxPeerNameLength) }, 0);
      scheduler.handle({ type: 'workerSent', workerId, message: { type: 'report', jobs: [], ending: [] } }, 0);
      const offers = { operations: [long(at)], serializers: ['json'], labels };
      scheduler.handle({ type: 'workerSent', workerId, message: { type: 'offer', slots: 2, offers } }, 0);
    }
    for (let leader = 0; leader < 1_000; leader += 1) {
      const leaderId = `l${leader}`;
      scheduler.handle({ type: 'leaderJoined', leaderId, name: long(leader, maxPeerNameLength) }, 0);
      scheduler.handle({ type: 'leaderSent', leaderId, message: { type: 'resume', jobs: [] } }, 0);
      const stages = Array.from({ length: 30 }, (_, at) => ({ kind: 'map', operation: long(at, 290), version: 1 }) as const);
      const known = { secret: 'secret', description: { stages, serializer: 'json' }, priority: 0, labels: [], slots: 0 };
      for (let job = 0; job < 5; job += 1) {
        scheduler.handle({ type: 'leaderSent', leaderId, message: { type: 'open', job, ...known } }, 0);
      }
    }
    const status = scheduler.read((state) => statusOf(state, 0, forObservers));
    expect(status.totals).toEqual({ leaders: 1_000, workers: 10_000, slots: 20_000, jobs: 5_000 });
    const message = { type: 'status', status } as const;
    expect(encodeMessages([outgoing(message)]).byteLength).toBeLessThan(4 * forObservers.listBytes);
    expect(hubToObserver(message)).toEqual(message);
    // Those that are there longest come first.
    expect(status.workers.slice(0, 2).map(({ workerId }) => workerId)).toEqual(['w0', 'w1']);
    expect(status.workers.length).toBeGreaterThan(50);
    expect(status.workers[0]?.offers.labels).toEqual([long(0), long(1), long(2), 'and 17 more']);
    expect(status.jobs[0]?.stages).toEqual([long(0, 290), long(1, 290), long(2, 290), 'and 27 more']);
  });

  it('is no longer where names are of what cannot be printed', () => {
    const hub = new HubUnderTest();
    const names = Array.from({ length: 20 }, (_, at) => long(at).replaceAll('n', '\u202e'));
    for (let at = 0; at < 200; at += 1) {
      const workerId = `w${at}`;
      hub.scheduler.handle({ type: 'workerJoined', workerId, name: '' }, 0);
      hub.scheduler.handle({ type: 'workerSent', workerId, message: { type: 'report', jobs: [], ending: [] } }, 0);
      const offers = { operations: names, serializers: names, labels: names };
      hub.scheduler.handle({ type: 'workerSent', workerId, message: { type: 'offer', slots: 2, offers } }, 0);
    }
    const { workers } = hub.status(forObservers);
    const bytes = encodeMessages([outgoing({ workers })]).byteLength;
    expect(bytes).toBeLessThan(1.1 * forObservers.listBytes);
    expect(bytes).toBeGreaterThan(0.8 * forObservers.listBytes);
  });

  it('is made again only when that takes a small part of the time', () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    let made = 0;
    const board = new StatusBoard(() => {
      made += 1;
      now += 5;
      // What it says does not matter here.
      return { made } as unknown as HubStatus;
    });
    const first = board.read();
    now += 49;
    expect(board.read()).toBe(first);
    now += 1;
    expect(board.read()).toMatchObject({ status: { made: 2 } });
    vi.restoreAllMocks();
  });
});
