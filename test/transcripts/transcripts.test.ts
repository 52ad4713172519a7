import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replay } from './replay.js';
import { differenceOf, lineOf, parseTranscript, rewritten } from './transcript.js';

/** Whether what happens is to be written into the files, in place of what they say is seen. */
const writes = process.env['WRITE_TRANSCRIPTS'] === '1';
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'));

describe('a transcript', () => {
  it('is each text file of this folder', () => {
    expect(files).toContain('hub-restarted.txt');
  });

  it.each(files)('says what happens: %s', async (file) => {
    const path = join(import.meta.dirname, file);
    const text = readFileSync(path, 'utf8');
    const transcript = parseTranscript(text);
    const happened = await replay(transcript);
    if (writes) writeFileSync(path, rewritten(text, happened));
    else expect(differenceOf(transcript, happened)).toBeUndefined();
    // Each time the same.
    expect(await replay(transcript)).toEqual(happened);
  });

  it('that differs is told by its line, with what happened in its place', () => {
    const transcript = parseTranscript('# so\n\n   0 ms  > w1 starts\n   1 ms    w1 connects\n   2 ms    w1 leaves');
    const started = { atMs: 0, kind: 'done', what: 'w1 starts' } as const;
    const connected = { atMs: 1, kind: 'seen', what: 'w1 connects' } as const;
    const left = { atMs: 2, kind: 'seen', what: 'w1 leaves' } as const;
    expect(differenceOf(transcript, [started, connected, left])).toBeUndefined();
    expect(differenceOf(transcript, [started, left])).toBe(
      ['in line 4, expected', lineOf(connected), 'got', lineOf(left)].join('\n'),
    );
    expect(differenceOf(transcript, [started, connected])).toContain('in line 5');
    expect(differenceOf(transcript, [started, connected, left, left])).toContain('behind the last line');
  });

  it('is written anew with what happened, below the comments above what is done', () => {
    const text = '# a story\n\n   0 ms  > w1 starts\n   7 ms    w1 dances\n\n# and then\n   5 ms  > w1 drains\n';
    const happened = [
      { atMs: 0, kind: 'done', what: 'w1 starts' },
      { atMs: 1, kind: 'seen', what: 'w1 connects' },
      { atMs: 5, kind: 'done', what: 'w1 drains' },
      { atMs: 6, kind: 'seen', what: 'w1 leaves' },
    ] as const;
    const [started = '', connected = '', drained = '', left = ''] = happened.map(lineOf);
    const anew = ['# a story', '', started, connected, '', '# and then', drained, left, ''].join('\n');
    expect(rewritten(text, happened)).toBe(anew);
    expect(rewritten(anew, happened)).toBe(anew);
  });

  it('that cannot be read says which line', async () => {
    expect(() => parseTranscript('slots: 2\nat once w1 starts')).toThrow(/^line 2: expected/u);
    await expect(replay(parseTranscript('   0 ms  > hub sleeps'))).rejects.toThrow("line 1: a hub 'starts' or 'is killed'");
    await expect(replay(parseTranscript('   0 ms  > w1 starts\n   1 ms  > w1 dances'))).rejects.toThrow('line 2');
  });
});
