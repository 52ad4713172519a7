import { pino, type Logger } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubLog } from '../../server/command/hub-log.js';
import { PacedLog } from '../../server/command/paced-log.js';
import { WorkerLog } from '../../server/command/worker-log.js';
import type { HubEvent } from '../../server/network/hub-events.js';
import { maxLineKinds, maxPacedLines } from '../../src/limits.js';
import type { WorkerEvent } from '../../src/worker/worker-event.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A log, and what is written to it. */
function logged(level = 'info'): { readonly log: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => {
    const { time: _, ...rest } = JSON.parse(line) as Record<string, unknown>;
    lines.push(rest);
  };
  return { log: pino({ level, base: null }, { write }), lines };
}

const jobEnded = (changes: Partial<Extract<HubEvent, { type: 'jobEnded' }>> = {}): HubEvent => ({
  type: 'jobEnded',
  jobId: 'l:1',
  leaderId: 'l',
  name: 'ann',
  stages: ['f@1'],
  how: 'closed',
  batches: 2,
  done: 10,
  failed: 1,
  lost: 0,
  elapsedMs: 12.3,
  ...changes,
});

describe('the log of a hub', () => {
  it('has a line for each job that ends, with what came of it', () => {
    const { log, lines } = logged();
    const hubLog = new HubLog(log);
    hubLog.record(jobEnded());
    hubLog.record(jobEnded({ how: 'completed' }));
    hubLog.record(jobEnded({ how: 'cancelled' }));
    hubLog.record(jobEnded({ how: 'failed' }));
    hubLog.record(jobEnded({ how: 'failed', code: 'OPERATION_FAILED' }));
    hubLog.record(jobEnded({ how: 'left' }));
    hubLog.record(jobEnded({ how: 'refused', code: 'LIMIT_EXCEEDED', reason: 'too many' }));
    const job = {
      jobId: 'l:1',
      leaderId: 'l',
      name: 'ann',
      stages: ['f@1'],
      batches: 2,
      done: 10,
      failed: 1,
      lost: 0,
      elapsedMs: 12,
    };
    expect(lines).toMatchObject([
      { level: 30, msg: 'job closed', ...job },
      { level: 30, msg: 'job completed', ...job },
      { level: 30, msg: 'job cancelled', ...job },
      { level: 40, msg: 'job failed', ...job },
      { level: 40, msg: 'job failed: OPERATION_FAILED', ...job },
      { level: 40, msg: 'job ended, as its leader is gone', ...job },
      { level: 40, msg: 'job ended by the hub: LIMIT_EXCEEDED: too many', ...job },
    ]);
  });

  it('is not filled by a thousand short jobs a second: it has some, and the sums of all', () => {
    const { log, lines } = logged();
    const hubLog = new HubLog(log);
    for (let ms = 0; ms < 60_000; ms += 1) {
      hubLog.record(jobEnded());
      vi.advanceTimersByTime(1);
    }
    hubLog.close();
    expect(lines.length).toBeLessThan(60);
    const jobs = lines.reduce((sum, line) => sum + Number(line['lines'] ?? 1), 0);
    expect(jobs).toBe(60_000);
    expect(lines.reduce((sum, line) => sum + Number(line['done']), 0)).toBe(600_000);
    expect(lines.find((line) => 'lines' in line)).toMatchObject({
      level: 30,
      msg: expect.stringMatching(/^\d+ more lines were left out: job closed$/u) as unknown,
    });
  });

  it('has no line for whoever asks for the status', () => {
    const { log, lines } = logged();
    const hubLog = new HubLog(log);
    const observer = { role: 'observer', id: 'o', name: '', address: '127.0.0.1' };
    hubLog.record({ type: 'joined', ...observer });
    hubLog.record({ type: 'left', ...observer, reason: 'client namespace disconnect' });
    expect(lines).toEqual([]);
  });
});

describe('a log of which lines are left out', () => {
  /** The levels of what is said of lines that were left out, after these were written, each of a kind of its own. */
  function levelsOfSums(...kinds: readonly ('info' | 'warn')[]): unknown[] {
    const { log, lines } = logged();
    const paced = new PacedLog(log);
    for (const [number, level] of kinds.entries()) paced.write(level, `kind ${number}`, {}, 'a line');
    paced.close();
    return lines.filter((line) => line['about'] === 'other lines').map((line) => line['level']);
  }
  const info = Array.from({ length: maxLineKinds + maxPacedLines + 9 }, () => 'info' as const);

  it('tells their sum at their level, also where they are of too many kinds to tell apart', () => {
    expect(levelsOfSums(...info)).toEqual([30]);
  });

  it('tells the sum of those that differ at the higher level', () => {
    expect(levelsOfSums(...info, 'warn', 'info')).toEqual([40]);
  });
});

describe('the log of a worker', () => {
  const failed = (changes: Partial<Extract<WorkerEvent, { type: 'operationFailed' }>> = {}): WorkerEvent => ({
    type: 'operationFailed',
    jobId: 'l:1',
    operation: 'f@1',
    index: 7,
    code: 'OPERATION_FAILED',
    kind: 'transient',
    message: 'busy',
    failures: 3,
    ...changes,
  });

  it('has a line for each operation that fails, and for each thread that is renewed', () => {
    const { log, lines } = logged();
    const workerLog = new WorkerLog(log);
    workerLog.record(failed());
    workerLog.record(failed({ index: undefined }));
    workerLog.record({ type: 'threadRenewed', reason: 'thread paladin-1 is renewed: it has executed 10 tasks' });
    expect(lines).toMatchObject([
      {
        level: 40,
        msg: 'f@1 failed at index 7: OPERATION_FAILED: busy',
        jobId: 'l:1',
        operation: 'f@1',
        index: 7,
        code: 'OPERATION_FAILED',
        kind: 'transient',
        failures: 3,
      },
      { level: 40, msg: 'f@1 failed: OPERATION_FAILED: busy' },
      { level: 30, msg: 'thread paladin-1 is renewed: it has executed 10 tasks' },
    ]);
  });

  it('counts what one operation fails beyond that, and goes on to tell of others', () => {
    const { log, lines } = logged();
    const workerLog = new WorkerLog(log);
    for (let batch = 0; batch < 1_000; batch += 1) workerLog.record(failed());
    workerLog.record(failed({ operation: 'g@1' }));
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toMatchObject({ operation: 'g@1' });
    vi.advanceTimersByTime(2_000);
    expect(lines.at(-1)).toMatchObject({
      level: 40,
      msg: '995 more lines were left out: f@1 failed: OPERATION_FAILED',
      lines: 995,
      failures: 2_985,
    });
    workerLog.close();
    expect(lines).toHaveLength(7);
  });
});
