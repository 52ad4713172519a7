import { once } from 'node:events';
import { connect, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, range, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { triedSlowly } from '../fixtures/tried-operations.mjs';

const modules = [new URL('../fixtures/tried-operations.mjs', import.meta.url)];

it.each([
  ['inline', { operations: [triedSlowly] }],
  ['in a thread', { modules, threads: 1 }],
])('only elements that a worker had begun when its time was up count as tried: %s', async (_, how) => {
  const channel = new BroadcastChannel('tried-slowly');
  const hub = await startHub({ port: 0 });
  const first = await startWorker({ hub: hub.url, ...how });
  const runtime = await connect(hub.url);
  const begun = once(channel as unknown as EventTarget, 'message');
  const attempts = lastValueFrom(range(0, 5).pipe(remoteMap(triedSlowly, runtime, { batch: 5 }), toArray()));
  await begun;
  channel.close();
  await expect(first.drain({ timeout: 0 })).rejects.toThrow('other workers execute it again');
  const second = await startWorker({ hub: hub.url, ...how });
  expect(await attempts).toEqual([2, 2, 2, 1, 1]);
  await runtime.close();
  await second.close();
  await hub.close();
});
