import { describe, expect, it } from 'vitest';
import { JobUnderTest, ranges, stage } from './job-harness.js';
import { only } from '../support/exactly.js';

describe('a job and its place at the hub', () => {
  it('wants a place when it has something to send, and not before', () => {
    const test = new JobUnderTest();
    expect(test.job.wanting).toBe(false);
    test.elements('a');
    expect(test.job.wanting).toBe(true);
    expect(ranges(test.handle({ type: 'connected' }))).toEqual(['0+1']);
    expect(test.job.wanting).toBe(false);
  });

  it('cuts nothing for as long as it waits: elements that come meanwhile go out together', () => {
    const test = new JobUnderTest({ batch: 4 });
    test.elements('a');
    test.elements('b', 'c');
    expect(ranges(test.handle({ type: 'connected' }))).toEqual(['0+3']);
  });

  it('leaves its place when it is asked to and has nothing under way, and goes on where it was when it is open again', () => {
    const test = JobUnderTest.with(2);
    const first = only(test.elements('a'));
    test.handle({ type: 'placeWanted' });
    expect(test.others).toEqual([]);
    test.succeed(first);
    test.handle({ type: 'placeWanted' });
    expect(test.others).toEqual([{ type: 'placeLeft' }]);
    // Asked again, it has none.
    test.handle({ type: 'placeWanted' });
    expect(test.others).toHaveLength(1);
    expect(test.elements('b')).toEqual([]);
    expect(test.job.wanting).toBe(true);
    const [second] = test.handle({ type: 'connected' });
    expect(second).toMatchObject({ seq: 1, first: 1, count: 1 });
    if (second !== undefined) test.succeed(second);
    expect(test.emitted).toEqual(['a', 'b']);
  });

  it('sends nothing for slots that it is told of when it has left its place', () => {
    const test = JobUnderTest.with(2);
    test.handle({ type: 'placeWanted' });
    test.handle({ type: 'capacity', slots: 4, leased: 0, missing: '' });
    expect(test.elements('a')).toEqual([]);
    expect(test.job.wanting).toBe(true);
    expect(ranges(test.handle({ type: 'connected' }))).toEqual(['0+1']);
  });

  it('wants a place again when what waited for a retry is due', () => {
    const retry = { strategy: 'after', maxRetries: 1, delayMs: 50 } as const;
    const test = JobUnderTest.with(1, { stages: [stage('map', { retry })] });
    const batch = only(test.elements('a'));
    test.result(batch, {
      failures: [{ offset: 0, stage: 0, code: 'OPERATION_FAILED', kind: 'transient', message: '', error: new Uint8Array() }],
    });
    test.handle({ type: 'placeWanted' });
    expect(test.job.wanting).toBe(false);
    expect(test.job.nextDeadline()).toBe(50);
    test.tick(50);
    expect(test.job.wanting).toBe(true);
    expect(ranges(test.handle({ type: 'connected' }))).toEqual(['0+1']);
  });

  it('wants none while it is paused with a full window, and one for partials that can be combined', () => {
    const paused = new JobUnderTest({ window: 1 });
    paused.pause();
    paused.elements('a', 'b');
    const [first] = paused.handle({ type: 'connected' });
    if (first !== undefined) paused.succeed(first);
    paused.handle({ type: 'placeWanted' });
    expect(paused.job.wanting).toBe(false);
    paused.resume();
    expect(paused.job.wanting).toBe(true);

    const fold = JobUnderTest.with(1, { stages: [stage('map'), stage('fold')], batch: 1 });
    // The first combine shows what combining costs.
    for (let sent = fold.elements('a', 'b'); sent.length > 0;) sent = sent.flatMap((batch) => fold.fold(batch));
    const [third] = fold.elements('c');
    fold.handle({ type: 'disconnected' });
    if (third !== undefined) fold.fold(third);
    expect(fold.job.wanting).toBe(true);
    expect(fold.handle({ type: 'connected' })).toMatchObject([{ units: 'partials', count: 2 }]);
  });

  it('does not end for want of a worker while it has no place', () => {
    const test = new JobUnderTest();
    test.elements('a');
    test.tick(100_000);
    expect(test.others).toEqual([]);
    expect(test.job.nextDeadline()).toBeUndefined();
  });
});
