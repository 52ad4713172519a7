import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxHeaderBytes } from '../../src/limits.js';
import { decodeHeaders, encodeHeaders } from '../../src/wire/headers.js';
import { utf8Of } from '../../src/wire/utf8.js';

describe('headers', () => {
  it('come out as they went in, whatever their names and texts are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (headers) => {
        const bytes = encodeHeaders(headers);
        expect(bytes === undefined ? {} : decodeHeaders(bytes)).toEqual({ ...headers });
      }),
    );
  });

  it('are no bytes where there are none', () => {
    expect(encodeHeaders({})).toBeUndefined();
  });

  it('that have no room are left out, and the others stay', () => {
    const headers = { traceparent: '00', baggage: 'x'.repeat(maxHeaderBytes), tracestate: 'a=b' };
    const bytes = encodeHeaders(headers) ?? new Uint8Array();
    expect(decodeHeaders(bytes)).toEqual({ traceparent: '00', tracestate: 'a=b' });
    // A long one fits up to the last byte, and no further.
    const most = maxHeaderBytes - JSON.stringify([['baggage', '']]).length;
    expect(encodeHeaders({ baggage: 'x'.repeat(most) })).toHaveLength(maxHeaderBytes);
    expect(encodeHeaders({ baggage: 'x'.repeat(most + 1) })).toBeUndefined();
  });

  it.each(['', 'null', '{}', '[1]', '[["a"]]', '[["a",1]]', '[["a","b","c"]]'])('from outside may be anything: %s', (text) => {
    expect(decodeHeaders(utf8Of(text))).toEqual({});
  });

  it('that are no text are none', () => {
    expect(decodeHeaders(new Uint8Array([255, 254]))).toEqual({});
  });

  it('have no name that changes an object', () => {
    const headers = decodeHeaders(utf8Of('[["__proto__","x"]]'));
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect(Object.hasOwn(headers, '__proto__')).toBe(true);
  });
});
