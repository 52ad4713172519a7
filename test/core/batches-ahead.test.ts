import { describe, expect, it } from 'vitest';
import { batchesAhead } from '../../src/core/batches-ahead.js';

describe('batches ahead', () => {
  it.each([
    [undefined, 0],
    [100, 0],
    [99, 1],
    [80, 1],
    [4, 1],
    [1, 4],
    [0.5, 8],
    [0.01, 16],
    [0, 16],
  ])('of %s ms are %s', (batchMs, ahead) => {
    expect(batchesAhead(batchMs)).toBe(ahead);
  });
});
