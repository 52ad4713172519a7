import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub, type HubEvent } from 'paladin-rx/server';
import { startWorker, type WorkerEvent } from 'paladin-rx/worker';
import { concat, firstValueFrom, lastValueFrom, NEVER, range, throwError } from 'rxjs';
import { expect, it } from 'vitest';

const picky = defineOperation({
  name: 'picky',
  execute: (x: number) => {
    if (x % 10 === 3) throw Object.assign(new Error('does not like it'), { input: 'secret'.repeat(x) });
    return x;
  },
});

it('whoever runs a hub is told of each job that is over, and whoever runs a worker of operations that fail', async () => {
  const jobs: HubEvent[] = [];
  const events: WorkerEvent[] = [];
  await using hub = await startHub({
    port: 0,
    onEvent: (event) => {
      if (event.type === 'jobEnded') jobs.push(event);
    },
  });
  await using _ = await startWorker({ hub: hub.url, operations: [picky], onEvent: (event) => events.push(event) });
  const runtime = await connect(hub.url, { name: 'ann' });
  await range(0, 100)
    .pipe(remoteMap(picky, runtime, { onFatal: 'skip' }))
    .forEach(() => undefined);
  await expect.poll(() => jobs).toHaveLength(1);
  await runtime.close();
  expect(jobs).toMatchObject([
    {
      how: 'completed',
      name: 'ann',
      stages: ['picky@1'],
      done: 100,
      failed: 10,
      lost: 0,
      elapsedMs: expect.any(Number) as unknown,
    },
  ]);
  const failures = events.filter((event) => event.type === 'operationFailed');
  expect(failures.reduce((sum, event) => sum + event.failures, 0)).toBe(10);
  expect(failures[0]).toMatchObject({ operation: 'picky@1', index: 3, code: 'OPERATION_FAILED', kind: 'thrown' });
  expect(failures[0]?.message).toBe('does not like it');
  expect(JSON.stringify(events)).not.toContain('secret');
});

it('whoever runs a hub is told how each job has ended at its leader', async () => {
  const ends: unknown[] = [];
  await using hub = await startHub({
    port: 0,
    onEvent: (event) => {
      if (event.type === 'jobEnded') ends.push([event.how, event.code]);
    },
  });
  await using _ = await startWorker({ hub: hub.url, operations: [picky] });
  await using runtime = await connect(hub.url);
  const ended = async (how: string, code?: string): Promise<void> => {
    await expect.poll(() => ends.splice(0)).toEqual([[how, code]]);
  };
  await range(0, 3)
    .pipe(remoteMap(picky, runtime))
    .forEach(() => undefined);
  await ended('completed');
  await expect(lastValueFrom(range(0, 9).pipe(remoteMap(picky, runtime)))).rejects.toMatchObject({ index: 3 });
  await ended('failed', 'OPERATION_FAILED');
  await expect(
    lastValueFrom(
      concat(
        range(0, 3),
        throwError(() => 'mine'),
      ).pipe(remoteMap(picky, runtime)),
    ),
  ).rejects.toBe('mine');
  await ended('failed');
  expect(await firstValueFrom(concat(range(0, 3), NEVER).pipe(remoteMap(picky, runtime)))).toBe(0);
  await ended('cancelled');
});
