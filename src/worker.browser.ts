export { startWorker, type WorkerOptions } from './worker/start-worker.browser.js';
export * from './common-worker.js';
