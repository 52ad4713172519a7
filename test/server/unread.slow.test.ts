import { fetchStatus, type HubStatus } from 'paladin-rx/server';
import { expect, it } from 'vitest';
import { msgpack } from '../../src/serializer/msgpack.js';
import { RawPeer } from './raw-peer.js';
import { batchOf, open, unharmed } from './unharmed.js';

it(
  'a leader that does not read is given nothing more, until it reads; and is disconnected when it makes more wait for it',
  { timeout: 120_000 },
  async () => {
    await unharmed({ maxUnreadBytes: 4 * 1024 * 1024 }, async (url, counters) => {
      using leader = new RawPeer(url, 'leader');
      const { id } = await leader.got('welcome');
      leader.socket.off('mark');
      const marks: unknown[] = [];
      leader.socket.on('mark', (mark: unknown) => {
        marks.push(mark);
      });
      leader.send({ type: 'resume', jobs: [] }, open(1));
      const [batches, count] = [800, 2_000];
      const payload = msgpack.encode(Array.from({ length: count }, (_unused, x) => x + 0.25));
      const jobOf = async (): Promise<HubStatus['jobs'][number] | undefined> =>
        (await fetchStatus(url)).jobs.find(({ jobId }) => jobId.startsWith(String(id)));
      // Far more than 4 MiB of answers; the hub gives out what makes some 3 MiB of them.
      for (let seq = 0; seq < batches; seq += 1) {
        leader.send({ type: 'batch', job: 1, batch: { ...batchOf(seq, payload), count } });
      }
      const isHeldBack = async (): Promise<boolean> => {
        const job = await jobOf();
        return job?.leased === 0 && job.queued > 0 && job.queued + job.unacknowledged === batches;
      };
      while (!(await isHeldBack())) await new Promise((resolve) => setTimeout(resolve, 10));
      expect((await jobOf())?.queued).toBeGreaterThan(batches / 3);
      expect(counters()).toMatchObject({ expelled: 0 });
      // It reads: everything comes.
      const answers = (): number => leader.received.filter(({ type }) => type === 'result').length;
      leader.socket.on('mark', (mark: unknown) => leader.socket.emit('passed', mark));
      for (const mark of marks) leader.socket.emit('passed', mark);
      while (answers() < batches) await new Promise((resolve) => setTimeout(resolve, 10));

      leader.socket.off('mark');
      // More jobs than it may open, each of which is answered.
      for (let job = 2; (counters()['expelled'] ?? 0) === 0; job += 500) {
        leader.send(...Array.from({ length: 500 }, (_unused, at) => open(job + at)));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await leader.refused).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringMatching(/maxUnreadBytes/u) as unknown,
      });
      await leader.closed;
    });
  },
);
