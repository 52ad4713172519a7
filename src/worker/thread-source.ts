import type { HostUrl } from '../host-types.js';
import { describe } from '../errors/describe.js';
import { PaladinError } from '../errors/paladin-error.js';
import type { WebWorker } from '../executor/web-thread.js';

/** Options of workers that execute in Web Workers. */
export interface WebWorkerOptions {
  /**
   * Makes a Web Worker, a new one at each call: `() => new Worker(new URL('./operations.worker.js', import.meta.url), { type:
   * 'module' })`. Its script calls `serveOperations`. It is called once for each thread, and again when one is replaced. What is
   * executed does not hold up the page then. Takes the place of `modules` and `operations`. Default: none.
   */
  readonly worker?: (() => WebWorker) | undefined;
}

/** What threads are made of: threads of Node load modules, Web Workers serve operations. */
export type ThreadSource =
  | { readonly type: 'modules'; readonly modules: readonly (string | HostUrl)[] }
  | { readonly type: 'worker'; readonly worker: () => WebWorker };

/** Why operations are no values beside Web Workers. */
export const noValues =
  'expected worker alone: operations given as values cannot be sent to Web Workers; their script calls serveOperations';

/** @throws {@link PaladinError} `INVALID_INPUT` when it is no function */
export function checkWebWorker(where: string, worker: unknown): void {
  if (worker === undefined || typeof worker === 'function') return;
  const expected = 'expected worker to be a function that makes a Web Worker, such as () => new Worker(url)';
  throw new PaladinError('INVALID_INPUT', `${where}: ${expected}, got ${describe(worker)}`);
}
