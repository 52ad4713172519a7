import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Random } from '../simulation/random.js';
import { mutateValue } from './mutate-value.js';

const original = { type: 'batch', job: 3, batch: { seq: 0, payload: Uint8Array.of(1, 2, 3), flags: [true, 'x', null] } };

function mutants(seed: number, count: number): unknown[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => mutateValue(original, random));
}

describe('mutated values', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(isDeepStrictEqual(mutants(7, 300), mutants(7, 300))).toBe(true);
    expect(isDeepStrictEqual(mutants(7, 300), mutants(8, 300))).toBe(false);
  });

  test('differ from the original, nearly always, and leave it and all prototypes alone', () => {
    const before = structuredClone(original);
    const keys = Reflect.ownKeys(Object.prototype);
    const all = mutants(1, 1_000);
    expect(all.filter((each) => isDeepStrictEqual(each, original)).length).toBeLessThan(60);
    expect(original).toEqual(before);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(keys);
  });

  test('lack fields, have more, and have `__proto__` as a field of their own', () => {
    const records = mutants(2, 2_000).filter((each): each is object => typeof each === 'object' && each !== null);
    expect(records.some((each) => !('job' in each))).toBe(true);
    expect(records.some((each) => Object.keys(each).length > 3)).toBe(true);
    expect(records.some((each) => Object.hasOwn(each, '__proto__'))).toBe(true);
  });
});
