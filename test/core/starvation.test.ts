import { describe, expect, it } from 'vitest';
import { JobUnderTest } from './job-harness.js';

const none = { type: 'capacity', slots: 0, leased: 0, missing: "no worker offers operation 'f@1'" } as const;

/** A job that has an element, and finds no worker from the time 0 on. */
function starving(changes: ConstructorParameters<typeof JobUnderTest>[0] = {}): JobUnderTest {
  const test = new JobUnderTest(changes);
  test.handle({ type: 'connected' });
  test.handle(none);
  test.elements('a');
  return test;
}

describe('a job without a worker', () => {
  it('says so after a while, and ends when it has waited too long', () => {
    const test = starving({ warnAfterMs: 2_000, noWorkerTimeoutMs: 5_000 });
    expect([test.job.starving, test.job.nextDeadline()]).toEqual([undefined, 2_000]);
    test.tick(2_000);
    expect(test.job.starving).toBe(
      "operation 'f' has waited 2000 ms for a worker: no worker offers operation 'f@1'; in 3000 ms it ends with NO_WORKER (noWorkerTimeout)",
    );
    expect(test.job.nextDeadline()).toBe(5_000);
    test.tick(5_000);
    expect(test.job.starving).toBeUndefined();
    expect(test.others).toMatchObject([{ type: 'failed', error: { code: 'NO_WORKER' } }]);
  });

  it('says nothing of an end that never comes, and nothing at all where it is not asked to', () => {
    const patient = starving({ warnAfterMs: 2_000, noWorkerTimeoutMs: Infinity });
    patient.tick(2_000);
    expect(patient.job.starving).toMatch(/no worker offers operation 'f@1'$/u);
    const silent = starving({ noWorkerTimeoutMs: 5_000 });
    silent.tick(4_999);
    expect(silent.job.starving).toBeUndefined();
  });

  it('has waited anew when a worker was there', () => {
    const test = starving({ warnAfterMs: 2_000, noWorkerTimeoutMs: 5_000 });
    test.tick(2_000);
    const [batch] = test.handle({ ...none, slots: 1, missing: '' });
    expect(test.job.starving).toBeUndefined();
    test.lose(batch as never, 'returned');
    test.handle(none);
    test.tick(3_999);
    expect(test.job.starving).toBeUndefined();
    test.tick(4_000);
    expect(test.job.starving).toBeDefined();
  });

  it('ends at once when no worker can come', () => {
    const test = starving({ noWorkerTimeoutMs: Infinity });
    expect(test.others).toEqual([]);
    test.handle({ ...none, operation: 'f', forGood: true });
    expect(test.others).toMatchObject([
      {
        type: 'failed',
        error: { code: 'NO_WORKER', message: "no worker can execute operation 'f': no worker offers operation 'f@1'" },
      },
    ]);
  });

  it('says at its end what more is known of the operation that no worker can ever offer, and of no other', () => {
    const endOf = (forGood: boolean): unknown => {
      const awaited = (unknown?: string): string => `its module does not export ${unknown ?? 'all of them'}`;
      const test = starving({ noWorkerTimeoutMs: 5_000, awaited });
      test.handle({ ...none, operation: 'f', forGood });
      test.tick(5_000);
      return test.others[0];
    };
    const message = "no worker offers operation 'f@1'; its module does not export";
    expect(endOf(true)).toMatchObject({ error: { message: expect.stringMatching(`${message} f$`) as unknown } });
    expect(endOf(false)).toMatchObject({ error: { message: expect.stringMatching(`${message} all of them$`) as unknown } });
  });

  it('does not end while it has nothing to execute, or something of it is under way', () => {
    const idle = new JobUnderTest();
    idle.handle({ type: 'connected' });
    idle.handle({ ...none, forGood: true });
    expect(idle.others).toEqual([]);
    const busy = JobUnderTest.with(1);
    busy.elements('a');
    busy.handle({ ...none, leased: 1, forGood: true });
    expect(busy.others).toEqual([]);
  });
});
