import { describe, expect, it, vi } from 'vitest';
import { printable } from '../../src/protocol/printable.js';

describe('printable', () => {
  it.each([
    ['a control sequence in one character', '\u009B31m'],
    ['an escape', '\u001B[2J'],
    ['the end of a line', '\r\n'],
    ['text turned round', '\u202E\u2066\u2069\u200F\u061C'],
    ['what has no width', '\u200B\u200D\uFEFF\u2060\u00AD'],
    ['the end of a line or paragraph', '\u2028\u2029'],
    ['half a character', '\uD800'],
  ])('replaces %s', (_, text) => {
    expect(printable(`a${text}b`)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(printable(`a${text}b`)).toHaveLength(2 + text.length);
  });

  it('leaves what people write', () => {
    expect(printable('Zürich 北京 שלום 🎉 a-b_c')).toBe('Zürich 北京 שלום 🎉 a-b_c');
  });

  it('replaces in a name once, however often it is shown, and forgets names when there are many', () => {
    const replace = vi.spyOn(String.prototype, 'replace');
    const shown = Array.from({ length: 3 }, () => printable('once\u202e'));
    const [once] = replace.mock.calls.map((_, at) => at + 1).slice(-1);
    for (let at = 0; at < 1_024; at += 1) printable(`${at}\u202e`);
    const again = printable('once\u202e');
    const all = replace.mock.calls.length;
    replace.mockRestore();
    expect(shown).toEqual(['once\uFFFD', 'once\uFFFD', 'once\uFFFD']);
    expect([once, again, all]).toEqual([1, 'once\uFFFD', 1_026]);
  });
});
