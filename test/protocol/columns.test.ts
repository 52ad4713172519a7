import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cutTo, paddedTo } from '../../src/protocol/columns.js';

const anyText = fc.string({ unit: fc.constantFrom('a', '日', '한', '😀', 'e\u0301', '…', '█', 'ｱ', 'Ａ'), maxLength: 30 });

describe('how wide text is', () => {
  it('is one column for most characters, two for wide ones, and none for marks', () => {
    const widths = {
      abc: 3,
      日本: 4,
      '한국 a': 6,
      '😀': 2,
      'e\u0301': 1,
      '…█': 2,
      ｱ: 1,
      Ａ: 2,
      ñ: 1,
      '\u{20000}': 2,
      'か\u3099': 2,
      '': 0,
    };
    expect(Object.fromEntries(Object.keys(widths).map((text) => [text, columnsOf(text)]))).toEqual(widths);
  });

  it('is never more than text is cut to, and characters stay whole', () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, columns) => {
        const cut = cutTo(columns, text);
        expect(columnsOf(cut)).toBeLessThanOrEqual(columns);
        if (columnsOf(text) <= columns) expect(cut).toBe(text);
        else if (columns > 0) expect(text.startsWith(cut.slice(0, -1)) && cut.endsWith('…')).toBe(true);
        expect(cut).not.toMatch(/\p{Cs}/u);
      }),
    );
  });

  it('is what text is padded to, unless it is wider', () => {
    expect(paddedTo(5, '日本')).toBe('日本 ');
    expect(paddedTo(3, '日本')).toBe('日本');
  });
});
