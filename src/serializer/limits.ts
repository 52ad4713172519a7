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

/**
 * The scratch buffer that msgpackr packs into is given up when a batch made it larger than this, so that it is not kept for good.
 */
export const maxScratchBytes: number = 4 * 2 ** 20;

/** How many steps of a path an error shows before it leaves out the middle. */
export const maxPathSteps = 24;

/**
 * The most UTF-16 units that strings are joined to. V8 makes strings beyond its regular object size (128 KiB) some hundred times
 * slower: 1.5 ms for one of 256 KiB, 0.06 ms for 256 of 1 KiB (measured). A part of a string that is kept would keep the whole
 * string, too.
 */
export const maxJoinedLength = 16_384;

/**
 * How many bytes the binary values of a batch may have in text, unless the text itself is longer: what is equal is written once
 * in text, so that a short one could stand for more memory than there is. Twice the largest payload of a hub that was not told
 * otherwise.
 */
export const maxRepeatedBytes: number = 64 * 2 ** 20;

/**
 * How many class escapes that are dear the different regular expressions of a batch may have in all. Dear are property escapes
 * (`\p{…}`), and in Unicode with the flag `i` the others (`\W`), too. V8 takes up to 0.27 ms to read one (`[^\p{L}]` with `iv`,
 * measured over all escapes and flags), so 70 ms for all. Nesting and set operations add less than 1 ms a kilobyte, and so does
 * everything else.
 */
export const maxPropertyEscapes = 256;

/** How much of a text from a payload an error's message shows: enough to see what it is. */
export const maxShownLength = 200;

/**
 * How many entries a Map or Set may have that msgpackr makes by itself. Larger ones are tagged, and filled where their keys are
 * watched (`crowding.ts`). As many keys that all collide take 3 µs each (measured), those of a larger one as much more as there
 * are more of them.
 */
export const maxBareEntries = 1_024;

/**
 * How many keys of a Map or Set are timed together: so many that reading the clock costs nothing, and so few that a slow lot ends
 * soon.
 */
export const timedKeys = 1_024;

/**
 * How many microseconds it may take to look for a key in a Map or Set. It takes 0.3 where the table has two million keys and no
 * part of it is in a cache (measured). It takes 4 where some 1,000 bigints, or 2,000 numbers, collide with the key that is looked
 * for.
 */
export const maxLookupUs = 4;

/**
 * How often keys are looked for before it is the keys that are slow, and not the machine, which pauses now and then, but not each
 * time.
 */
export const lookupRuns = 5;

/** How many keys of an object an error's message shows. */
export const maxShownKeys = 5;

/**
 * How much memory a payload may become, beside a multiple of its own size: an empty container takes one byte in it and 40 to 200
 * in memory (measured). A million empty lists, or two million small objects, find room.
 */
export const mostMadeBytes: number = 128 * 2 ** 20;

/** How many bytes in memory each byte of a payload may become in addition: as much as small numbers take in a list. */
export const madeBytesPerByte = 8;

/** No payload up to this size can become more than `mostMadeBytes`: no byte of it becomes more than 255. */
export const surelyFittingBytes: number = 512 * 2 ** 10;

/**
 * What values take in memory, at the most, in bytes; those that `moreTypes` adds to msgpack have buffers or tables of their own.
 */
export const madeBytes = {
  item: 8,
  text: 24,
  list: 48,
  object: 64,
  table: 200,
  bytes: 120,
  extension: 200,
  shape: 1_000,
} as const;

/** Likewise for text, which is parsed to nodes, of which the values are made. */
export const madeTextBytes = { item: 8, text: 40, list: 160, object: 200 } as const;

/**
 * How many microseconds it may take to make the values of a text: for so long nothing else happens in the process that reads it.
 */
export const mostTextUs = 1_000_000;

/**
 * How many microseconds values take in text: both the node and the value that is made of it. Measured, 500,000 in a list: numbers
 * 0.8 each, equal strings 0.7, different ones 1.8, empty lists 3.3 and objects of one key 3.6, references to them included.
 */
export const madeTextUs = { item: 0.8, text: 0.3, list: 1.5, object: 2 } as const;

/**
 * How many characters the different regular expressions of a batch may have: the cheap ones take up to 1 ms a kilobyte
 * (measured).
 */
export const maxRegExpLength: number = 2 ** 20;

/**
 * What a property of strings (`\p{RGI_Emoji}`) counts beside other escapes. It is a set of thousands of strings, and takes 1.3
 * ms, or up to 7 ms when seven others are read with it (measured).
 */
export const stringPropertyWeight = 32;

/**
 * Likewise with the flag `i`, for which each of the strings is folded: it takes 15 to 20 ms (measured), so a batch may have two.
 */
export const stringPropertyCaseWeight = 128;

/** What a range that ends beyond ASCII counts with `iv`: `[b-\uffff]` takes 0.05 ms (measured), `[a-z]` a hundredth of that. */
export const rangeWeight = 0.25;
