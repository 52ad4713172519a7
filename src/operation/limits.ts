/** Bounds of loading modules, each with its reason. */

/** The most modules that are parsed to find a syntax error: all of a large program, and some seconds. */
export const mostParsedModules = 5_000;

/** How long finding the place of an error may take: the error itself is known, and somebody waits for it. */
export const findPlaceMs = 5_000;
