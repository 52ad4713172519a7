import { describe, expect, it } from 'vitest';
import { explainMissing, needsOf, satisfies } from '../../server/core/matching.js';

const offers = (operations: string[], labels: string[] = []): Parameters<typeof satisfies>[0] => ({
  operations,
  serializers: ['msgpack'],
  labels,
});

describe('matching', () => {
  it('asks for every operation of the chain by name and version, the serializer and the labels', () => {
    const stage = { kind: 'map', operation: 'f', version: 2 } as const;
    expect(
      needsOf({ stages: [stage, stage, { kind: 'fold', operation: 'a', version: 1 }], serializer: 's' }, ['y', 'x', 'y']),
    ).toEqual({
      operations: ['a@1', 'f@2'],
      serializers: ['s'],
      labels: ['x', 'y'],
    });
  });

  it('is satisfied by a worker that offers more', () => {
    const needs = offers(['f@1'], ['gpu']);
    expect(satisfies(offers(['f@1', 'g@1'], ['gpu', 'big']), needs)).toBe(true);
    expect(satisfies(offers(['f@2'], ['gpu']), needs)).toBe(false);
    expect(satisfies(offers(['f@1']), needs)).toBe(false);
  });

  it('explains what is missing, and what is on offer', () => {
    expect(explainMissing([], offers(['f@1']))).toEqual({ missing: 'no worker is connected' });
    expect(explainMissing([offers(['f@2', 'g@1'])], offers(['f@1']))).toEqual({
      missing: "no worker offers operation 'f@1'; operations on offer: f@2, g@1",
      operation: 'f',
    });
    expect(explainMissing([offers(['f@1'])], offers(['f@1'], ['gpu']))).toEqual({
      missing: "no worker offers label 'gpu'; there are no labels",
    });
    expect(explainMissing([offers(['f@1']), offers(['g@1'])], offers(['f@1', 'g@1']))).toEqual({
      missing: 'no single worker offers all of f@1, g@1, msgpack',
    });
    const many = Array.from({ length: 30 }, (_, at) => `o${String(at).padStart(2, '0')}@1`);
    expect(explainMissing([offers(many)], offers(['f@1'])).missing).toMatch(/o19@1 and 10 more$/u);
  });
});
