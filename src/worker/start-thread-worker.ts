import type { PaladinError } from '../errors/paladin-error.js';
import type { ThreadPoolOptions } from '../executor/thread-executor-options.js';
import { guarded } from '../guarded.js';
import { checkMayStartThreads } from '../executor/starting-threads.js';
import type { ThreadExecutor } from '../executor/thread-pool.js';
import { checkThreads } from './start-bounds.js';
import { connectWorker, type EndOfWorker, type PayloadLimit, type Worker, type WorkerConnection } from './worker.js';

/** Options of workers that execute in threads of any kind. */
export interface ThreadWorkerOptions {
  /**
   * How many threads or Web Workers execute the operations: a whole number from 1 to 1,024. Default: as many as there are cores.
   */
  readonly threads?: number | undefined;
  /**
   * Called when a thread dies or has to be terminated, with the reason. The thread is replaced. Default: a warning of the
   * process; in browsers on the console. Of warnings that differ in numbers alone there are ten a minute at most, and one that
   * says how many were left out.
   */
  readonly onThreadDeath?: ((reason: string) => void) | undefined;
  /**
   * Called when no thread is left and none can be had, because modules end each thread that loads them. The worker has left the
   * hub then. Threads are tried five times, with growing waits. Default: nobody is told.
   */
  readonly onBroken?: ((error: PaladinError) => void) | undefined;
}

/** Starts a worker that executes in threads. @param start starts them */
export async function startThreadWorker(
  options: WorkerConnection &
    EndOfWorker &
    ThreadWorkerOptions & { readonly onSlowCreate?: ((reason: string) => void) | undefined },
  start: (pool: Omit<ThreadPoolOptions, 'threads'>) => Promise<ThreadExecutor>,
): Promise<Worker> {
  checkThreads('startWorker', options.threads);
  checkMayStartThreads('startWorker');
  const limit: PayloadLimit = { maxPayloadBytes: Infinity };
  const breakages: PaladinError[] = [];
  /** At first there is no hub to leave. */
  let leave = (_: string): Promise<void> => Promise.resolve();
  const executor = await start({
    maxPayloadBytes: () => limit.maxPayloadBytes,
    ...(options.onThreadDeath && { onThreadDeath: options.onThreadDeath }),
    ...(options.onSlowCreate && { onSlowCreate: options.onSlowCreate }),
    ...(options.onEvent && { onThreadRenewed: (reason: string) => options.onEvent?.({ type: 'threadRenewed', reason }) }),
    onBroken: (error) => {
      breakages.push(error);
      // If it stayed, it would take batches only to give them back.
      void leave(error.message).then(() => guarded(() => options.onBroken?.(error)));
    },
  });
  const { worker, leaveBroken } = await connectWorker(options, { executor, ...executor.offers }, limit);
  leave = leaveBroken;
  for (const { message } of breakages) void leave(message);
  return worker;
}
