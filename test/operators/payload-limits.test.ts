import { connect, defineMonoid, defineOperation, inMemory, remoteFold, remoteMap, type Runtime } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../support/outcome.js';

const maxPayloadBytes = 5_000;
const module = new URL('../fixtures/thread-operations.mjs', import.meta.url);
const double = defineOperation({ name: 'double', execute: (x: unknown) => x });
const text = defineOperation({ name: 'text', execute: (length: number) => 'x'.repeat(length) });
const joined = defineMonoid({ name: 'joined', empty: () => '', combine: (a: string, b: string) => a + b });

const places: readonly [string, (use: (runtime: Runtime) => Promise<void>) => Promise<void>][] = [
  [
    'inline',
    async (use) => {
      await using runtime = inMemory({ workers: 1, maxPayloadBytes });
      await use(runtime);
    },
  ],
  [
    'in threads',
    async (use) => {
      await using runtime = inMemory({ workers: 1, modules: [module], maxPayloadBytes });
      await use(runtime);
    },
  ],
  [
    'over a hub',
    async (use) => {
      await using hub = await startHub({ port: 0, maxPayloadBytes });
      await using worker = await startWorker({ hub: hub.url, modules: [module], threads: 1 });
      expect(worker.slots).toBe(1);
      await using runtime = await connect(hub.url);
      await use(runtime);
    },
  ],
];

describe.each(places)('what is too large %s', (_, within) => {
  it('fails as an input, an output and a partial, as anywhere', async () => {
    await within(async (runtime) => {
      const code = 'PAYLOAD_TOO_LARGE';
      const large = 'x'.repeat(9_000);
      expect(await failureOf(from(['a', large]).pipe(remoteMap(double, runtime)))).toMatchObject({
        code,
        operation: 'double',
        index: 1,
        message: "operation 'double' failed at index 1: its input has 9010 bytes, and the hub admits 5000",
      });
      expect(await failureOf(from([1, 9_000, 1]).pipe(remoteMap(text, runtime, { batch: 3 })))).toMatchObject({
        code,
        operation: 'text',
        index: 1,
        message: "operation 'text' failed at index 1: output has 9010 bytes; the limit is 5000",
      });
      const parts = from(Array.from({ length: 10 }, () => 'x'.repeat(900)));
      expect(await failureOf(parts.pipe(remoteFold(joined, runtime)))).toMatchObject({ code, operation: 'joined' });
    });
  });
});
