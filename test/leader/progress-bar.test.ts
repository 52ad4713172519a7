import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { defineOperation, inMemory, remoteMap, type JobProgress } from 'paladin-rx';
import { progressBar } from 'paladin-rx/progress';
import { lastValueFrom, range } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { progressEveryMs } from '../../src/limits.js';
import { barLine } from '../../src/leader/bar-line.js';

/** A terminal that understands what bars write: lines, the way up, and to clear what is below. */
class Terminal {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  writes = 0;
  /** The most lines that it was told to go up. */
  mostUp = 0;
  #lines: string[] = [''];
  #at = 0;

  constructor(columns = 100, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.writes += 1;
    for (const [piece] of text.matchAll(/\u001B\[\d*[AJ]|\r|\n|[^\u001B\r\n]+/gu)) {
      if (piece.endsWith('A') && piece.startsWith('\u001B')) {
        const up = Number(piece.slice(2, -1));
        this.mostUp = Math.max(this.mostUp, up);
        this.#at -= up;
      } else if (piece === '\u001B[J') this.#lines = [...this.#lines.slice(0, this.#at), ''];
      else if (piece === '\n') this.#lines[(this.#at += 1)] ??= '';
      else if (piece !== '\r') this.#lines[this.#at] = (this.#lines[this.#at] ?? '') + piece;
    }
  }

  /** What can be read on it. */
  get lines(): string[] {
    return this.#lines.filter((line) => line !== '');
  }
}

function progress(changes: Partial<JobProgress> = {}): JobProgress {
  const counts = { taken: 4_200, done: 4_200, emitted: 4_200, failed: 0, retried: 0, skipped: 0, inFlight: 0 };
  const identity = { jobId: 'l1:1', name: 'nightly', operations: ['score'] };
  return { ...identity, ...counts, state: 'running', perSecond: 310.4, elapsedMs: 10_000, ...changes };
}

describe('the line of a bar', () => {
  it('says how much is done, how fast it goes, how long it takes, and why it waits', () => {
    const line = barLine(
      progress({ total: 10_000, remainingMs: { least: 120_000, most: 180_000 }, waitsFor: 'the source is slow' }),
      200,
    );
    expect(line).toBe('nightly  ██████████░░░░░░░░░░░░░░  42 %  4,200 of 10,000  310/s  2 min to 3 min left  the source is slow');
  });

  it('has no bar where nobody knows how much there is', () => {
    expect(barLine(progress({ perSecond: 0.123 }), 200)).toBe('nightly  4,200 done  0.12/s');
  });

  it('is full at the end, and not before', () => {
    expect(barLine(progress({ done: 9_999, total: 10_000 }), 200)).toContain('░  99 %');
    expect(barLine(progress({ done: 10_000, total: 10_000 }), 200)).toContain('█ 100 %');
    expect(barLine(progress({ done: 0, total: 0 }), 200)).toContain('█ 100 %');
  });

  it('fits into the terminal, and moves no cursor, whatever the names are', () => {
    expect(barLine(progress({ total: 10_000 }), 20)).toBe('nightly  ██████████…');
    expect(barLine(progress({ name: 'a\u001B[2Jb' }), 200)).toMatch(/^a\uFFFD\[2Jb /u);
    expect(barLine(progress({ name: 'n'.repeat(100) }), 200)).toMatch(/^n{23}… /u);
    expect(barLine(progress({ name: '日'.repeat(100) }), 200)).toMatch(/^日{11}… /u);
    expect(barLine(progress({ name: '日本' }), 4)).toBe('日…');
  });
});

describe('bars on a terminal', () => {
  it('have a line each, and are gone when their jobs are over', async () => {
    const terminal = new Terminal();
    const [one, other] = [progressBar({ stream: terminal }), progressBar({ stream: terminal })];
    one(progress({ name: 'one' }));
    other(progress({ name: 'other' }));
    one(progress({ name: 'one', done: 5_000 }));
    await vi.waitFor(() => {
      expect(terminal.lines).toEqual(['one  5,000 done  310/s', 'other  4,200 done  310/s']);
    });
    one(progress({ state: 'completed' }));
    await vi.waitFor(() => {
      expect(terminal.lines).toEqual(['other  4,200 done  310/s']);
    });
    other(progress({ state: 'failed' }));
    expect(terminal.lines).toEqual([]);
  });

  it('are drawn together, and only so many as fit into the window', async () => {
    const terminal = new Terminal(100, 10);
    const bars = Array.from({ length: 200 }, () => progressBar({ stream: terminal }));
    const tell = (done: number): void => {
      for (const [at, bar] of bars.entries()) bar(progress({ name: `job ${at}`, done }));
    };
    const begin = performance.now();
    tell(1);
    tell(2);
    await vi.waitFor(() => {
      tell(3);
      expect(terminal.lines).toHaveLength(9);
    });
    await vi.waitFor(() => {
      expect(terminal.lines[0]).toBe('job 0  3 done  310/s');
    });
    expect(terminal.lines.slice(-2)).toEqual(['job 7  3 done  310/s', 'and 192 more']);
    expect(terminal.writes).toBeLessThanOrEqual(1 + (performance.now() - begin) / progressEveryMs);
    for (const bar of bars.slice(9)) bar(progress({ state: 'completed' }));
    await vi.waitFor(() => {
      expect(terminal.lines.at(-1)).toBe('job 8  3 done  310/s');
    });
    for (const bar of bars) bar(progress({ state: 'failed' }));
    expect(terminal.lines).toEqual([]);
    expect(terminal.mostUp).toBe(9);
  });

  it('go when nothing is heard of their jobs any more', async () => {
    const terminal = new Terminal();
    const [gone, alive] = [progressBar({ stream: terminal }), progressBar({ stream: terminal })];
    gone(progress({ name: 'gone' }));
    await vi.waitFor(
      () => {
        alive(progress({ name: 'alive' }));
        expect(terminal.lines).toEqual(['alive  4,200 done  310/s']);
      },
      { timeout: 10_000 },
    );
    alive(progress({ state: 'completed' }));
    expect(terminal.lines).toEqual([]);
  });

  it('are 79 characters wide at most, where a terminal does not say its width', () => {
    const terminal = new Terminal(0);
    const bar = progressBar({ stream: terminal });
    bar(progress({ total: 10_000, waitsFor: 'waits for element 4,112, under way for 9 s' }));
    expect(terminal.lines.map((line) => line.length)).toEqual([79]);
    bar(progress({ state: 'completed' }));
  });

  it('are not drawn on what is no terminal', () => {
    const write = vi.fn();
    progressBar({ stream: { write } })(progress());
    progressBar({ stream: { isTTY: false, write } })(progress());
    expect(write).not.toHaveBeenCalled();
  });

  it('are drawn on streams only', () => {
    expect(() => progressBar({ stream: {} as never })).toThrow('progressBar: expected stream to be a stream with write, got {}');
    expect(() => progressBar({ steam: process.stderr } as never)).toThrow("there is no option 'steam'; did you mean 'stream'?");
  });

  it('follow a job', async () => {
    await using runtime = inMemory();
    const terminal = new Terminal();
    let open: () => void = () => undefined;
    const isOpen = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gated = defineOperation({ name: 'gated', execute: (x: number) => isOpen.then(() => x) });
    const onProgress = progressBar({ stream: terminal });
    const last = lastValueFrom(range(0, 6).pipe(remoteMap(gated, runtime, { name: 'six', total: 6, onProgress })));
    await vi.waitFor(() => {
      expect(terminal.lines).toEqual([expect.stringMatching(/^six {2}░{24} {3}0 % {2}0 of 6 {2}0\/s/u)]);
    });
    open();
    expect(await last).toBe(5);
    expect(terminal.lines).toEqual([]);
  });

  it('leave what a program writes into a pipe alone', async () => {
    const program = `
      import { defineOperation, inMemory, remoteMap } from 'paladin-rx';
      import { progressBar } from 'paladin-rx/progress';
      import { lastValueFrom, range } from 'rxjs';
      const square = defineOperation({ name: 'square', execute: (n) => n * n });
      const runtime = inMemory();
      console.log(await lastValueFrom(range(0, 10).pipe(remoteMap(square, runtime, { onProgress: progressBar() }))));
      await runtime.close();`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect({ stdout, stderr }).toEqual({ stdout: '81\n', stderr: '' });
  });
});
