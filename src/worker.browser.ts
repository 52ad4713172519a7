export { startWorker, type WorkerOptions } from './worker/start-worker.browser.js';
export type { Worker } from './worker/worker.js';
