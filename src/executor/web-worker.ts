/** What runs in a Web Worker: it executes the batches that its page sends. */
import { encodeError } from '../errors/remote-error.js';
import { stackOf } from '../errors/stack-of.js';
import type { Registry } from '../operation/registry.js';
import { nextTurn } from '../real-time.js';
import { ThreadWork } from './thread-work.js';
import { ToldProgress } from './told-progress.js';
import { transferableOutcome } from './transferable.js';
import { enveloped, toWebWorker, type FromWebWorker } from './web-messages.js';

/** What is needed of the global object of a Web Worker. */
export interface WorkerScope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message' | 'error' | 'unhandledrejection', listener: (event: never) => void): void;
  close(): void;
}

/** What is read of the events. */
interface MessageEvent {
  readonly data: unknown;
}
interface ErrorEvent {
  readonly error?: unknown;
  readonly message?: unknown;
}
interface RejectionEvent {
  readonly reason?: unknown;
  readonly defaultPrevented?: boolean;
}

/** Executes batches of the page with the operations of the registry, from now on. */
export function serveIn(scope: WorkerScope, registry: Registry): void {
  const post = (message: FromWebWorker, transfer: ArrayBuffer[] = []): void => {
    scope.postMessage(enveloped(message), transfer);
  };
  const progress = new ToldProgress(post);
  const work = new ThreadWork(registry, {
    progress,
    post: (message) => {
      if (message.type !== 'ended') return post(message);
      const { outcome, transfer } = transferableOutcome(message.outcome);
      return post({ ...message, outcome }, transfer);
    },
    begin: ({ batch }, { stages }, begin) => {
      progress.beginBatch(batch.attempt, batch.units === 'elements' ? stages : stages.slice(-1));
      return begin();
    },
    again: (call) => call(),
    end: () => undefined,
  });
  scope.addEventListener('message', ({ data }: MessageEvent) => {
    const message = toWebWorker(data);
    if (message !== undefined) work.receive(message);
  });
  tellDeath(scope, post, () => ({ executing: work.batchNumber, offset: progress.offset, stage: progress.stage }));
  work.ready();
}

/**
 * Tells the page of errors that nothing caught, and of the end of this worker. A Web Worker goes on after an error, but what it
 * executes may never end: threads of Node die of it. So the page replaces the worker.
 */
function tellDeath(
  scope: WorkerScope,
  post: (message: FromWebWorker) => void,
  now: () => { readonly executing: number; readonly offset: number; readonly stage: number },
): void {
  const dying = (thrown: unknown, ends: boolean, place = now()): void => {
    post({ type: 'dying', text: stackOf(thrown), error: encodeError(thrown).bytes, ends, ...place });
  };
  // The page gets an event of its own, unless somebody sees to the error.
  scope.addEventListener('error', ({ error, message }: ErrorEvent) => dying(error ?? message, false));
  scope.addEventListener('unhandledrejection', (event: RejectionEvent) => {
    const place = now();
    // Listeners that come after this one may see to it.
    nextTurn(() => {
      if (event.defaultPrevented !== true) dying(event.reason, true, place);
    });
  });
  const close = scope.close.bind(scope);
  // Nobody else tells the page.
  Reflect.set(scope, 'close', () => {
    post({ type: 'exiting', ...now() });
    close();
  });
}
