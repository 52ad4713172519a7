import { describe, expect, it } from 'vitest';
import { describeUnreached, mostUnreachedBytes, unreachedAt } from '../../src/protocol/unreached.js';

describe('how many tries ended before each stage', () => {
  it('is read as it was written, and is 0 of what nothing was said of', () => {
    const bytes = describeUnreached([0, 3, 70_000]);
    expect([0, 1, 2, 3].map((stage) => unreachedAt(bytes, stage))).toEqual([0, 3, 70_000, 0]);
    expect(unreachedAt(undefined, 1)).toBe(0);
    expect(unreachedAt(bytes.subarray(0, 6), 1)).toBe(0);
    expect(bytes.byteLength).toBe(mostUnreachedBytes(3));
  });
});
