import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { fetchStatus, startHub } from 'paladin-rx/server';
import { concat, NEVER, of } from 'rxjs';
import { expect, it } from 'vitest';

const nobodys = defineOperation({ name: 'nobodys', execute: (value: number) => value });

it('a leader says of each of its jobs how far it is, also where they are too many for one message', async () => {
  await using hub = await startHub({ port: 0 });
  await using runtime = await connect(hub.url);
  const jobs = Array.from({ length: 250 }, (_, at) => {
    const name = `${at} `.padEnd(200, 'n');
    return concat(of(1), NEVER)
      .pipe(remoteMap(nobodys, runtime, { name }))
      .subscribe();
  });
  const untold = async (): Promise<number> => {
    await fetchStatus(hub.url);
    return hub.status().jobs.filter(({ progress }) => progress === undefined).length;
  };
  await expect.poll(untold, { timeout: 15_000 }).toBe(0);
  expect(hub.status().jobs).toHaveLength(jobs.length);
  for (const job of jobs) job.unsubscribe();
});
