import { describe, expect, it } from 'vitest';
import { SlotReport } from '../../src/core/slot-report.js';
import type { BatchOfRun } from '../../src/core/worker-session-events.js';

const batch = (chain: string): BatchOfRun => ({
  jobId: 'j',
  seq: 0,
  attempt: 1,
  description: { stages: [{ kind: 'map', operation: chain, version: 1 }], serializer: 'json' },
  chain,
});

const all = (): boolean => true;

describe('what the slots of a worker do', () => {
  it('is not looked at while nobody watches', () => {
    const report = new SlotReport();
    report.begin(1, batch('f'), 0, 0);
    expect([report.isOn, report.dueAt, report.take(1e9)]).toEqual([false, Infinity, undefined]);
    report.validate(all);
  });

  it('is what each executes, for how long, and what took most of the time', () => {
    const report = new SlotReport();
    report.watch(500, 64, 1_000, [[7, batch('f'), 200]]);
    report.begin(8, batch('g'), 1_100, 1_100);
    report.end(8, 1_200);
    report.begin(9, batch('h'), 1_250, 1_250);
    report.validate(all);
    expect(report.take(1_499)).toBeUndefined();
    expect(report.take(1_500)).toEqual([
      { batch: batch('f'), forMs: 1_300, most: 'f', busy: 1 },
      { batch: batch('h'), forMs: 250, most: 'h', busy: 0.7 },
    ]);
    report.end(7, 1_600);
    report.end(9, 1_600);
    expect([report.dueAt, report.take(2_000)]).toEqual([
      2_000,
      [
        { batch: undefined, forMs: 0, most: 'f', busy: 0.2 },
        { batch: undefined, forMs: 0, most: 'h', busy: 0.2 },
      ],
    ]);
    expect(report.take(2_500)?.[0]).toEqual({ batch: undefined, forMs: 0, most: undefined, busy: 0 });
  });

  it('is of the first slots, and begins anew when it is asked for anew', () => {
    const report = new SlotReport();
    report.watch(500, 1, 0, [
      [1, batch('f'), 0],
      [2, batch('g'), 0],
    ]);
    expect(report.take(500)).toHaveLength(1);
    report.end(1, 600);
    report.begin(3, batch('h'), 600, 600);
    expect(report.take(1_000)).toMatchObject([{ batch: { chain: 'h' }, most: 'h' }]);
    report.watch(2_000, 2, 1_000, [[3, batch('h'), 600]]);
    expect(report.dueAt).toBe(3_000);
    report.watch(0, 1, 1_000, []);
    expect(report.isOn).toBe(false);
    report.end(3, 1_100);
    report.validate(() => false);
  });
});
