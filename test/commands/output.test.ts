import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { GuardedOutput, type Dropped } from '../../server/command/output.js';
import { maxUnwrittenBytes } from '../../server/limits.js';

/** A stream in place of the standard output, which takes what it is allowed to. */
class Paper extends Writable {
  readonly texts: string[] = [];
  /** What each write ends with; `undefined`: it is never done. */
  fate: 'written' | 'full' | 'unread' = 'written';

  override _write(chunk: Uint8Array, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.fate === 'unread') return;
    if (this.fate === 'full') {
      done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      return;
    }
    this.texts.push(String(chunk));
    done();
  }
}

function guarded(): { readonly stdout: Paper; readonly stderr: Paper; readonly output: GuardedOutput; readonly told: Dropped[] } {
  const stdout = new Paper();
  const stderr = new Paper();
  // The parts of a terminal are looked at only where it says that it is one.
  const streams = { stdout, stderr } as unknown as { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream };
  const output = new GuardedOutput(streams);
  const told: Dropped[] = [];
  output.whenDropped((dropped) => {
    told.push(dropped);
    stderr.write('some were dropped\n');
  });
  return { stdout, stderr, output, told };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('GuardedOutput', () => {
  it('drops what a full disk does not take, and says how much that was once it takes something', async () => {
    const { stderr, told } = guarded();
    stderr.fate = 'full';
    for (let line = 0; line < 5; line += 1) {
      stderr.write('lost\n');
      await turn();
    }
    expect(stderr.destroyed).toBe(false);
    stderr.fate = 'written';
    stderr.write('kept\n');
    await turn();
    expect(told).toEqual([{ stdout: 0, stderr: 5 }]);
    expect(stderr.texts).toEqual(['kept\n', 'some were dropped\n']);
  });

  it('goes on counting while the line that says so is lost as well', async () => {
    const { stdout, stderr, told } = guarded();
    stderr.fate = 'full';
    stderr.write('lost\n');
    stdout.write('out\n');
    await turn();
    stderr.fate = 'written';
    stdout.write('out\n');
    await turn();
    expect(told).toEqual([
      { stdout: 0, stderr: 1 },
      { stdout: 0, stderr: 1 },
    ]);
    expect(stderr.texts).toEqual(['some were dropped\n']);
  });

  it('keeps a bounded part of what nobody reads', () => {
    const { stdout } = guarded();
    stdout.fate = 'unread';
    let called = 0;
    const kilobyte = 'x'.repeat(1_000);
    for (let line = 0; line < 10_000; line += 1) stdout.write(kilobyte, () => (called += 1));
    expect(stdout.writableLength).toBeLessThanOrEqual(maxUnwrittenBytes);
    return expect.poll(() => called).toBeGreaterThan(8_000);
  });

  it('does not spoil the stream for whoever pipes into it', async () => {
    const { stdout } = guarded();
    const source = new Writable({ write: (chunk, _, done) => void stdout.write(chunk, () => done()) });
    stdout.fate = 'full';
    source.write('lost\n');
    await turn();
    stdout.fate = 'written';
    source.write('kept\n');
    await turn();
    expect(stdout.texts).toEqual(['kept\n']);
  });

  it('waits at the end for what is still being read, but not for ever', async () => {
    const { stdout, output } = guarded();
    expect(output.isFlushed).toBe(true);
    stdout.fate = 'unread';
    stdout.write('never read\n');
    expect(output.isFlushed).toBe(false);
    await output.flushed();
    expect(output.isFlushed).toBe(false);
  });
});
