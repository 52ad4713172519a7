import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Tracer } from '@opentelemetry/api';
import { defineOperation, inMemory, remoteMap, type Runtime } from 'paladin-rx';
import { traceWith } from 'paladin-rx/otel';
import { lastValueFrom, range } from 'rxjs';
import { JobListeners } from '../../src/leader/job-listeners.js';
import type { Contestant } from '../measuring/contestant.js';

/** Processor time. */
export type ListenMetric = 'usPerBatch';

const batches = 10_000;
const noOp = defineOperation({ name: 'no-op', execute: (n: number) => n });

/**
 * Batches of one element in memory, inline.
 *
 * @param listen begins to listen, and returns what ends it
 */
function listened(name: string, listen: (runtime: Runtime) => () => void): Contestant<ListenMetric> {
  return {
    name,
    start: () => {
      const runtime = inMemory({ workers: 1 });
      return Promise.resolve({
        run: async () => {
          const end = listen(runtime);
          const start = process.cpuUsage();
          await lastValueFrom(range(0, batches).pipe(remoteMap(noOp, runtime, { batch: 1 })));
          const { user, system } = process.cpuUsage(start);
          end();
          return { usPerBatch: (user + system) / batches };
        },
        [Symbol.asyncDispose]: () => runtime.close(),
      });
    },
  };
}

export const nobodyListens: Contestant<ListenMetric> = listened('nobody listens', () => () => undefined);
export const nobodyOnceMore: Contestant<ListenMetric> = listened('nobody, once more', () => () => undefined);

export const channelListens: Contestant<ListenMetric> = listened('a channel of diagnostics', () => {
  const ignore = (): void => undefined;
  subscribe('paladin-rx:batch', ignore);
  return () => unsubscribe('paladin-rx:batch', ignore);
});

/** @param tracer makes spans that go nowhere */
export function traced(tracer: Tracer, batchSpans: 'linked' | 'child' | 'none'): Contestant<ListenMetric> {
  return listened(`traces, batches: '${batchSpans}'`, (runtime) => traceWith(runtime, tracer, { batches: batchSpans }));
}

/** What a job pays to ask whether anybody listens, when nobody does. Processor time of one question. */
export const asking: Contestant<ListenMetric> = {
  name: 'the question of a job, by itself',
  start: () => {
    const listeners = new JobListeners();
    const job = { jobId: 'l:1', name: 'no-op', operations: ['no-op'] };
    return Promise.resolve({
      run: () => {
        const times = 1_000_000;
        const start = process.cpuUsage();
        for (let at = 0; at < times; at += 1) if (listeners.opened(job) !== undefined) throw new Error('somebody listens');
        const { user, system } = process.cpuUsage(start);
        return Promise.resolve({ usPerBatch: (user + system) / times });
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
};
