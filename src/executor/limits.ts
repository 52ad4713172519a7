import { maxWaitingBatches } from '../limits.js';

/** Every bound and default of the executors, each with its reason. */

/**
 * How long an operation may take to settle once its signal is aborted: enough for a socket to close, too short to hold a slot.
 */
export const operationGraceMs = 250;

/** After this a thread that is still busy with a forgotten job is terminated: a synchronous element usually ends by then. */
export const forgetGraceMs = 1_000;

/** How long an idle thread may keep what it has set up for a job that is over: not worth waking it for at once. */
export const forgetDelayMs = 50;

/** Past its deadline by this much, a thread is terminated: room for the operation's own late return, which is cheaper. */
export const watchdogSlackMs = 25;

/** The watchdog looks no more often than this, so that a tiny timeout does not make it spin. */
export const leastWatchMs = 5;

/**
 * The clock is read at least every so many units: a read costs as much as a no-op unit, and this many dear units may overshoot.
 */
export const maxClockStep = 32;

/** The clock is read at least every so large a part of the budget, while units are cheap. */
export const clockStepsPerBudget = 32;

/** With less memory than this, in megabytes, some versions of Node end the whole process as they start a thread. */
export const leastThreadMemoryMb = 32;

/** More than any machine has. */
export const mostThreadMemoryMb: number = 1024 * 1024;

/** A thread that is not ready by then never will be: loading modules takes seconds at most. */
export const threadStartTimeoutMs = 60_000;

/** So many threads in a row that modules end, before they are ready or later, mean that the modules are broken. */
export const maxStartFailures = 5;

/**
 * A thread that lives for so long after it was ready shows that its modules are sound: what they connect to has answered by then.
 */
export const soundAfterMs = 10_000;

/**
 * A death this soon after a thread was ready may be its modules' doing. Later, nobody would want to let a thread rest for as
 * long.
 */
export const maxRestMs = 2_000;

/** So many times as long as the dead one lived a thread rests: what modules do by themselves takes about as long each time. */
export const restFactor = 2;

/** The wait before a replacement is tried again; doubles with each failure. */
export const startBackoffMs = 100;

/** What that wait grows to. */
export const maxStartBackoffMs = 5_000;

/**
 * How long an idle thread may take to end by itself, so that what it has buffered is written: little to do, and a program waits
 * for it.
 */
export const exitGraceMs = 200;

/**
 * The most bytes of output that a thread has on their way to be written; whoever waits for `drain` then waits. Some seconds of a
 * busy log.
 */
export const maxThreadUnwrittenBytes: number = 1024 * 1024;

/** The executor tells a thread of so many bytes that it has written, in one message. */
export const writtenStepBytes: number = 64 * 1024;

/**
 * With more causes, one behind the other, Node is not left to hand over the error that ends a thread: with 250 that takes
 * seconds.
 */
export const maxHandedCauses = 64;

/** How long closing waits for threads: one that blocks outside of JavaScript ends when it comes back, whenever that is. */
export const closeGraceMs = 1_000;

/** The most triples of samples that a law check tries: some milliseconds for a cheap monoid. */
export const maxLawTriples = 10_000;

/**
 * The most units of a batch that fail together, unexecuted, in one result; the rest is given back. Each takes a hub some 15 µs,
 * which is nothing beside its execution, but there was none: a payload of three bytes may be said to hold a million units.
 */
export const maxUnexecutedFailures = 128;

/** How deep an output is copied by hand: records of records. Deeper ones the serializer copies. */
export const maxCopiedDepth = 8;

/** Up to so many objects of an output are looked for in a list, which is quicker than a set. */
export const listedObjects = 16;

/**
 * So many objects of a combine's result are looked at for what it has in common with others: a few comparisons, beside a call of
 * the operation.
 */
export const searchedParts = 8;

/**
 * So many results of a fold's combines are compared in all their parts: who fills a part anew does so from the first. Then it
 * costs nothing.
 */
export const maxCompared = 1_000;

/** So many items of each of them, in which those are sought. */
export const searchedItems = 16;

/**
 * A fold's results are looked at no more once one has more keys, or holds a record that has: each look at one lists all of its
 * keys.
 */
export const maxListedKeys = 64;

/** So many threads may wait for jobs of their own, whatever the number of threads: each takes some 25 MB with its connection. */
export const leastWaitingThreads = 32;

/** Beyond that, so many for each thread that executes: one for each level of jobs that run others. */
export const waitingPerThread = 4;

/**
 * How long an idle thread beyond the number of threads stays, as the next operation that waits will want one: much longer than to
 * start one.
 */
export const spareThreadMs = 10_000;

/**
 * The most operations of an inline executor that wait for jobs of their own: as many as a hub lets a worker have. Each takes what
 * it has in memory.
 */
export const maxWaitingInline: number = maxWaitingBatches;

/** An event loop that stands still for so long is said to be blocked: a heartbeat is due by then, and people notice. */
export const blockedLoopMs = 1_000;

/** How often it is looked whether timers come in time, while batches wait. */
export const blockedLookMs = 500;

/** How long nothing more is said of operations of which it was said that they block. */
export const blockedTellMs = 60_000;

/**
 * A `create` that takes longer is told of: most take a moment, and what waits for a download or a peer should have come by then.
 */
export const slowCreateMs = 30_000;

/** So many stages of a chain are named in one line. */
export const maxNamedStages = 8;

/** So many operations are named in one line, and so many different lines remembered. */
export const maxBlockedNames = 8;
