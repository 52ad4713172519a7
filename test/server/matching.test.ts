import { describe, expect, it } from 'vitest';
import { OnOffer } from '../../server/core/on-offer.js';
import { explainMissing, needsOf, offeredBy, satisfies, type Needs } from '../../server/core/matching.js';

const offers = (operations: string[], labels: string[] = []): Needs => ({
  operations,
  serializers: ['msgpack'],
  labels,
});

const offered = (...args: Parameters<typeof offers>): ReturnType<typeof offeredBy> => offeredBy(offers(...args));

const together = (...all: Needs[]): OnOffer => {
  const onOffer = new OnOffer();
  for (const each of all) onOffer.add(offeredBy(each));
  return onOffer;
};

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

  it('names a few of many that are missing', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `l${at}`);
    const { missing } = explainMissing(offered(['f@1']), offers(['f@1'], many));
    expect(missing).toMatch(/label 'l19' and 980 more; there are no labels$/u);
  });

  it('does not look through all that is on offer', () => {
    let looks = 0;
    const operations = {
      size: 1_000,
      has: () => false,
      *keys() {
        for (let at = 0; at < 1_000; at += 1) {
          looks += 1;
          yield `f${at}`;
        }
      },
    };
    const { missing } = explainMissing({ ...offered([]), operations }, offers(['g@1']));
    expect(missing).toMatch(/f9 and 980 more$/u);
    expect(looks).toBeLessThan(300);
  });

  it('names as many as fit, and all kinds of which something is missing', () => {
    const many = Array.from({ length: 20 }, (_, at) => `l${at}`);
    expect(explainMissing(offered(['f@1']), offers(['f@1'], many)).missing).toMatch(/'l18', label 'l19'; there are no labels$/u);
    expect(explainMissing(offered(['f@1'], ['big']), offers(['g@1'], ['gpu'])).missing).toBe(
      "no worker offers operation 'g@1', label 'gpu'; operations on offer: f@1; labels on offer: big",
    );
  });

  it('is satisfied by a worker that offers more', () => {
    const needs = offers(['f@1'], ['gpu']);
    expect(satisfies(offered(['f@1', 'g@1'], ['gpu', 'big']), needs)).toBe(true);
    expect(satisfies(offered(['f@2'], ['gpu']), needs)).toBe(false);
    expect(satisfies(offered(['f@1']), needs)).toBe(false);
  });

  it('is satisfied by one that offers everything, but for labels', () => {
    const everything = offeredBy({ ...offers([]), serializers: [], everything: true });
    expect(satisfies(everything, offers(['f@1', 'g@1']))).toBe(true);
    expect(explainMissing(everything, offers(['f@1'], ['gpu']))).toEqual({
      missing: "no worker offers label 'gpu'; there are no labels",
    });
  });

  it('explains what is missing, and what is on offer', () => {
    expect(explainMissing(undefined, offers(['f@1']))).toEqual({ missing: 'no worker is connected' });
    expect(explainMissing(offeredBy(offers(['f@2', 'g@1'])), offers(['f@1']))).toEqual({
      missing: "no worker offers operation 'f@1' (did you mean 'f@2'?); operations on offer: f@2, g@1",
      operation: 'f',
    });
    expect(explainMissing(offeredBy(offers(['f@1'])), offers(['f@1'], ['gpu']))).toEqual({
      missing: "no worker offers label 'gpu'; there are no labels",
    });
    expect(explainMissing(together(offers(['f@1']), offers(['g@1'])), offers(['f@1', 'g@1']))).toEqual({
      missing: 'no single worker offers all of f@1, g@1, msgpack',
    });
    expect(explainMissing(offeredBy(offers(['f@2', 'g@1'])), offers(['g@2', 'h@1'])).missing).toContain("(did you mean 'g@1'?)");
    const many = Array.from({ length: 30 }, (_, at) => `o${String(at).padStart(2, '0')}@1`);
    expect(explainMissing(offeredBy(offers(many)), offers(['f@1'])).missing).toMatch(/o19@1 and 10 more$/u);
  });

  it.each([
    ['fib-at', ['fibonacci', 'fibAt', 'flat'], 'fibAt'],
    ['fibat', ['fib-at', 'fit'], 'fib-at'],
    ['tripple', ['double', 'triple'], 'triple'],
    ['mutliply-by', ['multiply-by', 'divide-by'], 'multiply-by'],
    ['add', ['sub', 'and'], undefined],
    ['add', ['all'], undefined],
    ['score', ['scare', 'Score'], 'Score'],
    ['x'.repeat(41), [`${'x'.repeat(40)}y`], undefined],
  ])('names for %s of %j what was meant: %s', (wanted, there, meant) => {
    const { missing } = explainMissing(offered(there.map((name) => `${name}@1`)), offers([`${wanted}@1`]));
    expect(/did you mean '(?<name>[^']+)@1'/u.exec(missing)?.groups?.['name']).toBe(meant);
  });

  const meantOf = (wanted: string, there: readonly string[]): string | undefined => {
    const { missing } = explainMissing(offered([...there]), offers([wanted]));
    return /did you mean '(?<name>[^']+)'/u.exec(missing)?.groups?.['name'];
  };
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `op-${at}@1`);

  it('names another version of the operation, however many there are', () => {
    expect(meantOf('op-5@2', numbered(61))).toBe('op-5@1');
    expect(meantOf('op-4999@2', numbered(5_000))).toBe('op-4999@1');
    expect(meantOf('op-5@2', [...numbered(5), 'op-5@20260131'])).toBe('op-5@20260131');
    expect(meantOf('op-5@2', [...numbered(9), 'op-5@3'])).toBe('op-5@3');
  });

  it('names one of many that is written otherwise, and none where one that it has not compared may be nearer', () => {
    expect(meantOf('op_50@1', numbered(61))).toBe('op-50@1');
    expect(meantOf('op-7x@1', numbered(20))).toBe('op-7@1');
    expect(meantOf('op-7x@1', numbered(61))).toBeUndefined();
    expect(meantOf('normalise-adress@1', [...numbered(200), 'normalise-address@1'])).toBe('normalise-address@1');
    expect(meantOf('opperation@1', [...numbered(1_000), 'operation@1'])).toBeUndefined();
  });
});
