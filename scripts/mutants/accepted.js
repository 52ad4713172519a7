// Mutants that no test finds, and why that is right: most of them do the same as the original.
import { ofCollections } from './accepted/collections.js';
import { ofFolds } from './accepted/fold.js';
import { ofHub } from './accepted/hub.js';
import { ofPlacement } from './accepted/hub-placement.js';
import { ofJobs } from './accepted/job.js';
import { ofSessions } from './accepted/sessions.js';

/**
 * @typedef {{
 *   readonly file: string,
 *   readonly line: string,
 *   readonly mutants: readonly string[],
 *   readonly reason: string,
 * }} Accepted
 * The line where they begin, and how it reads in each of them, both as `npm run mutants` prints them.
 */

/** @type {readonly Accepted[]} */
export const accepted = [...ofCollections, ...ofFolds, ...ofJobs, ...ofSessions, ...ofHub, ...ofPlacement];
