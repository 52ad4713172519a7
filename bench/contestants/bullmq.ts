import { Queue, QueueEvents } from 'bullmq';
import type { Contestant } from '../measuring/contestant.js';
import { throughput } from '../measuring/throughput.js';
import { Cleanup } from '../processes/cleanup.js';
import { nodeProgram, Program } from '../processes/program.js';
import { Redis } from '../processes/redis.js';
import type { DataKind } from '../work/data-kinds.js';
import { callByCall } from './call-by-call.js';

const queueName = 'no-op';

/** Jobs under way, and jobs that the worker takes on at once: the quickest found; with more neither side gets through more. */
const underWay = 500;
const concurrency = 100;

/** Jobs that are done are kept for a while, since one that is removed before `waitUntilFinished` has looked counts as missing. */
const kept = 5_000;

/** A job per element, added and waited for; the worker is a process of its own, as our workers are. */
export function bullmq(kind: DataKind): Contestant<'perSecond'> {
  return throughput('BullMQ, add and wait', async () => {
    const cleanup = new Cleanup();
    const { port } = cleanup.use(await Redis.start());
    const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
    const args = [queueName, String(port), String(concurrency)];
    cleanup.use(await Program.start(nodeProgram('bench/programs/bullmq-worker.js', args, /^ready/u)));
    const queue = new Queue<{ readonly value: unknown }, { readonly value: unknown }>(queueName, { connection });
    cleanup.defer(() => queue.close());
    const events = new QueueEvents(queueName, { connection });
    cleanup.defer(() => events.close());
    await events.waitUntilReady();
    // One for each that waits.
    events.setMaxListeners(2 * underWay);
    queue.setMaxListeners(2 * underWay);
    return {
      pass: (elements) =>
        callByCall(kind, elements, underWay, async (value) => {
          const job = await queue.add('no-op', { value }, { removeOnComplete: kept });
          return (await job.waitUntilFinished(events)).value;
        }),
      [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
    };
  });
}
