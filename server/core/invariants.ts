import { maxBatchesAhead, maxSharedBatchesAhead, maxTurnsKept, maxWaitingBatches, sharedForMs } from '../../src/limits.js';
import { leaderOf } from '../../src/protocol/job-id.js';
import type { HubState } from './hub-state.js';
import { answeredRecordBytes, batchRecordBytes, besideBytesOf, resumedRecordBytes, underWayRecordBytes } from './charges.js';
import { isFound } from './claiming.js';
import {
  attemptKey,
  hasSlots,
  isDue,
  isInTurn,
  slotsFor,
  type HubJob,
  type HubLeader,
  type Lease,
  type NeedClass,
  type HubWorker,
} from './records.js';
import { hasFreeSlot, hasSpareRoom } from './worker-room.js';

/** Throws when what is counted does not add up. */
export function checkTally({ tally, counters, jobs, workers }: HubState): void {
  let queued = 0;
  for (const { queue } of jobs.values()) queued += queue.size;
  check(
    counters.batches === queued + tally.given + tally.dropped,
    `${counters.batches} batches have come, of which ${queued} wait`,
  );
  let leased = 0;
  for (const { leases } of workers.values()) leased += leases.size;
  check(tally.given + tally.adopted === leased + tally.ended, `${tally.ended} leases have ended, and ${leased} have not`);
  let waited = 0;
  let executed = 0;
  for (const chain of tally.chains.values()) {
    waited += chain.queued.count;
    executed += chain.executed.count;
  }
  check(waited === tally.given, `${waited} batches have waited, and ${tally.given} were given out`);
  for (const [name, { elements }] of tally.operations) check(elements >= 0, `${elements} elements of operation ${name}`);
  check(executed <= tally.ended, `${executed} batches were executed, and only ${tally.ended} leases have ended`);
  check(
    counters.lost === [...tally.lost.values()].reduce((sum, each) => sum + each, 0),
    'batches that came to nothing, by cause',
  );
}

/** Throws when a worker's books do not agree. */
export function checkWorker(worker: HubWorker): void {
  const { id, leases, answered, slots, dear, suspects, offerClass, connected, ending } = worker;
  check(connected || ending.size === 0, `worker ${id} is away, and something of it is to end`);
  const all = [...leases];
  const active = all.filter((lease) => !lease.waiting);
  // What has waited gave its slot up, and with it what was its alone.
  const strict = all.filter((lease) => !lease.adopted && !lease.hasWaited);
  check(worker.waiting === all.length - active.length, `leases of worker ${id} that wait`);
  check(worker.waiting <= maxWaitingBatches, `worker ${id} has ${worker.waiting} leases that wait`);
  check(suspects === active.filter((lease) => lease.suspect).length, `suspects with worker ${id}`);
  check(worker.loners === active.filter((lease) => lease.alone).length, `loners with worker ${id}`);
  check(!strict.some((lease) => lease.alone) || strict.length === 1, `worker ${id} has a loner and others`);
  const loner = active.findIndex((lease) => lease.alone && !lease.hasWaited);
  check(
    loner === -1 || active.slice(loner + 1).every((lease) => lease.adopted),
    `worker ${id} was given something beside a loner`,
  );
  const given = strict.filter((lease) => lease.suspect).length;
  check(given <= 1, `worker ${id} was given ${given} suspects`);
  check(dear === active.filter((lease) => !lease.cheap).length, `dear leases of worker ${id}`);
  if (offerClass !== undefined) {
    check(connected, `worker ${id} is away, and takes batches`);
    check(strict.length <= (1 + maxBatchesAhead) * slots, `worker ${id} has ${strict.length} leases for ${slots} slots`);
    check(offerClass.free.has(worker) === hasFreeSlot(worker), `worker ${id} among the free`);
    check(offerClass.spare.has(worker) === hasSpareRoom(worker), `worker ${id} among the spare`);
  }
  checkKnown(worker);
  checkShared(worker, strict);
  for (const lease of leases) {
    const { job } = lease;
    check(job.leases.get(lease) === lease, `a lease of worker ${id}`);
    check(job.leader.jobs.get(job.number) === job, `worker ${id} has a lease of job ${job.id}, which is closed`);
  }
  for (const each of answered) check(each.job.answered.get(attemptKey(each)) === each, `an answer of worker ${id}`);
}

/**
 * Throws when a worker that several leaders use does not count as one, or has more sent ahead than it may.
 *
 * @param given what was given to it and has never waited, in this order
 */
function checkShared({ id, slots, shared, sharedUntil, servedLeader, givenAt }: HubWorker, given: readonly Lease[]): void {
  check(shared === givenAt < sharedUntil, `whether worker ${id} is shared`);
  // It was given something of another leader at that time, or a little later.
  let changedAfter = -Infinity;
  given.forEach((lease, at) => {
    const isTooFarAhead = at >= (1 + maxSharedBatchesAhead) * slots && lease.givenAt < changedAfter + sharedForMs;
    check(!isTooFarAhead, `worker ${id} was shared, and was given a batch when it had ${at} for ${slots} slots`);
    const before = given[at - 1];
    if (before !== undefined && before.job.leader !== lease.job.leader) changedAfter = before.givenAt;
  });
  const last = given.at(-1);
  if (last !== undefined && last.job.leader.id !== servedLeader) changedAfter = last.givenAt;
  check(changedAfter + sharedForMs <= sharedUntil, `worker ${id} and the leaders that use it`);
}

/** Throws when what a worker knows of idle jobs is not counted right, or is too much. */
function checkKnown(worker: HubWorker): void {
  const { id, jobs, idleBytes, leases, answered, connected, connection } = worker;
  const counted = new Map<HubJob, number>();
  for (const { job } of [...leases, ...answered]) counted.set(job, (counted.get(job) ?? 0) + 1);
  for (const job of counted.keys()) check(jobs.has(job), `worker ${id} has something of job ${job.id}, which it does not know`);
  let bytes = 0;
  let idle = 0;
  for (const [job, { inHand }] of jobs) {
    check(job.leader.jobs.get(job.number) === job, `worker ${id} remembers job ${job.id}, which is closed`);
    check(job.workers.has(worker), `job ${job.id} does not know that worker ${id} knows it`);
    check(inHand === (counted.get(job) ?? 0), `worker ${id} has ${counted.get(job) ?? 0} of job ${job.id}, ${inHand} counted`);
    if (inHand > 0) continue;
    bytes += job.bytes;
    idle += 1;
  }
  check(bytes === idleBytes, `worker ${id} knows ${bytes} bytes of jobs of which it has nothing, ${idleBytes} counted`);
  const isTooMuch = connected && bytes > connection.limits.maxDescriptionBytesPerWorker && idle > 1;
  check(!isTooMuch, `worker ${id} knows ${bytes} bytes of jobs of which it has nothing`);
}

/** Throws when a job's books do not agree. */
export function checkJob(job: HubJob): void {
  const { id, confirmed, leader, leases, answered, asked, queue, cost } = job;
  check(isInTurn(job) === isDue(job), `job ${id} in turn`);
  check(leader.connected || !confirmed, `job ${id} and whether its leader is there`);
  check(leader.jobs.get(job.number) === job, `job ${id} and its leader`);
  check(job.needClass.jobs.has(job), `job ${id} and its class`);
  leases.validate();
  for (const lease of leases.all()) check(lease.worker.leases.has(lease), `a lease of job ${id}`);
  for (const each of answered.values()) check(each.worker.answered.has(each), `an answer of job ${id}`);
  for (const [seq, each] of asked) {
    check(each.seq === seq && each.asked && answered.get(attemptKey(each)) === each, `an answer asked of job ${id}`);
  }
  if (confirmed && (asked.size > 0 || leases.all().some(({ adopted }) => adopted))) {
    const inPlace = queue.all().find(({ seq, beside }) => beside !== true && isFound(job, seq));
    check(inPlace === undefined, `batch ${inPlace?.seq} of job ${id} waits to be executed though a worker is back with it`);
  }
  const dear = leases.all().filter((lease) => !lease.cheap && !lease.hasWaited).length;
  check(cost.running === dear, `running batches of job ${id}`);
}

/** Throws when the books of those that wait for something do not agree. */
export function checkWaiting({
  leaders,
  bytes,
  records,
  unfinished,
  workers,
  jobs,
  awayLeaders,
  awayWorkers,
  named,
  claiming,
  awaiting,
  awaitedUntil,
  stalled,
  dividing,
  reserved,
  untold,
  changed,
}: HubState): void {
  check(
    bytes === [...leaders.values()].reduce((sum, leader) => sum + leader.bytes + leader.descriptionBytes, 0),
    'bytes of all leaders',
  );
  const charged = [...leaders.values(), ...workers.values()].reduce((sum, { recordBytes }) => sum + recordBytes, 0);
  const ofNamed = [...leaders.values()].reduce((sum, leader) => sum + leader.named.recordBytes, 0);
  check(named.bytes === ofNamed, `leaders are charged ${named.bytes} bytes for naming ${ofNamed}`);
  check(records.bytes === charged, `all peers are charged ${records.bytes} bytes for records of ${charged}`);
  for (const [list, { role, id }] of unfinished) {
    const peer = role === 'leader' ? leaders.get(id) : workers.get(id);
    const isTheirs =
      list === peer || [...jobs.values()].some((job) => job === list && job.leader === peer && job.listing !== undefined);
    check(peer?.connected === true && isTheirs, `the rest of a list of ${role} ${id} is awaited`);
  }
  for (const job of jobs.values()) {
    check(job.listing === undefined || unfinished.has(job), `job ${job.id} may be listed for ever`);
  }
  for (const leader of leaders.values()) {
    check(awayLeaders.has(leader) === !leader.connected, `leader ${leader.id} among those away`);
  }
  for (const worker of workers.values()) {
    check(awayWorkers.has(worker) === !worker.connected, `worker ${worker.id} among those away`);
    check(reserved.has(worker) === worker.reserved, `worker ${worker.id} among the reserved`);
    check(claiming.has(worker) === worker.claims.size > 0, `worker ${worker.id} among the claiming`);
    for (const { jobId } of worker.claims) {
      const { leaderId, number } = leaderOf(jobId);
      const isExpected = leaders.get(leaderId)?.connection.resuming?.has(number) ?? true;
      check(jobs.has(jobId) || isExpected, `worker ${worker.id} keeps what it has of job ${jobId}, which is closed`);
    }
  }
  for (const worker of [...awayWorkers, ...claiming, ...reserved]) {
    check(workers.get(worker.id) === worker, `worker ${worker.id} is gone`);
  }
  for (const leader of awayLeaders) check(leaders.get(leader.id) === leader, `leader ${leader.id} is gone`);
  for (const { id, leases, answered } of jobs.values()) {
    for (const { worker } of [...leases.all(), ...answered.values()]) {
      check(workers.get(worker.id) === worker, `job ${id} has something with worker ${worker.id}, which is gone`);
    }
  }
  for (const job of jobs.values()) check(awaiting.has(job) === job.awaited.size > 0, `job ${job.id} among the awaiting`);
  for (const job of awaiting) check(awaitedUntil <= job.awaitedUntil, `job ${job.id} is given up too late`);
  for (const job of jobs.values()) check(stalled.has(job) === job.stalled, `job ${job.id} among the stalled`);
  check(changed.size === 0, 'jobs for which something has changed are not given out');
  for (const job of dividing) {
    check(job.queue.size === 0, `batches of job ${job.id} wait, and its leader was told to go on in parts`);
    check(!hasSlots(job.needClass) || untold.has(job.needClass), `job ${job.id} is to be divided, and has workers`);
  }
  for (const job of [...awaiting, ...stalled, ...dividing]) check(jobs.has(job.id), `job ${job.id} is closed, and awaited`);
}

/** Throws when the counts of a leader are wrong, or are more than it may have. */
export function checkLeader(leader: HubLeader): void {
  const { id, jobs, batches, bytes, descriptionBytes, unacknowledged, isOwing, turnsKept, connection } = leader;
  const { limits } = connection;
  let countedBatches = 0;
  let countedBytes = 0;
  let countedBeside = 0;
  let countedAnswers = 0;
  let countedDescriptions = 0;
  for (const { queue, leases, answered, bytes: description } of jobs.values()) {
    const given = leases.all().filter((lease) => !lease.adopted);
    countedBatches += queue.size + given.length;
    countedBytes += queue.bytes;
    for (const batch of queue.all()) countedBeside += besideBytesOf(batch);
    countedDescriptions += description;
    for (const lease of given) {
      countedBytes += lease.bytes;
      countedBeside += lease.besideBytes;
    }
    countedAnswers += [...answered.values()].filter(({ counted }) => counted).length;
  }
  const answers = [...jobs.values()].reduce((sum, job) => sum + job.answered.size, 0);
  const records = batches * batchRecordBytes + countedBeside + answers * answeredRecordBytes;
  check(leader.recordBytes === records, `leader ${id} is charged ${leader.recordBytes} bytes for records of ${records}`);
  let named = (connection.listed.size + (connection.resuming?.size ?? 0)) * resumedRecordBytes;
  for (const { listing, awaited } of jobs.values()) {
    named += ((listing?.attempts.length ?? 0) + awaited.size) * underWayRecordBytes;
  }
  check(leader.named.recordBytes === named, `leader ${id} is charged ${leader.named.recordBytes} bytes for naming ${named}`);
  check(countedBatches === batches, `leader ${id} has ${countedBatches} batches, ${batches} counted`);
  check(countedBytes === bytes, `leader ${id} has ${countedBytes} bytes, ${bytes} counted`);
  check(
    countedDescriptions === descriptionBytes,
    `leader ${id} has descriptions of ${countedDescriptions} bytes, ${descriptionBytes} counted`,
  );
  check(countedAnswers === unacknowledged, `leader ${id} has ${countedAnswers} answers, ${unacknowledged} counted`);
  check(batches <= limits.maxBatchesPerLeader, `leader ${id} is over its limit`);
  check(turnsKept.length <= maxTurnsKept, `leader ${id} has the turns of ${turnsKept.length} closed jobs`);
  const { maxUnacknowledgedPerLeader: most } = limits;
  check(isOwing ? unacknowledged >= most / 2 : unacknowledged < most, `leader ${id} owes ${unacknowledged} of ${most} answers`);
}

/** Throws when those in turn are not the ones that are due, in order. */
export function checkTurns({ jobs, turns }: NeedClass): void {
  turns.validate();
  check(turns.size === [...jobs].filter(isInTurn).length, 'a turn order holds a job that is in none, or of another class');
}

/** Throws when what is on offer is not what the workers offer, or a need class is wrongly thought to have no worker. */
export function checkOffers({ placement: { fitting }, untold }: HubState): void {
  const offers = [...fitting.offerClasses].map((offerClass) => offerClass.offers);
  check((fitting.onOffer === undefined) === (offers.length === 0), 'whether anything is on offer');
  for (const kind of ['operations', 'serializers', 'labels'] as const) {
    const names = new Set(offers.flatMap((each) => each[kind]));
    check(names.size === (fitting.onOffer?.[kind].size ?? 0), `${kind} on offer`);
    for (const name of names) check(fitting.onOffer?.[kind].has(name) === true, `${name} on offer`);
  }
  for (const needClass of untold) check(needClass.jobs.size > 0 && needClass.untold > 0, `${needClass.key} is to be told of`);
}

/** Throws when a leader does not know of the slots for a job, or why there are none, and nobody is still to be told. */
export function checkTold({ placement: { fitting }, untold, jobs, complete }: HubState): void {
  if (!fitting.isDone || untold.size > 0) return;
  for (const { id, confirmed, needClass, slotsTold, missingTold } of jobs.values()) {
    const slots = slotsFor(needClass);
    check(!confirmed || slotsTold === slots, `the leader of job ${id} was told of ${slotsTold} slots, and there are ${slots}`);
    const isAlike = slots > 0 || missingTold === needClass.explained;
    check(complete || !needClass.forGood, `the leader of job ${id} was told that nobody can come`);
    check(!confirmed || isAlike, `the leader of job ${id} was told '${missingTold}', others like it '${needClass.explained}'`);
  }
}

/** Throws when a leader was told in the event in hand of slots for a job that it does not have open any more. */
export function checkSaid({ effects, leaders }: HubState): void {
  for (const effect of effects) {
    if (effect.type !== 'toLeader' || effect.message.type !== 'capacity') continue;
    const { leaderId, message } = effect;
    check(
      leaders.get(leaderId)?.jobs.has(message.job) === true,
      `leader ${leaderId} was told of slots for job ${message.job}, which is closed`,
    );
  }
}

/** Throws when a batch waits while a worker that could take it has a free slot. */
export function checkNoneWaits({ turns, offerClasses }: NeedClass): void {
  const free = [...offerClasses].some((offerClass) => offerClass.free.size > 0);
  check(!(turns.size > 0 && free), 'a batch waits while a slot is free');
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`invariant broken: ${what}`);
}
