/** The bounds of the serializers, each with its reason. */

/**
 * How many levels a value may be nested. msgpackr packs and unpacks recursively. It overflows Node's default stack of 984 KiB
 * between 1,000 and 2,000 levels. Half of that leaves room for the caller's own frames.
 */
export const maxDepth = 500;

/**
 * Arrays of at most so many items are searched for properties other than their items. The search costs as much as packing the
 * array. In practice these are the matches of regular expressions, which are short.
 */
export const maxSearchedItems = 64;

/**
 * An object with more keys is taken for a dictionary, whose keys no other object shares. Its keys are written with it. As a
 * record it would cost twice as much to pack, and a compiled reader at the other end.
 */
export const maxRecordKeys = 64;

/**
 * How many different keys a batch of records may have before the keys are written with each object. msgpackr has 64 record ids,
 * and defines records anew beyond that.
 */
export const maxBatchKeys = 256;

/**
 * msgpackr packs into a scratch buffer. When a batch made it larger than this, it is given up, so that it is not kept for good.
 */
export const maxScratchBytes: number = 4 * 2 ** 20;

/** How many steps of a path an error shows before it leaves out the middle. */
export const maxPathSteps = 24;

/**
 * The most UTF-16 units that strings are joined to. V8 makes strings beyond its regular object size (128 KiB) some hundred times
 * slower. One of 256 KiB takes 1.5 ms, and 256 of 1 KiB take 0.06 ms (measured). A part that is kept would keep the whole string,
 * too.
 */
export const maxJoinedLength = 16_384;

/**
 * How many bytes the binary values of a batch may have in text, unless the text itself is longer. Equal values are written once
 * in text. So a short text could stand for more memory than there is. This is twice the default of the largest payload.
 */
export const maxRepeatedBytes: number = 64 * 2 ** 20;

/**
 * How many dear class escapes the different regular expressions of a batch may have in all. Property escapes (`\p{…}`) are dear.
 * In Unicode with the flag `i` the others (`\W`) are dear, too. V8 takes up to 0.27 ms to read one: `[^\p{L}]` with `iv`,
 * measured over all escapes and flags. So it takes 70 ms for all. Nesting, set operations and everything else add less than 1 ms
 * a kilobyte.
 */
export const maxPropertyEscapes = 256;

/** How much of a text from a payload an error's message shows: enough to see what it is. */
export const maxShownLength = 200;

/**
 * How many entries a Map or Set may have that msgpackr makes by itself. Larger ones are tagged, and their keys are watched as
 * they are filled (`crowding.ts`). When so many keys all collide, each takes 3 µs (measured). In a larger table each takes
 * longer, in proportion to their number.
 */
export const maxBareEntries = 1_024;

/**
 * How many keys of a Map or Set are timed together. There are so many that reading the clock costs nothing, and so few that slow
 * ones are found soon.
 */
export const timedKeys = 1_024;

/**
 * How many microseconds it may take to look for a key in a Map or Set. It takes 0.3 µs in a table of two million keys of which no
 * part is in a cache (measured). It takes 4 µs when some 1,000 bigints, or 2,000 numbers, collide with the key.
 */
export const maxLookupUs = 4;

/** How often keys are looked for before they count as slow. The machine may pause now and then, but not each time. */
export const lookupRuns = 5;

/** How many keys of an object an error's message shows. */
export const maxShownKeys = 5;

/**
 * How much memory the values of a payload may take, beside a multiple of its size. An empty container takes one byte in a
 * payload, and 40 to 200 in memory (measured). A million empty lists, or two million small objects, find room.
 */
export const mostMadeBytes: number = 128 * 2 ** 20;

/** How many bytes in memory each byte of a payload may become in addition: as much as small numbers take in a list. */
export const madeBytesPerByte = 8;

/** No payload up to this size can become more than `mostMadeBytes`: no byte of it becomes more than 255. */
export const surelyFittingBytes: number = 512 * 2 ** 10;

/** The most bytes that values take in memory. The kinds that `moreTypes` adds to msgpack have buffers or tables of their own. */
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

/** The same for text. It is parsed to nodes, and the values are made of these. */
export const madeTextBytes = { item: 8, text: 40, list: 160, object: 200 } as const;

/**
 * How many microseconds it may take to make the values of a text. Nothing else happens meanwhile in the process that reads it.
 */
export const mostTextUs = 1_000_000;

/**
 * How many microseconds values take in text: the node, and the value that is made of it. This was measured with 500,000 of them
 * in a list, references to them included. Numbers took 0.8 each, equal strings 0.7, different ones 1.8, empty lists 3.3, and
 * objects of one key 3.6.
 */
export const madeTextUs = { item: 0.8, text: 0.3, list: 1.5, object: 2 } as const;

/**
 * How many characters the different regular expressions of a batch may have. The cheap ones take up to 1 ms a kilobyte
 * (measured).
 */
export const maxRegExpLength: number = 2 ** 20;

/**
 * How many other escapes a property of strings counts as (`\p{RGI_Emoji}`). It is a set of thousands of strings. It takes 1.3 ms,
 * or up to 7 ms when seven others are read with it (measured).
 */
export const stringPropertyWeight = 32;

/**
 * The same with the flag `i`, for which each of the strings is folded. It takes 15 to 20 ms (measured), so a batch may have two.
 */
export const stringPropertyCaseWeight = 128;

/** What a range that ends beyond ASCII counts with `iv`: `[b-\uffff]` takes 0.05 ms (measured), `[a-z]` a hundredth of that. */
export const rangeWeight = 0.25;
