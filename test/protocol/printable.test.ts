import { describe, expect, it } from 'vitest';
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
});
