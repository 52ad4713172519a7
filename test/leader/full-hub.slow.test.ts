import { defineMonoid, defineOperation, inMemory, remoteFold, remoteMap } from 'paladin-rx';
import { from, lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { defaultMaxBytesPerLeader } from '../../src/limits.js';

const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

it('jobs share what the hub takes of a leader', async () => {
  await using runtime = inMemory({ workers: 4 });
  const large = defineOperation({ name: 'large', execute: (bytes: Uint8Array) => bytes.byteLength });
  const each = Math.ceil((1.1 * defaultMaxBytesPerLeader) / 12 / 1_000_000);
  const sources = Array.from({ length: 12 }, () => from(Array.from({ length: each }, () => new Uint8Array(1_000_000))));
  const folds = sources.map((source) => lastValueFrom(source.pipe(remoteMap(large, runtime), remoteFold(sum, runtime))));
  expect(await Promise.all(folds)).toEqual(sources.map(() => each * 1_000_000));
});
