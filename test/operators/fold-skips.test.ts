import {
  defineMonoid,
  defineOperation,
  FatalError,
  inMemory,
  remoteFold,
  remoteMap,
  type PaladinError,
  type Runtime,
} from 'paladin-rx';
import { from, lastValueFrom, range, type Observable } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killingJoin } from '../support/killing-combine.js';
import { isThorough } from '../support/thorough.js';

/** The elements that are in a partial, as numbers between dots. */
const elementsOf = (text: string): number[] => [...text.matchAll(/\d+/gu)].map(Number);

/** Wide neighbours, and such as hold a stone, may not be combined. */
const choosy = defineMonoid({
  name: 'choosy',
  empty: () => '',
  combine: (a: string, b: string) => {
    const [left, right] = [elementsOf(a), elementsOf(b)];
    if (left.length > 2 && right.length > 2 && (left.length + right.length) % 2 === 0) throw new Error('too wide');
    if (left.length > 0 && right.includes(13)) throw new FatalError('thirteen');
    return a + b;
  },
});
const dotted = defineOperation({
  name: 'dotted',
  execute: (x: number) => {
    if (x % 10 === 7) throw new FatalError('seven', { onFatal: 'skip' });
    return `${x}.`;
  },
});
const dots = defineOperation({ name: 'dots', execute: (x: number) => `${x}.` });

describe('a fold that leaves out what cannot be combined', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory({ workers: 3 });
  });
  afterAll(async () => {
    await runtime.close();
  });

  /** The result, and what was reported as left out by either operator. */
  async function fold(source: Observable<string>, batch: number | 'auto', skipped: number[] = []): Promise<number[]> {
    const onSkip = (error: PaladinError): void => void skipped.push(error.index ?? -1);
    const folded = await lastValueFrom(source.pipe(remoteFold(choosy, runtime, { batch, onFatal: 'skip', onSkip })));
    return [...elementsOf(folded), ...skipped].sort((a, b) => a - b);
  }

  const sizes = ['auto', 1, 2, 3, 7, 16, 100] as const;

  it.each(sizes)('reports each element once (batch: %s)', async (batch) => {
    const texts = Array.from({ length: 100 }, (_, x) => `${x}.`);
    expect(await fold(from(texts), batch)).toEqual(Array.from({ length: 100 }, (_, x) => x));
  });

  it.each(sizes)('reports each element once behind a map (batch: %s)', async (batch) => {
    const mapped = range(0, 100).pipe(remoteMap(dots, runtime, { batch }));
    expect(await fold(mapped, batch)).toEqual(Array.from({ length: 100 }, (_, x) => x));
  });

  it.each(sizes)('does not report again what the map has left out (batch: %s)', async (batch) => {
    let reports = 0;
    const onSkip = (): void => void (reports += 1);
    const mapped = range(0, 60).pipe(remoteMap(dotted, runtime, { batch, onSkip }));
    const options = { batch, onFatal: 'skip', onSkip } as const;
    const folded = elementsOf(await lastValueFrom(mapped.pipe(remoteFold(choosy, runtime, options))));
    expect(new Set(folded).size).toBe(folded.length);
    expect(folded.length + reports).toBe(60);
  });

  it.runIf(isThorough)(
    'reports what cannot be combined since that ends the thread',
    async () => {
      await using threads = inMemory({ workers: 2, modules: [new URL('../support/killing-combine.ts', import.meta.url)] });
      const skipped: [string, number, unknown][] = [];
      const onSkip = (error: PaladinError, input: unknown): void => void skipped.push([error.code, error.index ?? -1, input]);
      const letters = [...'abcdefkh'];
      const options = { batch: 2, onFatal: 'skip', onSkip } as const;
      const folded = await lastValueFrom(from(letters).pipe(remoteFold(killingJoin, threads, options)));
      expect(skipped.length).toBeGreaterThan(0);
      expect(skipped.every(([code]) => code === 'POISON_TASK')).toBe(true);
      const left = skipped.map(([, index]) => letters[index] ?? '?');
      expect([...folded, ...left].sort()).toEqual(letters.toSorted());
      expect(left).toContain('k');
    },
    60_000,
  );

  it('holds back the reports while its owner pauses, and goes on behind the last one', async () => {
    const told: number[] = [];
    await new Promise<void>((completed, failed) => {
      const job = runtime.openJob(
        {
          stages: [
            { kind: 'map', operation: dots },
            { kind: 'fold', operation: choosy, onFatal: 'skip' },
          ],
          batch: 4,
        },
        {
          next: (value) => told.push(...elementsOf(String(value))),
          skipped: (error) => {
            told.push(error.index ?? -1);
            job.pause();
            setTimeout(() => {
              job.resume();
            });
          },
          completed,
          failed,
        },
      );
      for (let x = 0; x < 40; x += 1) job.push(x);
      job.complete();
    });
    expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, x) => x));
  });
});
