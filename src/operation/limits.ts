/** Bounds of loading modules, each with its reason. */

/** The most modules that are parsed to find a syntax error: all of a large program, and some seconds. */
export const mostParsedModules = 5_000;

/** How long finding the place of an error may take: the error itself is known, and somebody waits for it. */
export const findPlaceMs = 5_000;

/**
 * So many names that jobs have used are remembered, the latest: enough to notice two operations of one name, and less than a
 * megabyte.
 */
export const maxRememberedNames = 1_024;

/** So many lines of a stack are looked at for the place of an error: Node keeps ten frames, unless it is told otherwise. */
export const mostFrames = 200;

/**
 * So long after a rejection that nothing handles the import that it belongs to has failed, too; a program that means it ends as
 * much later.
 */
export const ownRejectionMs = 200;
