import { describe, expect, test } from 'vitest';
import { Random } from '../simulation/random.js';
import { mutateBytes } from './mutate-bytes.js';

const original = Uint8Array.from({ length: 64 }, (_, at) => at);

function mutants(seed: number, count: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => Buffer.from(mutateBytes(original, random)).toString('hex'));
}

describe('mutated bytes', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(mutants(7, 500)).toEqual(mutants(7, 500));
    expect(mutants(7, 500)).not.toEqual(mutants(8, 500));
  });

  test('differ from the original, nearly always and in many ways, and leave it alone', () => {
    const before = original.slice();
    const all = mutants(1, 1_000);
    const unchanged = Buffer.from(original).toString('hex');
    expect(all.filter((each) => each === unchanged).length).toBeLessThan(60);
    expect(new Set(all).size).toBeGreaterThan(800);
    expect(new Set(all.map((each) => each.length)).size).toBeGreaterThan(60);
    expect(original).toEqual(before);
  });

  test('are made of nothing, too', () => {
    expect(mutateBytes(new Uint8Array(), new Random(1)).byteLength).toBeGreaterThan(0);
    for (let seed = 0; seed < 200; seed += 1) mutateBytes(Uint8Array.of(1), new Random(seed));
  });
});
