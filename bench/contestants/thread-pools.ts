import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { Tinypool } from 'tinypool';
import type { Contestant } from '../measuring/contestant.js';
import { throughput } from '../measuring/throughput.js';
import type { DataKind } from '../work/data-kinds.js';
import { callByCall } from './call-by-call.js';

const filename = new URL('../programs/pool-no-op.js', import.meta.url).href;

/** A thread for each core, as both pools advise for work that computes, and none of them started anew. */
const threads = availableParallelism();
const ofThreads = { filename, name: 'noOp', minThreads: threads, maxThreads: threads };

/** Calls under way: enough that no thread waits for the next; more make neither pool quicker. */
const underWay = 1_000;

/**
 * Calls that a thread is given at once. The default of both pools is 1, and right for work that computes: a call handed over
 * early cannot go to another thread. For calls as cheap as these more hide the way between the threads; beyond 32 nothing is
 * gained.
 */
const callsPerThread = { asTheyCome: 1, many: 32 };

/** How many calls a thread is given at once. */
export type Sharing = keyof typeof callsPerThread;

const shared = (sharing: Sharing): string => (sharing === 'many' ? `${callsPerThread.many} to a thread at once` : 'as it comes');

export function piscina(kind: DataKind, sharing: Sharing): Contestant<'perSecond'> {
  return throughput(`Piscina, a call per element, ${shared(sharing)}`, async () => {
    const pool = new Piscina({ ...ofThreads, concurrentTasksPerWorker: callsPerThread[sharing] });
    return {
      pass: (elements) => callByCall(kind, elements, underWay, (element) => pool.run(element)),
      [Symbol.asyncDispose]: () => pool.destroy(),
    };
  });
}

export function tinypool(kind: DataKind, sharing: Sharing): Contestant<'perSecond'> {
  return throughput(`Tinypool, a call per element, ${shared(sharing)}`, async () => {
    const pool = new Tinypool({ ...ofThreads, concurrentTasksPerWorker: callsPerThread[sharing] });
    return {
      pass: (elements) => callByCall(kind, elements, underWay, (element) => pool.run(element)),
      [Symbol.asyncDispose]: () => pool.destroy(),
    };
  });
}
