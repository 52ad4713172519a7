import { beforeEach, describe, expect, it } from 'vitest';
import { mostToldTimes } from '../../src/executor/limits.js';
import { commonNow } from '../../src/executor/thread-progress.js';
import { ToldProgress } from '../../src/executor/told-progress.js';
import type { FromWebWorker } from '../../src/executor/web-messages.js';
import type { StageDescription } from '../../src/protocol/messages.js';

const timed: StageDescription = { kind: 'map', operation: 'a', version: 1, timeoutMs: 60_000 };
const untimed: StageDescription = { kind: 'map', operation: 'b', version: 1 };

let told: FromWebWorker[] = [];
let progress: ToldProgress;
beforeEach(() => {
  told = [];
  progress = new ToldProgress((message) => told.push(message));
});

/** Units that take no time. */
function go(units: number, from = 0): void {
  for (let offset = from; offset < from + units; offset += 1) {
    progress.moveTo(offset, 0);
    progress.deadlineMs = commonNow() + 60_000;
    progress.deadlineMs = 0;
  }
}

const offsets = (): unknown[] =>
  told.map((message) => (message.type === 'timed' && message.leftMs > 0 ? message.offset : message));

describe('a Web Worker tells its page', () => {
  it('each of the first units that are timed, and that the next one is told, too', () => {
    progress.beginBatch(1, [timed]);
    go(3);
    expect(offsets()).toEqual([0, 1, 2]);
    expect(told[2]).toMatchObject({ type: 'timed', stage: 0, isExact: true });
    // It is what is left of its time, because no clock is shared.
    expect(told[2]).toMatchObject({ leftMs: expect.closeTo(60_000, -3) });
  });

  it('few of many units that are quick, and says so', () => {
    progress.beginBatch(1, [timed]);
    go(mostToldTimes);
    expect(told.map((message) => message.type === 'timed' && message.isExact)).toEqual(
      Array.from({ length: mostToldTimes }, (_, at) => at < mostToldTimes - 1),
    );
    const startedMs = commonNow();
    go(5_000, mostToldTimes);
    const tookMs = commonNow() - startedMs;
    // One in two milliseconds, however long that took here.
    expect(told.length - mostToldTimes).toBeLessThanOrEqual(tookMs / 2 + 1);
    expect(told.slice(mostToldTimes).every((message) => message.type === 'timed' && !message.isExact)).toBe(true);
  });

  it('all units of a batch that is tried again', () => {
    progress.beginBatch(2, [timed]);
    go(200);
    expect(offsets()).toEqual(Array.from({ length: 200 }, (_, at) => at));
    expect(told.every((message) => message.type === 'timed' && message.isExact)).toBe(true);
  });

  it('when nothing is timed any more, where a stage without a timeout follows', () => {
    progress.beginBatch(1, [timed, untimed]);
    go(2);
    const over = { type: 'timed', leftMs: 0, stage: 0, isExact: true };
    expect(offsets()).toEqual([0, { ...over, offset: 0 }, 1, { ...over, offset: 1 }]);
  });

  it('a unit that is late already', () => {
    progress.beginBatch(1, [timed]);
    progress.deadlineMs = commonNow() - 10;
    expect(told).toEqual([expect.objectContaining({ type: 'timed', leftMs: Number.MIN_VALUE })]);
  });

  it('what is being set up, and that it is over', () => {
    const over = progress.beginCreate(1);
    over();
    expect(told).toEqual([
      { type: 'creating', stage: 1, isOver: false },
      { type: 'creating', stage: 1, isOver: true },
    ]);
  });
});
