/**
 * For tests of users: an operation by itself, virtual time, threads that die.
 *
 * @module paladin-rx/testing
 */

export { inVirtualTime, type VirtualTimeOptions } from '../server/in-process/in-virtual-time.js';
export type { Scheduled, VirtualScheduler } from '../server/in-process/virtual-time.js';
export { dyingAt, type DyingAtOptions } from './testing/dying-at.js';
export { execute, type ExecuteOptions } from './testing/execute.js';
export { testContext, type TestContextOptions } from './testing/test-context.js';
