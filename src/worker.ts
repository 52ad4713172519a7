export { startWorker, type WorkerOptions } from './worker/start-worker.js';
export type { Worker } from './worker/worker.js';
