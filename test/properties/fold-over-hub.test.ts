import * as fc from 'fast-check';
import { connect, type Runtime } from 'paladin-rx';
import { startHub, type Hub } from 'paladin-rx/server';
import { startWorker, type Worker } from 'paladin-rx/worker';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../support/bounds.js';
import * as monoids from '../support/monoids.js';
import * as operations from '../support/operations.js';
import { mappedFold, plans } from '../support/plans.js';
import { inOrder, problems } from '../support/problems.js';
import { arriving } from '../support/sources.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

const module = new URL('../support/all-operations.ts', import.meta.url);

async function equalsReduce(runtime: Runtime, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(problems(40), plans, async ({ elements, monoid, expected }, plan) => {
      const folded = await lastValueFrom(mappedFold(arriving(elements, plan.gaps), monoid, runtime, plan));
      expect(inOrder(folded)).toEqual(inOrder(expected));
    }),
    runs(numRuns),
  );
}

describe('remoteFold over a hub with workers in this process', () => {
  let hub: Hub;
  let workers: Worker[];
  let runtime: Runtime;
  beforeAll(async () => {
    hub = await startHub({ port: 0 });
    const cases = Object.values(monoids).flatMap(({ monoid, guarded }) => [monoid, guarded]);
    const offered = [...cases, ...Object.values(operations)];
    workers = [
      await startWorker({ hub: hub.url, operations: offered, slots: 2 }),
      await startWorker({ hub: hub.url, operations: offered, slots: 1 }),
    ];
    runtime = await connect(hub.url);
  });
  afterAll(async () => {
    await runtime.close();
    await Promise.all(workers.map((worker) => worker.close()));
    await hub.close();
  });

  it('equals the sequential reduce', async () => {
    await equalsReduce(runtime, 100);
  }, 60_000);
});

describe('remoteFold over a hub with worker processes', () => {
  let hub: Hub;
  let workers: WorkerProcess[];
  let runtime: Runtime;
  beforeAll(async () => {
    hub = await startHub({ port: 0 });
    workers = await Promise.all([
      startWorkerProcess(hub.url, module, '--inline', '--slots', '2'),
      startWorkerProcess(hub.url, module, '--threads', '1'),
    ]);
    runtime = await connect(hub.url);
  }, 60_000);
  afterAll(async () => {
    await runtime.close();
    await Promise.all(workers.map((worker) => worker.stop()));
    await hub.close();
  });

  it('equals the sequential reduce', async () => {
    await equalsReduce(runtime, 40);
  }, 60_000);

  it('ends its workers in good order', async () => {
    expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
  }, 60_000);
});
