/**
 * Bars for terminals, for the option `onProgress`.
 *
 * @module paladin-rx/progress
 */

export { progressBar, type ProgressBarOptions } from './leader/progress-bar.js';
export type { ProgressStream } from './leader/progress-stream.js';
export type { JobProgress } from './leader/job-progress.js';
