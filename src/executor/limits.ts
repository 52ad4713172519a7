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

/** A thread is terminated so long after its deadline. The operation may return by then, which is cheaper. */
export const watchdogSlackMs = 25;

/** The watchdog looks no more often than this, so that a tiny timeout does not make it spin. */
export const leastWatchMs = 5;

/**
 * The clock is read at least every so many units. To read it costs as much as a unit that does nothing. So many dear units may
 * exceed the time.
 */
export const maxClockStep = 32;

/**
 * Inline the clock is read at least every so many operations. Then timers have their turn within 10 ms where operations take 1 ms
 * each, also when those before took none.
 */
export const maxInlineStride = 4;

/** How many batches may begin inline in one turn of the event loop. Each that finds the turn spent asks for another one. */
export const maxTurnsAhead = 16;

/** The clock is read at least every so large a part of the budget, while units are cheap. */
export const clockStepsPerBudget = 32;

/**
 * So many units with a timeout a Web Worker tells its page of at the start of each batch. Units that take some time are no more
 * in a batch.
 */
export const mostToldTimes = 64;

/** Of the units after these it tells the page of one in so much time. The page has to read each message, beside all else. */
export const toldStepMs = 2;

/** A Web Worker that has said nothing for so long may never do so. Its script may also still load, over a slow network. */
export const silentWorkerMs = 5_000;

/** How long a Web Worker may take to say more of an error that its page was told of. Its message is on its way. */
export const toldDeathMs = 100;

/** With less memory than this, in megabytes, some versions of Node end the whole process when they start a thread. */
export const leastThreadMemoryMb = 32;

/** More than any machine has. */
export const mostThreadMemoryMb: number = 1024 * 1024;

/** A thread that is not ready by then never will be: loading modules takes seconds at most. */
export const threadStartTimeoutMs = 60_000;

/** How many threads in a row modules may end, before they are ready or later, until the modules count as broken. */
export const maxStartFailures = 5;

/**
 * A thread that lives for so long after it was ready shows that its modules are sound. What they connect to has answered by then.
 */
export const soundAfterMs = 10_000;

/**
 * A death this soon after a thread was ready may be its modules' doing. Later, nobody would want to let a thread rest for as
 * long.
 */
export const maxRestMs = 2_000;

/** A thread rests so many times as long as the dead one lived. What modules do by themselves takes about as long each time. */
export const restFactor = 2;

/** The wait before a replacement is tried again; doubles with each failure. */
export const startBackoffMs = 100;

/** What that wait grows to. */
export const maxStartBackoffMs = 5_000;

/** Less than this, in megabytes, a thread takes when it has only loaded its modules. */
export const leastRenewMb = 16;

/**
 * So many threads for each one that is renewed at a time. Successors load their modules while all others go on, and should take
 * no more of the processor than a few batches do.
 */
export const threadsPerRenewal = 4;

/** How long no thread is renewed after a successor could not be had. Whoever deploys modules is done by then. */
export const renewalPauseMs = 30_000;

/**
 * How long an idle thread may take to end by itself, so that what it has buffered is written. It has little to do, and a program
 * waits for it.
 */
export const exitGraceMs = 200;

/**
 * The most bytes of output of a thread that are on their way to be written. Beyond that, whoever heeds `drain` waits. They are
 * some seconds of a busy log.
 */
export const maxThreadUnwrittenBytes: number = 1024 * 1024;

/** The executor tells a thread in one message that it has written so many bytes. */
export const writtenStepBytes: number = 64 * 1024;

/**
 * With more causes, one behind the other, Node does not hand over the error that ends a thread. With 250 that would take seconds.
 */
export const maxHandedCauses = 64;

/** How long closing waits for threads. A thread that blocks outside of JavaScript ends when it comes back, whenever that is. */
export const closeGraceMs = 1_000;

/** The most triples of samples that a law check tries: some milliseconds for a cheap monoid. */
export const maxLawTriples = 10_000;

/**
 * The most units of a batch that fail together, unexecuted, in one result. The rest is given back. Each takes a hub some 15 µs.
 * Beside an execution that is nothing, but here there was none: a leader may say that a payload of three bytes holds a million
 * units.
 */
export const maxUnexecutedFailures = 128;

/** How deep an output is copied by hand: records of records. The serializer copies deeper ones. */
export const maxCopiedDepth = 8;

/** Up to so many objects of an output are kept in a list. For so few it is quicker than a set. */
export const listedObjects = 16;

/**
 * How many objects of a combine's result are compared with those of other results. They are a few comparisons, beside a call of
 * the operation.
 */
export const searchedParts = 8;

/**
 * How many results of a fold's combines are compared in their parts. A combine that fills a part anew does so from the first.
 * Later results cost nothing.
 */
export const maxCompared = 1_000;

/** How many items of each object are searched for parts. */
export const searchedItems = 16;

/**
 * When a result of a fold is a record with more keys, or holds one, later results are not looked at. Each look at a record lists
 * all of its keys.
 */
export const maxListedKeys = 64;

/** How many threads may wait for jobs of their own, whatever the number of threads. Each takes some 25 MB with its connection. */
export const leastWaitingThreads = 32;

/** How many threads may wait for each thread that executes, if that is more: one for each level of jobs that run others. */
export const waitingPerThread = 4;

/**
 * How long an idle spare thread stays. The next operation that waits will want one. It is much longer than the start of a thread.
 */
export const spareThreadMs = 10_000;

/**
 * The most operations of an inline executor that wait for jobs of their own. A hub lets a worker have as many. Each takes what it
 * has in memory.
 */
export const maxWaitingInline: number = maxWaitingBatches;

/** An event loop that stands still for so long counts as blocked. A heartbeat is due by then, and people notice. */
export const blockedLoopMs = 1_000;

/**
 * After so much computing inline, it is looked at what the other cores did meanwhile. Shorter work is not worth a module of its
 * own.
 */
export const inlineLookMs = 3_000;

/** Which part of the time operations must have computed. What waits besides would gain less by further cores. */
export const inlineBusyShare = 0.8;

/** How many cores must have been idle meanwhile: one, but for some moments. */
export const leastIdleCores = 0.9;

/** How often to look whether timers come in time, while batches wait. */
export const blockedLookMs = 500;

/** How long operations that were told of are not told of again. */
export const blockedTellMs = 60_000;

/** A `create` that takes longer is told of. Most take a moment. A download or a peer should have come by then. */
export const slowCreateMs = 30_000;

/** So many stages of a chain are named in one line. */
export const maxNamedStages = 8;

/** So many operations are named in one line, and so many different lines remembered. */
export const maxBlockedNames = 8;
