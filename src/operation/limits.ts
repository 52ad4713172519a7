/** Bounds of loading modules, each with its reason. */

/** The most modules that are parsed to find a syntax error. They are all modules of a large program, and take some seconds. */
export const mostParsedModules = 5_000;

/** How long it may take to find the place of an error. The error itself is known, and somebody waits for it. */
export const findPlaceMs = 5_000;

/**
 * How many of the latest names that jobs have used are remembered. They are enough to notice two operations of one name, and take
 * less than a megabyte.
 */
export const maxRememberedNames = 1_024;

/** How many lines of a stack are searched for the place of an error. Node keeps ten frames by default. */
export const mostFrames = 200;

/**
 * How long an import may fail after a rejection that belongs to it. A program with a rejection that nothing handles ends so much
 * later.
 */
export const ownRejectionMs = 200;
