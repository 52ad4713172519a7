import { describe, expect, it } from 'vitest';
import { maxTurnsKept } from '../../src/limits.js';
import { assigned, batchOf, HubUnderTest } from './scheduler-harness.js';

const alone = { suspect: true, alone: true };

/** A hub with one worker, on which a job of leader `busy` always has something under way and more queued. */
function busyHub(slots: number, priority = 0): HubUnderTest {
  const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000, maxJobsPerLeader: 1_000, maxBytesPerLeader: 100_000 });
  hub.leader('busy');
  hub.leader('other');
  hub.worker('w', slots);
  hub.open('busy', 1, { priority });
  for (let seq = 0; seq < 500; seq += 1) hub.batch('busy', 1, batchOf(seq));
  return hub;
}

/** Ends one batch after another, the oldest first, each of which takes 10 ms; returns what was given out. */
function run(hub: HubUnderTest, count: number, elapsedMs: (given: string) => number = () => 10): string[] {
  const given: string[] = [];
  const [first] = hub.status().workers;
  const running = Array.from({ length: first?.leased ?? 0 }, (_, seq) => `w: busy:1/${seq}`);
  for (let step = 0; step < count; step += 1) {
    const next = running.shift();
    if (next === undefined) break;
    const [, job = '', seq = ''] = /^w: (.*)\/(\d+)$/u.exec(next) ?? [];
    const more = assigned(hub.result('w', job, Number(seq), { elapsedMs: elapsedMs(next) }));
    running.push(...more);
    given.push(...more);
  }
  return given;
}

describe('what jobs are charged', () => {
  it('lets nobody have a worker to himself before it is his turn', () => {
    const hub = busyHub(4, 10);
    hub.open('other', 1, { priority: -10 });
    hub.batch('other', 1, batchOf(0, alone));
    expect(run(hub, 400)).not.toContain('w: other:1/0');
    expect(hub.status().workers[0]?.leased).toBeGreaterThanOrEqual(4);
  });

  it('lets a worker go on for whoever has it, though nothing more is queued', () => {
    const hub = new HubUnderTest();
    hub.leader('busy');
    hub.leader('other');
    hub.worker('w', 2);
    hub.open('busy', 1, { priority: 10 });
    hub.batch('busy', 1, batchOf(0));
    hub.open('other', 1, { priority: -10 });
    expect(assigned(hub.batch('other', 1, batchOf(0, alone)))).toEqual([]);
    // A slot is free, and stays free for the other leader.
    expect(assigned(hub.batch('busy', 1, batchOf(1)))).toEqual(['w: busy:1/1']);
  });

  it('gives a worker to one batch alone once others have had as much', () => {
    const hub = busyHub(4);
    hub.open('other', 1);
    hub.batch('other', 1, batchOf(0, alone));
    const before = run(hub, 100).indexOf('w: other:1/0');
    // Four slots for 20 ms, the usual, and batches of 10 ms.
    expect(before).toBeGreaterThanOrEqual(4);
    expect(before).toBeLessThan(20);
  });

  it('charges what is executed alone for all slots of its worker', () => {
    const hub = busyHub(4);
    hub.open('other', 1);
    for (let seq = 0; seq < 10; seq += 1) hub.batch('other', 1, batchOf(seq, alone));
    const given = run(hub, 300, (batch) => (batch.includes('other') ? 100 : 10));
    const times = given.filter((batch) => batch.includes('other')).length;
    // 400 ms of slots each: as much as forty of the others' batches.
    expect(times).toBeGreaterThanOrEqual(3);
    expect(times).toBeLessThanOrEqual(8);
  });

  it('does not let a leader escape its charges by new jobs', () => {
    const hub = busyHub(1);
    let number = 1;
    const openAnother = (): string[] => {
      number += 1;
      hub.open('other', number);
      return assigned(hub.batch('other', number, batchOf(0)));
    };
    const running = Array.from({ length: hub.status().workers[0]?.leased ?? 0 }, (_, seq) => `w: busy:1/${seq}`);
    running.push(...openAnother());
    let ofOther = 0;
    for (let step = 0; step < 100; step += 1) {
      const [, job = '', seq = ''] = /^w: (.*)\/(\d+)$/u.exec(running.shift() ?? '') ?? [];
      const isOther = job.startsWith('other');
      running.push(...assigned(hub.result('w', job, Number(seq), { elapsedMs: isOther ? 90 : 10 })));
      if (!isOther) continue;
      ofOther += 1;
      running.push(...assigned(hub.fromLeader('other', { type: 'close', job: number })), ...openAnother());
    }
    // One of nine, as if it had been one job.
    expect(ofOther).toBeGreaterThanOrEqual(8);
    expect(ofOther).toBeLessThanOrEqual(13);
  });

  it('remembers the turns of a bounded number of closed jobs, and forgets no charge', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000, maxJobsPerLeader: 1_000, maxBytesPerLeader: 100_000 });
    hub.leader('l');
    const count = maxTurnsKept + 8;
    hub.worker('w', count);
    for (let job = 0; job < count; job += 1) {
      hub.open('l', job);
      expect(assigned(hub.batch('l', job, batchOf(0)))).toHaveLength(1);
    }
    // `validate` holds the bound after each of these.
    for (let job = 0; job < count; job += 1) {
      hub.result('w', `l:${job}`, 0, { elapsedMs: 10 });
      hub.fromLeader('l', { type: 'close', job });
    }
  });

  it('takes a batch that is to be alone for a suspect, whatever its leader says', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('v', 1);
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0, { suspect: true }));
    hub.batch('l', 1, batchOf(1, { alone: true }));
    expect(hub.status().workers.map(({ leased }) => leased)).toEqual([1, 1]);
  });
});
