import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, range, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { gate } from '../support/gate.js';

it('a worker tells Prometheus what it has executed, and how many slots are taken', async () => {
  const begun = gate();
  const goOn = gate();
  const odd = defineOperation({
    name: 'odd',
    execute: (value: number) => {
      if (value % 2 === 0) throw new Error(`${value} is even`);
      return value;
    },
  });
  const slow = defineOperation({
    name: 'slow',
    execute: async (value: number) => {
      begun.open();
      await goOn.opened;
      return value;
    },
  });
  await using hub = await startHub({ port: 0 });
  await using worker = await startWorker({ hub: hub.url, operations: [odd, slow], slots: 3, healthPort: 0 });
  await using runtime = await connect(hub.url);
  const numberOf = async (line: string): Promise<number> => {
    const lines = (await (await fetch(`${worker.healthUrl}/metrics`)).text()).split('\n');
    return Number(lines.find((each) => each.startsWith(`${line} `))?.slice(line.length));
  };
  expect(await numberOf('paladin_slots{state="free"}')).toBe(3);
  const kept = await lastValueFrom(range(10).pipe(remoteMap(odd, runtime, { onFatal: 'skip' }), toArray()));
  expect(kept).toEqual([1, 3, 5, 7, 9]);
  const running = runtime.run(slow, 1);
  await begun.opened;
  // Those who ask soon after each other are told the same.
  await expect.poll(() => numberOf('paladin_slots{state="busy"}')).toBe(1);
  expect(await numberOf('paladin_slots{state="free"}')).toBe(2);
  expect(await numberOf('paladin_elements_total{operation="odd"}')).toBe(10);
  expect(await numberOf('paladin_element_failures_total{operation="odd",code="OPERATION_FAILED"}')).toBe(5);
  const batches = await numberOf('paladin_batches_total{operation="odd"}');
  expect(await numberOf('paladin_batch_execute_seconds_count{operation="odd"}')).toBe(batches);
  goOn.open();
  expect(await running).toBe(1);
  await expect.poll(() => numberOf('paladin_elements_total{operation="slow"}')).toBe(1);
});
