import { connect, defineOperation, inMemory, remoteFold, remoteMap, defineMonoid, type Runtime } from 'paladin-rx';
import { startHub, type Hub } from 'paladin-rx/server';
import { startWorker, type Worker } from 'paladin-rx/worker';
import { concat, NEVER, of } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aborted, gate } from '../support/gate.js';
import { failureOf, rejectionOf } from '../support/outcome.js';
import { watched } from '../support/sources.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
let [begun, told] = [gate(), gate()];
const waiting = defineOperation({
  name: 'waiting',
  execute: async (x: number, { signal }) => {
    begun.open();
    await aborted(signal);
    told.open();
    return x;
  },
});

describe.each(['in memory', 'over a hub'])('closing a runtime %s', (where) => {
  let hub: Hub;
  let worker: Worker;
  beforeAll(async () => {
    hub = await startHub({ port: 0 });
    worker = await startWorker({ hub: hub.url, operations: [double, sum, waiting] });
  });
  afterAll(async () => {
    await worker.close();
    await hub.close();
  });
  const open = async (): Promise<Runtime> => (where === 'in memory' ? inMemory() : await connect(hub.url));

  it('ends its jobs, leaves their sources, and tells what is executing', async () => {
    [begun, told] = [gate(), gate()];
    const runtime = await open();
    const counted = watched(concat(of(1), NEVER));
    const failures = [
      failureOf(counted.source.pipe(remoteMap(waiting, runtime))),
      failureOf(concat(of(1, 2), NEVER).pipe(remoteFold(sum, runtime))),
      rejectionOf(runtime.run(waiting, 1)),
    ];
    await begun.opened;
    await runtime.close();
    for (const failure of await Promise.all(failures)) {
      expect(failure).toMatchObject({ code: 'CLOSED', message: 'the runtime was closed while the job was running' });
    }
    expect(counted.ended).toBe(1);
    await told.opened;
  });

  it('may be done twice, and by leaving the scope', async () => {
    const runtime = await open();
    await Promise.all([runtime.close(), runtime.close()]);
    await runtime.close();
    let inner: Runtime;
    {
      await using scoped = await open();
      inner = scoped;
      expect(await scoped.run(double, 4)).toBe(8);
    }
    expect(await rejectionOf(inner.run(double, 1))).toMatchObject({ code: 'CLOSED' });
  });

  it('lets nothing begin afterwards', async () => {
    const runtime = await open();
    const mapped = of(1).pipe(remoteMap(double, runtime));
    await runtime.close();
    expect(await failureOf(mapped)).toMatchObject({ code: 'CLOSED', message: 'the runtime is closed' });
    expect(await rejectionOf(runtime.run(double, 1))).toMatchObject({ code: 'CLOSED' });
  });
});
