import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import * as fc from 'fast-check';
import { firstValueFrom, from, map, mergeMap, toArray, zip } from 'rxjs';
import { expect, it } from 'vitest';

const increase = defineOperation({ name: 'increase', execute: (x: number) => x + 1 });

it('jobs give what they give in memory, however few places there are', async () => {
  const pipeline = fc.record({
    lengths: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 6 }),
    stages: fc.integer({ min: 1, max: 3 }),
    how: fc.constantFrom('merge', 'zip', 'chain'),
  });
  await using hub = await startHub({ port: 0, maxJobsPerLeader: 2 });
  await using _worker = await startWorker({ hub: hub.url, operations: [increase], slots: 3 });
  await fc.assert(
    fc.asyncProperty(pipeline, async ({ lengths, stages, how }) => {
      await using leader = await connect(hub.url);
      const runs = lengths.map((length, at) => {
        let stream = from(Array.from({ length }, (_, n) => 100 * at + n));
        for (let stage = 0; stage < stages; stage += 1) {
          stream = stream.pipe(
            remoteMap(increase, leader),
            map((x) => x),
          );
        }
        return stream;
      });
      const expected = lengths.map((length, at) => Array.from({ length }, (_, n) => 100 * at + n + stages));
      if (how === 'zip') {
        const least = Math.min(...lengths);
        expect(await firstValueFrom(zip(runs).pipe(toArray()))).toEqual(
          Array.from({ length: least }, (_, n) => expected.map((values) => values[n])),
        );
        return;
      }
      const concurrent = how === 'chain' ? 1 : lengths.length;
      const all = await firstValueFrom(
        from(runs).pipe(
          mergeMap((run) => run, concurrent),
          toArray(),
        ),
      );
      const right = expected.flat();
      expect(how === 'chain' ? all : all.toSorted((a, b) => a - b)).toEqual(right);
    }),
    { numRuns: 25 },
  );
});
