import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StatusScreen } from '../../server/command/status-screen.js';

/** What a terminal of this size is shown, without the way to its first line. */
function shown(text: string, size: { readonly rows?: number; readonly columns?: number }): string[] {
  const out = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, ...size });
  new StatusScreen('http://h', false, out).say(text);
  const written = String(out.read());
  return written.replace('\u001B[1;1H\u001B[0J', '').trimEnd().split('\n');
}

describe('a status on a terminal', () => {
  it('is cut to the window, by the width of its characters', () => {
    expect(shown('abcdef', { rows: 10, columns: 4 })).toEqual(['abc…']);
    expect(shown('日本語', { rows: 10, columns: 5 })).toEqual(['日本…']);
    expect(shown('😀😀', { rows: 10, columns: 4 })).toEqual(['😀😀']);
  });

  it('has the usual size where the terminal does not say its own', () => {
    const wide = [`${'x'.repeat(79)}…`];
    expect(shown('x'.repeat(90), { rows: 0, columns: 0 })).toEqual(wide);
    expect(shown('x'.repeat(90), {})).toEqual(wide);
  });
});
