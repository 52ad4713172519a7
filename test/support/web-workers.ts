import { once } from 'node:events';
import { Worker as NodeWorker } from 'node:worker_threads';

type Listener = (event: never) => void;

/**
 * A Web Worker for tests in Node: a thread whose global object has what that of a Web Worker has. The scope is made by
 * `fixtures/web-worker-scope.mjs`, which loads the script.
 */
export class WebWorkerInNode {
  readonly #worker: NodeWorker;
  readonly #listeners = new Map<string, Set<Listener>>();
  /** What the page's side was told by messages that are not this package's. */
  readonly others: unknown[] = [];
  /** Resolves when the thread has ended. */
  readonly ended: Promise<unknown>;

  /** @param script the URL of a module */
  constructor(script: URL) {
    this.#worker = new NodeWorker(new URL('../fixtures/web-worker-scope.mjs', import.meta.url), {
      workerData: script.href,
      stderr: true,
    });
    this.#worker.unref();
    this.ended = once(this.#worker, 'exit');
    this.#worker.on('message', (data: unknown) => {
      if (typeof data === 'object' && data !== null && 'scopeError' in data) this.#emit('error', data.scopeError);
      else {
        if (typeof data !== 'object' || data === null || !('paladin-rx' in data)) this.others.push(data);
        this.#emit('message', { data });
      }
    });
  }

  postMessage(message: unknown, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  terminate(): void {
    void this.#worker.terminate();
  }

  addEventListener(type: string, listener: Listener): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  #emit(type: string, event: unknown): void {
    // The listeners of a test take what its events are.
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}
