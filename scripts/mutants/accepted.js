// Mutants that no test finds, and why that is right: most of them do the same as the original.

/**
 * @typedef {{ readonly file: string, readonly line: string, readonly mutants: readonly string[], readonly reason: string }} Accepted
 * The line where they begin, and how it reads in each of them, both as `npm run mutants` prints them.
 */

/** @type {readonly Accepted[]} */
export const accepted = [];
