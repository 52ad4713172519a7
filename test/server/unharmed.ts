import { connect, defineOperation, fromPull, remoteMap, type Operation } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { expect } from 'vitest';
import type { Batch } from '../../src/protocol/messages.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { batchOf as anyBatch } from './scheduler-harness.js';

export const double: Operation<number, number> = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const description = { stages: [{ kind: 'map', operation: 'double', version: 1 }], serializer: 'msgpack' };
/** The message that opens a job of `double`. */
export const open = (job: number): object => ({ type: 'open', job, secret: 's', description, priority: 0, labels: [], slots: 0 });
export const batchOf = (seq: number, payload: Uint8Array = msgpack.encode([seq])): Batch =>
  anyBatch(seq, { budgetMs: 0, payload });

/** A peer's misdeeds, while a job runs that is to notice nothing. */
export async function unharmed(
  options: Parameters<typeof startHub>[0],
  misdeeds: (url: string, counters: () => Readonly<Record<string, number>>) => Promise<void>,
): Promise<void> {
  await using hub = await startHub({ port: 0, ...options });
  await using _ = await startWorker({ hub: hub.url, operations: [double] });
  await using runtime = await connect(hub.url);
  let results = 0;
  let enough = Infinity;
  // It goes on for as long as the misdeeds take, and looks at each result as it comes: a list of all is long on a slow machine.
  const job = fromPull(naturals())
    .pipe(remoteMap(double, runtime, { batch: 4, window: 64 }))
    .forEach((value) => {
      if (value !== 2 * results) throw new Error(`in the place of ${2 * results} came ${value}`);
      results += 1;
      if (results >= enough) throw new Error('enough');
    })
    .catch((error: unknown) => error);
  await misdeeds(hub.url, () => hub.status().counters);
  enough = results + 100;
  expect(await job).toMatchObject({ message: 'enough' });
}

function* naturals(): Generator<number, never> {
  for (let x = 0; ; x += 1) yield x;
}
