/**
 * Workers: to start one, from a program or a page.
 *
 * @module paladin-rx/worker
 */

export { startWorker, type WorkerOptions } from './worker/start-worker.js';
export type { HealthOptions } from './worker/health-options.js';
export type { RenewalOptions } from './worker/renewal-options.js';
export * from './common-worker.js';
