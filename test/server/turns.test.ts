import { describe, expect, it } from 'vitest';
import { assigned, batchOf, HubUnderTest } from './scheduler-harness.js';

describe('the scheduler', () => {
  it('lets jobs take turns by the execution time that they were given', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100 });
    hub.leader('a');
    hub.leader('b');
    hub.worker('w', 1);
    hub.open('a', 1);
    hub.open('b', 1);
    for (let seq = 0; seq < 12; seq += 1) hub.batch('a', 1, batchOf(seq));
    for (let seq = 0; seq < 12; seq += 1) hub.batch('b', 1, batchOf(seq));
    const turns: string[] = [];
    let running: string | undefined = 'a:1/0';
    for (let turn = 0; turn < 12; turn += 1) {
      const [jobId = '', seq = '']: string[] = (running ?? '').split('/');
      const cost = jobId === 'a:1' ? 300 : 100;
      [running] = assigned(hub.result('w', jobId, Number(seq), { elapsedMs: cost })).map((line) => line.slice(3));
      turns.push((running ?? '').slice(0, 1));
    }
    expect(turns.filter((turn) => turn === 'b')).toHaveLength(9);
  });

  it.each([1, 4])('lets jobs take turns whose batches seem to take no time, on %i slots', (slots) => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000, maxBytesPerLeader: 10_000 });
    hub.leader('a');
    for (const job of [1, 2, 3]) hub.open('a', job);
    for (let seq = 0; seq < 300; seq += 1) for (const job of [1, 2, 3]) hub.batch('a', job, batchOf(seq));
    const running = assigned(hub.worker('w', slots)).map((line) => line.slice(3));
    const turns: string[] = [];
    for (let turn = 0; turn < 400; turn += 1) {
      const [jobId = '', seq = '']: string[] = (running.shift() ?? '').split('/');
      turns.push(jobId);
      running.push(...assigned(hub.result('w', jobId, Number(seq), { elapsedMs: 0 })).map((line) => line.slice(3)));
    }
    // Until all have an answer, they are thought to cost what is usual.
    const later = turns.slice(100);
    for (const job of ['a:1', 'a:2', 'a:3']) expect(later.filter((turn) => turn === job).length).toBeGreaterThanOrEqual(50);
  });

  it.each([
    ['gives a job that comes back no credit for what it was charged too much', 'before it was absent for long', 80, 0, 15],
    ['gives a job that comes back what it was charged too much', 'where it was not absent for long', 0, 4, 15],
  ])('%s %s', (_, __, others, least, most) => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000, maxBytesPerLeader: 10_000 });
    hub.leader('a');
    hub.leader('b');
    hub.worker('w', 4);
    hub.open('a', 1);
    hub.open('b', 1);
    hub.batch('a', 1, batchOf(0));
    hub.result('w', 'a:1', 0, { elapsedMs: 60_000 });
    // Charged 60 s each.
    for (const seq of [1, 2, 3]) hub.batch('a', 1, batchOf(seq));
    for (let seq = 0; seq < 200; seq += 1) hub.batch('b', 1, batchOf(seq));
    for (let seq = 0; seq < others; seq += 1) hub.result('w', 'b:1', seq, { elapsedMs: 4_000 });
    for (let seq = 4; seq < 40; seq += 1) hub.batch('a', 1, batchOf(seq));
    let given: string[] = [];
    // They took 20 ms each.
    for (const seq of [1, 2, 3]) given.push(...assigned(hub.result('w', 'a:1', seq, { elapsedMs: 20 })));
    const turns: string[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const [next = '', ...rest] = given;
      turns.push(next);
      const [jobId = '', seq = ''] = next.slice(3).split('/');
      given = [...rest, ...assigned(hub.result('w', jobId, Number(seq), { elapsedMs: 200 }))];
    }
    const own = turns.filter((turn) => turn.includes('a:1')).length;
    expect(own).toBeGreaterThanOrEqual(least);
    expect(own).toBeLessThanOrEqual(most);
  });

  it('gives a job of higher priority a larger share, and starves none', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000, maxBytesPerLeader: 10_000 });
    hub.leader('a');
    hub.leader('b');
    hub.open('a', 1, { priority: 2 });
    hub.open('b', 1);
    for (let seq = 0; seq < 100; seq += 1) {
      hub.batch('a', 1, batchOf(seq));
      hub.batch('b', 1, batchOf(seq));
    }
    let [running] = assigned(hub.worker('w', 1)).map((line) => line.slice(3));
    const turns: string[] = [];
    for (let turn = 0; turn < 50; turn += 1) {
      const [jobId = '', seq = '']: string[] = (running ?? '').split('/');
      [running] = assigned(hub.result('w', jobId, Number(seq), { elapsedMs: 100 })).map((line) => line.slice(3));
      turns.push((running ?? '').slice(0, 1));
    }
    expect(turns.filter((turn) => turn === 'b').length).toBeGreaterThanOrEqual(9);
    expect(turns.filter((turn) => turn === 'b').length).toBeLessThanOrEqual(12);
  });

  it('gives a job that comes late no credit for its absence', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100 });
    hub.leader('a');
    hub.leader('b');
    hub.worker('w', 1);
    hub.open('a', 1);
    hub.open('b', 1);
    for (let seq = 0; seq < 20; seq += 1) hub.batch('a', 1, batchOf(seq));
    for (let seq = 0; seq < 10; seq += 1) hub.result('w', 'a:1', seq, { elapsedMs: 100 });
    for (let seq = 0; seq < 10; seq += 1) hub.batch('b', 1, batchOf(seq));
    const next = assigned(hub.result('w', 'a:1', 10, { elapsedMs: 100 }));
    const after = assigned(hub.result('w', 'b:1', 0, { elapsedMs: 100 }));
    expect([...next, ...after]).toEqual(['w: b:1/0', 'w: a:1/11']);
  });
});
