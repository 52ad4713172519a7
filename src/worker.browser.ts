export { startWorker, type WorkerOptions } from './worker/start-worker.browser.js';
export type { Token } from './link/check-token.js';
export type { Offers } from './protocol/messages.js';
export type { Worker, WorkerConnection } from './worker/worker.js';
export type { InlineOptions } from './worker/start-inline-worker.js';
export type { WebWorker } from './executor/web-thread.js';
export { serveOperations } from './worker/serve-operations.js';
