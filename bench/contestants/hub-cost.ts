import type { Contestant } from '../measuring/contestant.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster } from '../processes/cluster.js';
import { nodeProgram, Program } from '../processes/program.js';
import { exchange, Relay } from './relay.js';

/** What is measured of a hub: its processor time for each batch, and how many descriptions of jobs it had to send for each. */
export type HubMetric = 'usPerBatch' | 'introductionsPerBatch';

/** Batches in a run: enough for a quarter of a second of the hub's time, or more. */
const batches = 5_000;

/**
 * The hub of ourselves, a process, with so many simulated workers and a leader with so many jobs. All are started anew for each
 * run.
 */
export function hubCost(workers: number, jobs: number): Contestant<HubMetric> {
  return {
    name: `${workers} ${workers === 1 ? 'worker' : 'workers'}, ${jobs} ${jobs === 1 ? 'job' : 'jobs'}`,
    start: () =>
      Promise.resolve({
        run: async () => {
          await using cleanup = new Cleanup();
          const { hub, url } = cleanup.use(await Cluster.start({ workers: [], observed: true }));
          const swarm = cleanup.use(
            await Program.start(nodeProgram('bench/programs/swarm.js', [url, String(workers)], /^ready/u)),
          );
          const leader = cleanup.use(
            await Program.start(nodeProgram('bench/programs/jobs-leader.js', [url, String(jobs)], /^ready/u)),
          );
          const pass = (): Promise<unknown> => leader.ask(String(batches));
          // Code gets warm, and workers get to know jobs.
          await pass();
          const before = { cpuMs: Number(await hub.ask('cpuMs')), introductions: Number(await swarm.ask('introductions')) };
          await pass();
          const cpuMs = Number(await hub.ask('cpuMs')) - before.cpuMs;
          const introductions = Number(await swarm.ask('introductions')) - before.introductions;
          return { usPerBatch: (1_000 * cpuMs) / batches, introductionsPerBatch: introductions / batches };
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}

/** The hub of the bare relay, with so many workers in turn: what sockets alone cost. */
export function relayHubCost(workers: number): Contestant<HubMetric> {
  return {
    name: `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    start: () =>
      Promise.resolve({
        run: async () => {
          await using relay = await Relay.start(workers);
          const payload = Buffer.alloc(16);
          const pass = async (): Promise<void> => {
            let sent = 0;
            let received = 0;
            const send = (): void => {
              if (sent < batches) relay.socket.emit('element', payload);
              sent += 1;
            };
            // As many under way as our own leader has.
            await exchange(relay.socket, 3 * workers + 1, send, () => {
              received += 1;
              return received === batches;
            });
          };
          await pass();
          const before = Number(await relay.hub.ask('cpuMs'));
          await pass();
          const cpuMs = Number(await relay.hub.ask('cpuMs')) - before;
          return { usPerBatch: (1_000 * cpuMs) / batches, introductionsPerBatch: 0 };
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
