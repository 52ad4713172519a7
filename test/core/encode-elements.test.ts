import { describe, expect, it } from 'vitest';
import { encodeAdmitted, encodeElements, type EncodedPiece } from '../../src/core/job/encode-elements.js';
import { NotSerializableError, type Serializer } from '../../src/serializer/serializer.js';
import { json } from './job-harness.js';

/** What was encoded of it, as texts: batches as `first+count`, what cannot be sent as `index: why`. */
function pieces(all: Iterable<EncodedPiece>): string[] {
  return [...all].map((piece) =>
    piece.type === 'batch'
      ? `${piece.first}+${piece.count} ${new TextDecoder().decode(piece.payload)}`
      : `${piece.index}: ${piece.code}, ${piece.reason}`,
  );
}

/** Writes everything but `bad`; says which value that is, if it is one that tells. */
function picky(tells: boolean): Serializer {
  return {
    ...json,
    encode: (values) => {
      const at = values.indexOf('bad');
      if (at === -1) return json.encode(values);
      throw tells ? new NotSerializableError(at, '$', 'bad') : new Error('$ is bad');
    },
  };
}

describe('elements that are encoded', () => {
  it('are one batch where they fit into one payload', () => {
    expect(pieces(encodeElements(json, ['a', 'b'], 7, 9))).toEqual(['7+2 ["a","b"]']);
    expect(pieces(encodeElements(json, [], 7, 9))).toEqual([]);
  });

  it('are halved where they are too large together', () => {
    expect(pieces(encodeElements(json, ['a', 'b', 'c'], 7, 9))).toEqual(['7+1 ["a"]', '8+2 ["b","c"]']);
    expect(pieces(encodeElements(json, ['a', 'b'], 7, 8))).toEqual(['7+1 ["a"]', '8+1 ["b"]']);
  });

  it('go without one that is too large alone, and say how large it is', () => {
    const tooLarge = '8: PAYLOAD_TOO_LARGE, its input has 9 bytes, and the hub admits 5';
    expect(pieces(encodeElements(json, ['a', 'large', 'c'], 7, 5))).toEqual(['7+1 ["a"]', tooLarge, '9+1 ["c"]']);
  });

  it.each([true, false])('go without those that the serializer cannot write; it says which they are: %s', (tells) => {
    const unfit = (index: number) => `${index}: NOT_SERIALIZABLE, its input cannot be sent: $ is bad`;
    const values = ['bad', 'b', 'c', 'bad'];
    const encoded = pieces(encodeElements(picky(tells), values, 7, 99));
    expect(encoded).toEqual([unfit(7), ...(tells ? ['8+2 ["b","c"]'] : ['8+1 ["b"]', '9+1 ["c"]']), unfit(10)]);
  });

  it('go without those that are refused, which are not encoded', () => {
    const refuse = (value: unknown) => (value === 'no' ? ({ code: 'NOT_SERIALIZABLE', reason: 'refused' } as const) : undefined);
    const admitted = (values: readonly unknown[]) => pieces(encodeAdmitted(json, refuse, values, 7, 99));
    expect(admitted(['a', 'no', 'c', 'd'])).toEqual(['7+1 ["a"]', '8: NOT_SERIALIZABLE, refused', '9+2 ["c","d"]']);
    expect(admitted(['a', 'b'])).toEqual(['7+2 ["a","b"]']);
  });

  it('are handed to the serializer as they are, where all of them go into one batch', () => {
    const seen: unknown[] = [];
    const noting: Serializer = {
      ...json,
      encode: (values) => {
        seen.push(values);
        return json.encode(values);
      },
    };
    const values = ['a', 'b'];
    pieces(encodeAdmitted(noting, () => undefined, values, 0, 99));
    expect(seen[0]).toBe(values);
  });
});
