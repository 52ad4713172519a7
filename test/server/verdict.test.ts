import { describe, expect, it } from 'vitest';
import type { ReportedProgress } from '../../src/protocol/messages.js';
import type { Overview } from '../../src/protocol/overview.js';
import { leastFailures, lossesToldMs, stuckAfterMs } from '../../server/core/verdict.js';
import { batchOf, HubUnderTest, openHub } from './scheduler-harness.js';

const verdict = (hub: HubUnderTest): Overview['verdict'] => hub.overview().verdict;

/** The leader of job 1 says how far it is. */
function report(hub: HubUnderTest, changes: Partial<ReportedProgress> = {}): void {
  hub.handle({ type: 'watched' });
  const counts = { taken: 10, done: 4, emitted: 3, failed: 0, skipped: 0, retried: 0, inFlight: 2, perSecond: 5, elapsedMs: 100 };
  const progress = { name: 'nightly', state: 'running', ...counts, ...changes } as const;
  hub.fromLeader('l', { type: 'progress', jobs: [{ job: 1, progress }], left: 0 });
}

describe('how a hub is, in a sentence', () => {
  it('is idle without anybody, or without a job', () => {
    const hub = new HubUnderTest();
    expect(verdict(hub)).toEqual({ state: 'idle', text: 'nobody is connected' });
    hub.leader('l');
    expect(verdict(hub)).toEqual({ state: 'idle', text: 'no job is open' });
  });

  it('is trouble where jobs are open and there is no worker for them', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    expect(verdict(hub)).toEqual({ state: 'trouble', text: '1 job and no worker: start one' });
    hub.worker('w', 2, ['other@1']);
    hub.open('l', 2);
    expect(verdict(hub)).toMatchObject({
      state: 'trouble',
      text: expect.stringMatching(/^f: no worker offers operation 'f@1'.*\(and 1 more job\)$/u),
    });
    report(hub, { waitsFor: 'no worker offers f@1' });
    expect(verdict(hub)).toEqual({ state: 'trouble', text: 'nightly: no worker offers f@1 (and 1 more job)' });
  });

  it('is trouble where a job waits for an element that does not end', () => {
    const hub = openHub(2);
    hub.batch('l', 1, batchOf(0));
    expect(verdict(hub)).toEqual({ state: 'well', text: '1 of 2 slots is busy' });
    hub.now += 2_000;
    expect(verdict(hub)).toEqual({ state: 'attention', text: 'f: worker w has had a batch of it for 2 s' });
    hub.now += stuckAfterMs - 2_001;
    expect(verdict(hub).state).toBe('attention');
    hub.now += 1;
    expect(verdict(hub)).toEqual({
      state: 'trouble',
      text: 'f: worker w has had a batch of it for 10 s: slow, or in an endless loop',
    });
    report(hub, { state: 'running', waitsFor: 'waits for element 4,112, on worker w for 10 s' });
    expect(verdict(hub).text).toBe('nightly: waits for element 4,112, on worker w for 10 s: slow, or in an endless loop');
    // Others of its elements get on, or it waits for something else than its elements.
    report(hub, { state: 'paused', waitsFor: 'the reader is slow' });
    expect(verdict(hub)).toEqual({ state: 'attention', text: 'nightly: the reader is slow' });
    report(hub, { state: 'running' });
    expect(verdict(hub)).toEqual({ state: 'well', text: '1 of 2 slots is busy' });
  });

  it('tells for a minute that workers were lost, and not that one has left', () => {
    const hub = openHub(2);
    hub.worker('v', 1);
    hub.handle({ type: 'workerLeft', workerId: 'v', how: 'closed', reason: '' });
    hub.worker('u', 1);
    hub.handle({ type: 'workerLeft', workerId: 'u', how: 'silent', reason: 'it gave no sign of life' });
    expect(verdict(hub)).toEqual({ state: 'attention', text: 'worker u is lost, with 0 batches: it gave no sign of life' });
    hub.worker('t', 1);
    hub.handle({ type: 'workerLeft', workerId: 't', how: 'silent', reason: 'it gave no sign of life' });
    expect(verdict(hub)).toEqual({ state: 'attention', text: '2 workers were lost in the last minute' });
    // What a job waits for comes first.
    report(hub, { state: 'running', waitsFor: '200 elements a second are tried again, and 0 are done' });
    expect(verdict(hub).text).toBe('nightly: 200 elements a second are tried again, and 0 are done');
    report(hub, { state: 'running' });
    hub.now += lossesToldMs + 1;
    expect(verdict(hub).state).toBe('well');
  });

  it('tells of a storm of retries', () => {
    const hub = openHub(1);
    const look = (retries: number, successes: number, tried = 1): Overview['verdict'] => {
      let seq = 1_000 * hub.now;
      for (let count = 0; count < retries + successes; count += 1, seq += 1) {
        hub.batch('l', 1, batchOf(seq, { tried: count < retries ? tried : 0 }));
        const failure = {
          offset: 0,
          stage: 0,
          code: 'OPERATION_FAILED',
          kind: 'transient',
          message: '',
          error: new Uint8Array(0),
        } as const;
        hub.result('w', 'l:1', seq, { elapsedMs: 0, failures: count < retries ? [failure] : [] });
        hub.fromLeader('l', { type: 'acknowledge', job: 1, seq, attempt: 1 });
      }
      hub.now += 1_000;
      return verdict(hub);
    };
    verdict(hub);
    expect(look(leastFailures - 1, 0).state).toBe('well');
    expect(look(leastFailures, 2 * leastFailures + 1).state).toBe('well');
    expect(look(8, 12)).toEqual({ state: 'attention', text: '8 elements are tried again in a second, and 12 succeed' });
    // They are left out.
    expect(look(8, 12, 0)).toEqual({ state: 'attention', text: '8 elements fail in a second, and 12 succeed' });
    expect(look(8, 17, 0).state).toBe('well');
  });

  it('names what a leader, or whoever reads from it, does not do', () => {
    const hub = openHub(1);
    report(hub, { state: 'paused', waitsFor: 'the reader is slow' });
    expect(verdict(hub)).toEqual({ state: 'attention', text: 'nightly: the reader is slow' });
    hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'lost' });
    expect(verdict(hub).text).toBe('nightly: the connection to its leader is lost, and the leader is waited for');
  });

  it('tells how full it is, where nothing is the matter', () => {
    const hub = openHub(2);
    expect(verdict(hub)).toEqual({ state: 'well', text: 'all is done that the open job has sent' });
    for (const seq of [0, 1, 2]) hub.batch('l', 1, batchOf(seq));
    expect(verdict(hub)).toEqual({ state: 'well', text: 'all 2 slots are busy, and 1 batch waits' });
    const paused = openHub(1);
    paused.handle({ type: 'workerCongested', workerId: 'w', congested: true });
    paused.batch('l', 1, batchOf(0));
    expect(verdict(paused)).toEqual({
      state: 'attention',
      text: '1 batch waits, and no slot is given any: workers drain or are slow',
    });
  });
});
