/** The bounds of the serializers, each with its reason. */

/**
 * How many levels a value may be nested. msgpackr packs and unpacks recursively and overflows Node's default stack of 984 KiB
 * between 1,000 and 2,000 levels; half of that leaves room for the caller's own frames.
 */
export const maxDepth = 500;

/**
 * Up to how many items an array is searched for properties other than its items: the search costs as much as packing the array.
 * Match arrays of regular expressions, the ones met in practice, are short.
 */
export const maxSearchedItems = 64;

/**
 * From how many keys on an object is taken for a dictionary, whose keys no other object shares, so that its keys are written
 * with it. As a record it would cost twice as much to pack, and a compiled reader at the other end.
 */
export const maxRecordKeys = 64;

/**
 * How many different keys a batch of records may have before its keys are written with each object: msgpackr has 64 record ids,
 * and defines records anew beyond that.
 */
export const maxBatchKeys = 256;

/** The scratch buffer that msgpackr packs into is given up when a batch made it larger than this, so that it is not kept for good. */
export const maxScratchBytes: number = 4 * 2 ** 20;

/** How many steps of a path an error shows before it leaves out the middle. */
export const maxPathSteps = 24;

/**
 * The most UTF-16 units that strings are joined to: V8 makes strings beyond its regular object size (128 KiB) some hundred times slower
 * (1.5 ms for 256 KiB, measured, where 256 of 1 KiB take 0.06 ms), and one that is kept would keep all that it was cut off.
 */
export const maxJoinedLength = 16_384;

/**
 * How many bytes the binary values of a batch may have in text, unless the text itself is longer: what is equal is written once in text, so
 * that a short one could stand for more memory than there is. Twice the largest payload of a hub that was not told otherwise.
 */
export const maxRepeatedBytes: number = 64 * 2 ** 20;

/**
 * How many property escapes (`\p{…}`) the different regular expressions of a batch may have in all: V8 takes up to 5 ms to read one of
 * them (`\p{RGI_Emoji}`, measured), where everything else in an expression takes less than 3 ms a kilobyte.
 */
export const maxPropertyEscapes = 256;

/** How much of a text from a payload an error's message shows: enough to see what it is. */
export const maxShownLength = 200;

/**
 * How many entries a Map or Set may have that msgpackr makes by itself. Larger ones are tagged, and filled where their keys are watched
 * (`crowding.ts`). As many keys that all collide take 3 µs each (measured), those of a larger one as much more as there are more of them.
 */
export const maxBareEntries = 1_024;

/** How many keys of a Map or Set are timed together: so many that reading the clock costs nothing, and so few that a slow lot ends soon. */
export const timedKeys = 1_024;

/**
 * How many microseconds it may take to look for a key in a Map or Set. It takes 0.3 where the table has two million keys and no part of
 * it is in a cache (measured), and 4 where some 1,000 (bigints) to 2,000 (numbers) keys collide with the one that is looked for.
 */
export const maxLookupUs = 4;

/** How often keys are looked for before it is the keys that are slow, and not the machine, which pauses now and then, but not each time. */
export const lookupRuns = 5;

/** How many keys of an object an error's message shows. */
export const maxShownKeys = 5;
