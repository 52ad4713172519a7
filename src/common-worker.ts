/** What `paladin-rx/worker` exports in Node and in browsers alike. */
export type { WebWorker } from './executor/web-thread.js';
export type { Token } from './link/check-token.js';
export type { Offers } from './protocol/messages.js';
export { serveOperations } from './worker/serve-operations.js';
export type { ThreadOptions } from './worker/start-bounds.js';
export type { InlineOptions } from './worker/start-inline-worker.js';
export type { ThreadWorkerOptions } from './worker/start-thread-worker.js';
export type { WebWorkerOptions } from './worker/thread-source.js';
export type { BatchHere, WorkerActivity } from './worker/worker-activity.js';
export type { WorkerEvent } from './worker/worker-event.js';
export type { Worker, WorkerConnection } from './worker/worker.js';
