/** Every bound and default of leader, hub and worker, each with its reason. Executors have theirs in `executor/limits.ts`. */

/** The longest time that a timer can wait: 24.8 days. Node and browsers take a longer one for 1 ms. */
export const longestTimerMs: number = 2 ** 31 - 1;

/** Work per batch that hides the cost of a trip (well under 1 ms) and is short enough to share slots fairly. */
export const targetBatchMs: number = 20;

/**
 * Work per batch of a job that has gone on for long. Where all cores compute, a trip takes 2 ms of them (measured): a tenth of a
 * batch of 20 ms. Nobody waits for the first results any more by then.
 */
export const longTargetBatchMs: number = 80;

/** In a job that has gone on for long, a batch may take this part of what each slot has executed so far. */
export const longTargetShare: number = 0.1;

/** It is not worth cutting a batch finer than this: the trip would cost more than the work. */
export const leastBatchMs: number = 1;

/**
 * A worker gives back the rest of an automatic batch after so many times the work that is aimed at. Only a misjudged batch takes
 * so long.
 */
export const batchBudgetFactor: number = 5;

/** The most bytes that an automatic batch aims at, so that heartbeats are never stuck behind data. */
export const targetBatchBytes: number = 256 * 1024;

/**
 * The most elements of an automatic batch. With half as many, a tenth fewer small numbers pass in a second (measured). With more,
 * a window would hold too few batches.
 */
export const maxBatchElements: number = 8_192;

/** How much larger than the largest batch that came back a new one may be, so that a wrong first guess costs little. */
export const batchGrowth: number = 8;

/** Elements taken in but not yet emitted: room for the batches of many slots behind one slow element. */
export const defaultWindow: number = 65_536;

/**
 * How long a pull may go on in one turn of the event loop. Then a timer of 5 ms is late by less than half of its time. A turn
 * costs some microseconds, a thousandth of this.
 */
export const maxTurnMs: number = 2;

/**
 * The most elements that are pulled in one turn where nobody says how many are wanted. An operator in between may keep them all,
 * and gets slower with each. A turn costs a tenth of the time of so many elements.
 */
export const maxUnaskedPerTurn: number = 1_024;

/**
 * The most steps of a pull between two looks at the clock. A look costs as much as a cheap step. So many dear steps exceed the
 * time only a little.
 */
export const maxTurnSteps: number = 32;

/** People see what goes on at present in the last ten seconds: less jumps to and fro, more is the past. */
export const paceMs: number = 10_000;

/**
 * A job says of no longer time that it remains: nobody waits for ten years, and so long ahead the past tells nothing. The number
 * is far below what a hub takes.
 */
export const mostRemainingMs: number = 10 * 365 * 24 * 3_600_000;

/** For how long it counts where a batch was: it is asked again before. Then the batch may be elsewhere. */
export const locatedForMs: number = 3_000;

/** How often the owner of a job is told how far it is. People see four times a second as a movement. */
export const progressEveryMs: number = 250;

/** How often leaders report to a hub that is watched. Twice a second is as often as people look. */
export const reportEveryMs: number = 500;

/** The most reports of all workers together that a hub asks for in a second. To take them costs it some milliseconds. */
export const maxDoingPerSecond: number = 200;

/** The most slots that a worker tells of: as many as a page shows as lanes. */
export const maxSlotsTold: number = 64;

/** Of how many slots all workers together tell: what they do takes a hub some hundreds of KB. */
export const maxSlotsToldInAll: number = 4_096;

/** For how long a hub counts as watched after somebody has looked. Who looks again within seconds sees what is new. */
export const watchedForMs: number = 10_000;

/** The most bytes of a report: a hundred jobs or more. To parse them takes a hub less than a millisecond. */
export const maxReportBytes: number = 64 * 1024;

/** When nothing was heard of a job for so long, its bar goes. That is eight times as long as it takes to hear of a job. */
export const barIdleMs: number = 2_000;

/**
 * A job waits for a batch when nothing has come back for so long. Sooner, each element that takes its time would count. Later,
 * people would ask first.
 */
export const quietMs: number = 1_000;

/**
 * How many values an async iterator keeps for its reader. For so many it costs little to slow the source and let it go on. Large
 * values fit, too.
 */
export const defaultIteratorWindow: number = 64;

/** Payload bytes that one job has under way; bounds what a job of large values holds in leader and hub. */
export const maxJobBytesInFlight: number = 32 * 1024 * 1024;

/**
 * Batches cheaper than this are sent ahead to a worker, so that a slot never waits for the wire. Dearer ones stay with the hub.
 * Batches that aim at `longTargetBatchMs` must be among the cheaper ones. Else, over a link of 20 ms there and back, slots would
 * be idle for a fifth of the time.
 */
export const prefetchBelowMs: number = 100;

/** Work that is sent ahead for each slot: a few trips over a local network, and little for another job to wait behind. */
export const workAheadMs: number = 4;

/**
 * How long batches that were sent ahead wait at a worker while none of its batches begins. They are expected to take less than
 * `prefetchBelowMs`, and hand in at five times as much. So a worker that is merely slow seldom gives anything back.
 */
export const maxWaitBehindMs: number = 250;

/**
 * A leader asks no sooner about a job of which nothing comes back, however short its `noWorkerTimeout` is. All slots are taken
 * for moments all the time.
 */
export const leastAskAfterMs: number = 1_000;

/** The time when a job is asked about is rounded up to a multiple of this. So the timer is not set anew with each answer. */
export const askStepMs: number = 125;

/**
 * How many times as long it takes until a job is asked about again. Then a leader with a thousand jobs that take hours asks ten
 * times a second.
 */
export const askAgainFactor: number = 10;

/** A batch that a worker has for so long is named as what its job waits for: people do not notice shorter waits. */
export const stillAfterMs: number = 2_000;

/** Characters of such a name: as many as the name of an operation may have. */
export const maxTalliedNameLength: number = 200;

/** Names of operations that a hub tells apart in what it counts, and of chains: each takes half a kilobyte. */
export const maxNamesTallied: number = 250;

/** The most batches ahead for each slot, however cheap they are. */
export const maxBatchesAhead: number = 16;

/**
 * The most batches ahead for each slot at a worker that several leaders use. A worker spends some tenths of a millisecond on each
 * batch beside its execution. Eight batches stay below `workAheadMs`. The batch of another leader may wait for that long.
 */
export const maxSharedBatchesAhead: number = 8;

/**
 * How long a worker counts as used by several leaders after it was given something of another one. So a leader that sends now and
 * then counts, too.
 */
export const sharedForMs: number = 1_000;

/** A leader waits awake only for batches that come back within this time. Of longer trips, the time to wake is little. */
export const quickTripMs: number = 1;

/** How long it waits awake for one batch. Most quick batches are back by then. No batch takes more than this of a processor. */
export const mostWakefulMs: number = 2;

/** How many trips in a row may take longer before a leader sleeps. A pause of the garbage collector takes one or two. */
export const tripsInVain: number = 4;

/** Trips of each kind that a look compares: their medians differ by a few per cent of chance. To look takes 32 ms at most. */
export const tripsOfLook: number = 16;

/** What a trip awake must take of one asleep. It takes twice as much of the leader's processor, so it must be worth that. */
export const worthAwake: number = 0.8;

/** Trips until a leader looks again whether it is better awake: a look takes an eighth of them at most, and later less. */
export const tripsBetweenLooks: number = 256;

/** The most trips until it looks again: where nothing changes, looks are one in 128 trips awake. */
export const mostTripsBetweenLooks: number = 2_048;

/**
 * How long a job of `run` stays open for the next value. It is long enough for one call after another, and short for what the job
 * holds on workers.
 */
export const standingJobMs: number = 1_000;

/** The most jobs of `run` that a leader keeps open like this. */
export const maxStandingJobs: number = 16;

/** A batch that has taken this many times what is usual is slow: then a second attempt is likely to overtake it. */
export const speculationFactor: number = 2;

/**
 * A batch is not slow before this time, however short batches are. A trip, a garbage collection or a busy core may take as long.
 */
export const leastSpeculationMs: number = 100;

/** The most partials that are combined in one trip: more would gain nothing, and be lost together. */
export const maxCombineFanIn: number = 256;

/**
 * The most partials of a fold whose last combines are planned: they make five levels. A plan takes some tenths of a millisecond.
 * Plans for 256 partials made folds 0.1 % shorter on average, and 2.7 % at most.
 */
export const maxPlanned: number = 32;

/** A job that finds no worker for its operations ends with `NO_WORKER` after this time. */
export const defaultNoWorkerTimeoutMs: number = 60_000;

/** After this time without a worker, a leader is warned. A worker that is started anew or reconnects is there by then. */
export const noWorkerWarningMs: number = 2_000;

/**
 * How much longer than `noWorkerTimeout` a job waits for a place at the hub. Jobs that no worker takes end first, and leave their
 * places.
 */
export const placeGraceMs: number = 1_000;

/** How long a leader waits for a hub at `connect`. */
export const defaultConnectTimeoutMs: number = 10_000;

/** How long a leader waits for a hub that went away, before its jobs end with `HUB_UNREACHABLE`. */
export const defaultReconnectTimeoutMs: number = 60_000;

/**
 * An element that was executing at this many deaths of workers or threads is poison. Three may be bad luck, where whole machines
 * are killed. Each death takes a worker from others.
 */
export const maxDeaths: number = 4;

/** The most workers that an error names: enough to look into their logs. */
export const maxWorkersNamed: number = 10;

/** The most bytes of a batch's payload, of arguments or of a result. Larger data belongs in a store that the operation reads. */
export const defaultMaxPayloadBytes: number = 32 * 1024 * 1024;

/** Payload bytes in one socket frame; larger payloads travel in several. */
export const frameBytes: number = 256 * 1024;

/**
 * The most bytes on their way over one connection. A link that carries 1 MB/s needs two seconds for them, so heartbeats come
 * through in time.
 */
export const mostBytesInFlight: number = 2 * 1024 * 1024;

/**
 * When so many bytes wait for one peer, it does not keep up. They are some seconds of a slow link, and little beside what a hub
 * may hold.
 */
export const congestedBytes: number = 16 * 1024 * 1024;

/** After this, a message that nobody waits for goes with the next one. Sooner it would make a quick trip longer. */
export const companyAfterMs: number = 20;

/** The most messages that wait for company. One of so many quick trips is a little longer then. */
export const maxSentLater: number = 16;

/**
 * The longest that they wait for company. Most batches have come back by then, and the next message to their worker takes them
 * along. A worker that drains waits for them.
 */
export const sentLaterMs: number = 100;

/** The most bytes of a message beside its payload: ids, errors of a whole batch of failed elements, names of operations. */
export const messageOverheadBytes: number = 8 * 1024 * 1024;

/** Batches that one leader may have at the hub: two for each of 8,000 slots. */
export const defaultMaxBatchesPerLeader: number = 16_384;

/** Payload bytes that one leader may have at the hub. */
export const defaultMaxBytesPerLeader: number = 256 * 1024 * 1024;

/** Jobs that one leader may have open at the hub. Only jobs with something under way need a place: the others leave theirs. */
export const defaultMaxJobsPerLeader: number = 1_024;

/**
 * For how many different needs of jobs a leader remembers the number of slots. It is more than a program has chains of
 * operations.
 */
export const maxRememberedNeeds: number = 1_000;

/**
 * The most closed jobs of a leader whose turns are remembered one by one: as many as one page or program runs at once. The turns
 * of more jobs are added up.
 */
export const maxTurnsKept: number = 128;

/**
 * How many kinds of jobs without a worker are told at once what is on offer. The others are told with further changes of the
 * offers.
 */
export const maxExplained: number = 64;

/** The most jobs that a hub tells at once of slots that have changed. With the messages it takes a millisecond. */
export const maxToldAtOnce: number = 256;

/** The most jobs of one class among these, so that others get their turn. */
export const maxToldOfClass: number = 64;

/** The most pairs of kinds of jobs and of workers that a hub compares at once when offers change. It takes half a millisecond. */
export const maxFittedAtOnce: number = 512;

/** The most attempts that a hub tells at once as lost, because nobody has them. With the messages it takes a millisecond. */
export const maxToldLostAtOnce: number = 256;

/** The largest priority, up and down. Between normal and extreme the shares are 1 : 1024. */
export const maxPriority: number = 10;

/**
 * How long a peer waits at first before it tries a lost hub again. It doubles with each try. Chance makes it up to a half longer
 * or shorter.
 */
export const reconnectDelayMs: number = 100;

/** The longest that a peer waits between two tries, so that a hub that is back is found soon. */
export const reconnectDelayMaxMs: number = 1_000;

/**
 * The longest that a hub which has just started waits for workers that still execute what leaders ask for. With the delays above
 * all can be back by then. What nobody has by then is executed again.
 */
export const recoveryWindowMs: number = 3_000;

/**
 * How long a chain waits for workers of the whole of it before it is divided between others. This is for chains of which
 * something was executed. A worker that is started anew, or was cut off for a moment, is back by then.
 */
export const divisionGraceMs: number = 3_000;

/**
 * All divisions of a chain are compared up to so many stages and kinds of workers. Beyond that, the chain is divided behind the
 * longest first part.
 */
export const maxDivisionStages: number = 16;
export const maxDivisionClasses: number = 100;

/** How many broken workers a hub remembers, to tell jobs why they find none. More programs are seldom broken at once. */
export const maxBreakages: number = 8;

/**
 * How many characters leaders are told of why a worker broke: the message of an error, and its place. Tens of thousands of jobs
 * may be told of it.
 */
export const maxBreakageLength: number = 300;

/** How long a broken worker stays, to hand in what it has and to say why it goes. */
export const brokenLeaveMs: number = 2_000;

/**
 * How long the hub waits before it explains to further jobs why they find no worker. It does so where there are more than
 * `maxExplained` kinds of jobs.
 */
export const explainAgainMs: number = 10;

/** How long a worker whose connection broke keeps its work. A living worker is back by then, and others take over within 1 s. */
export const workerGraceMs: number = 400;

/**
 * How long a peer that can show another token goes on trying after the first was refused. A hub waits as long for its leaders.
 */
export const tokenGraceMs: number = 30_000;

/**
 * How long a worker that drains waits for a hub that is away, to hand in what it has. A hub that is started again is back within
 * seconds. Process managers usually kill 30 s after SIGTERM. Until then the worker can still say what is lost.
 */
export const drainHubWaitMs: number = 20_000;

/**
 * How long a worker that has handed back what it could not finish waits for the hub's goodbye at least. It comes within a round
 * trip. Without it, what was handed back may not have arrived: then the hub finds out by itself.
 */
export const goodbyeWaitMs: number = 1_000;

/** How long a hub waits for a leader that is away, before it cancels its jobs. */
export const leaderGraceMs: number = 30_000;

/**
 * The most payload bytes of answers that a worker keeps. Beyond that the oldest go: they have been sent, and are most likely
 * acknowledged.
 */
export const maxHeldBytes: number = 64 * 1024 * 1024;

/**
 * The most jobs, and attempts under way, that a leader can go on with at a hub whose limits are lower. The default limits let it
 * have as many.
 */
export const maxResumed: number = 16_384;

/**
 * The most batches of a worker that wait for jobs of their own, and so take no slot. That is a tree of as many operations that
 * call one another.
 */
export const maxWaitingBatches: number = 1_024;

/** The most answers that a worker keeps: as many as one leader may wait for. */
export const maxHeldAnswers: number = 16_384;

/**
 * How long a peer that comes back may take to say all that it has. A hub waits as long for leaders, and a slow link takes far
 * less.
 */
export const listWithinMs: number = 30_000;

/** How often a hub asks its peers for a sign of life. With `heartbeatTimeoutMs` it finds a frozen peer within 9 s. */
export const heartbeatIntervalMs: number = 3_000;

/** How long a peer may take for that sign. */
export const heartbeatTimeoutMs: number = 6_000;

/**
 * The same as `defaultNoWorkerTimeoutMs`, in memory. No worker can come from elsewhere, so this is time for threads to start on a
 * busy machine.
 */
export const inMemoryNoWorkerTimeoutMs: number = 10_000;

/** Where a hub listens unless it is told otherwise. */
export const defaultPort: number = 7400;

/** The longest token: a JSON Web Token with many claims. */
export const maxTokenLength = 8_192;

/** The longest name of a peer, for people: a host, a process, and what it is for. */
export const maxPeerNameLength = 200;

/** The longest name of an operation, serializer or label, with its version: far longer than any that people read. */
export const maxNameLength: number = 300;

/** The longest reason or message that travels. Longer ones are shortened where they are made. */
export const maxReasonLength: number = 4_000;

/** The most stages of a chain. */
export const maxStages: number = 1_000;

/** The most slots of a worker. */
export const maxSlots: number = 65_536;

/** The most threads of a worker: more than any machine has cores. Each takes some 10 MB. */
export const maxThreads: number = 1_024;

/** The most labels of a job. The hub looks for each at workers that come and go. */
export const maxJobLabels: number = 64;

/** The most labels of a worker, and the most operations that it offers. */
export const maxNames: number = 10_000;

/** The most jobs or attempts in one message. A peer that comes back with more says the rest in further messages. */
export const maxListed: number = 1_024;

/** The most elements of a batch of fixed size. More makes no sense. */
export const maxBatchUnits: number = 1_048_576;

/**
 * The most issues of a schema that an error carries. Whoever mends a value looks at a few, and a list of a thousand values may
 * have thousands.
 */
export const maxIssues: number = 20;

/** The most issues that the message of the error says. */
export const maxIssuesNamed: number = 3;

/** The longest text of an issue. All issues fit into the error, and those that are named fit into the message that travels. */
export const maxIssueLength: number = 250;

/** The most keys of an issue's path. Deeper values are trees or lists. There the beginning says most. */
export const maxIssueKeys: number = 100;

/** The most bytes of the failures of one result. Bytes of JSON count several times. A batch with more is handed in sooner. */
export const maxFailureBytes: number = 1024 * 1024;

/** How often a byte of JSON counts in that. A hub has to parse JSON. Thrown values pass through it unread. */
export const failureJsonWeight: number = 4;

/**
 * The most bytes of JSON of a message to a hub. The hub does nothing else while it parses them. They are the failures of a result
 * and one more, or all operations of a large program.
 */
export const maxJsonBytes: number = maxFailureBytes / failureJsonWeight + 64 * 1024;

/** The longest description of a value in a message: a line or two that show what it is. */
export const maxDescribedLength: number = 300;

/** How many items of a list, or properties of an object, a description shows: enough to tell it from others. */
export const maxDescribedItems: number = 5;

/** How many levels of a value a description shows. */
export const maxDescribedLevels: number = 2;

/** How many lines of one kind are written in a minute. They are enough to see that it goes on, and too few to fill a disk. */
export const maxLikeLines = 10;
export const likeLinesWithinMs = 60_000;

/** How many kinds of lines are told apart. Strangers and failing operations can make up any number of kinds. */
export const maxLineKinds = 64;

/** So many lines of a kind are written in each period: a person reads no more, and a log has room for them. */
export const maxPacedLines: number = 5;

/** How long a period is at first. */
export const leastPaceMs: number = 1_000;

/** What it grows to while there are too many lines. */
export const longestPaceMs: number = 60_000;

/**
 * The most bytes of headers that a job or a batch carries: room for 8,192 bytes of baggage and 512 characters of trace state, as
 * W3C has it, and for some more.
 */
export const maxHeaderBytes: number = 16 * 1024;
