import { attempts } from './checkers/attempts.js';
import { bounds } from './checkers/bounds.js';
import type { Outcome, Run } from './checkers/checker.js';
import { emittedSequence } from './checkers/emitted-sequence.js';
import { everyJobEnds } from './checkers/every-job-ends.js';
import { keys } from './checkers/keys.js';
import { noStateLeft } from './checkers/no-state-left.js';
import { nothingMissing } from './checkers/nothing-missing.js';
import { nothingTwice } from './checkers/nothing-twice.js';
import { rightEnd } from './checkers/right-end.js';
import { tries } from './checkers/tries.js';
import { waitsOnlyInVain } from './checkers/waits-in-vain.js';
import { Cluster } from './cluster.js';
import { Faults } from './faults.js';
import { optionsOf, type FaultKind, type SimulationOptions } from './options.js';
import { inputOf, planJob, sourceError, type Plan } from './plan.js';
import { Random } from './random.js';
import type { SimulatedJob } from './simulated-leader.js';

/** What a run was like. */
export interface Report {
  readonly seed: number;
  readonly options: SimulationOptions;
  readonly steps: number;
  readonly virtualMs: number;
  readonly jobs: number;
  readonly elements: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Of everything that happened at the hub: equal for equal runs. */
  readonly digest: string;
}

/** A run that did not go as it must; the message tells how to repeat it. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';

  constructor(seed: number, options: SimulationOptions, cause: unknown) {
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(`seed ${seed}: ${what}\n  options: ${JSON.stringify(options)}\n  again: npm run sim -- --seed ${seed}`, { cause });
  }
}

/** More steps than any run needs. */
const mostSteps = 2_000_000;

/** How many steps there are between two looks at the bounds. */
const lookEvery = 50;

/**
 * Runs leaders with jobs against a hub and workers in virtual time, with faults for a while, and checks everything.
 *
 * @param seed decides everything that the changes do not
 * @param changes options in place of the seed's own
 * @param trace told what happens at the hub, a line each
 * @throws {@link SimulationFailure}
 */
export async function simulate(
  seed: number,
  changes: Partial<SimulationOptions> = {},
  trace?: (line: string) => void,
): Promise<Report> {
  const random = new Random(seed);
  const options = { ...optionsOf(random), ...changes };
  try {
    return await runAll(seed, options, random, trace);
  } catch (error) {
    throw new SimulationFailure(seed, options, error);
  }
}

async function runAll(
  seed: number,
  options: SimulationOptions,
  random: Random,
  trace: ((line: string) => void) | undefined,
): Promise<Report> {
  const plans = new Map<string, Plan>();
  for (let leader = 0; leader < options.leaders; leader += 1) {
    for (let number = 1; number <= options.jobsPerLeader; number += 1) {
      plans.set(`l${leader}:${number}`, planJob(leader, number, options, random));
    }
  }
  const cluster = new Cluster(plans, options, random, trace);
  const { agenda } = cluster;
  for (let at = 0; at < options.workers; at += 1) {
    agenda.after(random.int(0, 300), () => {
      cluster.addWorker();
    });
  }
  const leaders = Array.from({ length: options.leaders }, (_, at) => cluster.addLeader(`l${at}`));
  const outcomes: Outcome[] = [];
  for (const [jobId, plan] of plans) {
    const leader = leaders[plan.leader];
    if (leader === undefined) throw new Error(`no leader for job ${jobId}`);
    const job = leader.addJob(plan.spec);
    outcomes.push({ jobId, plan, leader, job });
    const number = leader.jobs.length;
    const followed = (): SimulatedJob | undefined => (plan.follows ? leader.jobs[number] : undefined);
    subscribe(job, followed, plan, leader.party, options, random);
  }
  const jobs = new Map(outcomes.map((outcome) => [outcome.jobId, outcome]));
  cluster.executions.isUnderWay = (jobId) => {
    const outcome = jobs.get(jobId);
    return outcome !== undefined && !outcome.job.isOver && !outcome.leader.party.isDead;
  };
  const faults = new Faults(cluster, options, random);
  const run: Run = { options, cluster, outcomes, faults: faults.counts };

  let steps = 0;
  const step = async (): Promise<void> => {
    await agenda.step();
    steps += 1;
    if (steps % lookEvery === 0) bounds(run);
    if (steps > mostSteps) everyJobEnds(run);
  };
  while (!agenda.isEmpty) await step();
  for (const check of inTheEnd) check(run);

  for (const route of cluster.leaders) route.close('closed');
  for (const route of cluster.workers) cluster.dismissWorker(route);
  while (!agenda.isEmpty) await step();
  const { leaders: staying = [], workers = [] } = cluster.hub.status() ?? {};
  if (staying.length + workers.length > 0) throw new Error('peers are left at the hub that have all gone');
  return {
    seed,
    options,
    steps,
    virtualMs: agenda.now,
    jobs: outcomes.length,
    elements: outcomes.reduce((sum, { plan }) => sum + plan.elements, 0),
    faults: faults.counts,
    digest: cluster.hub.digest,
  };
}

/** What is checked once all jobs are over. */
const inTheEnd: readonly ((run: Run) => void)[] = [
  everyJobEnds,
  emittedSequence,
  nothingTwice,
  nothingMissing,
  rightEnd,
  attempts,
  noStateLeft,
  keys,
  tries,
  waitsOnlyInVain,
];

/** How often a source looks whether the job that it follows has gone on. */
const lookMs = 20;

/**
 * The source begins, and the subscriber does what its plan says.
 *
 * @param followed the job that the source is never ahead of, if there is one
 */
function subscribe(
  job: SimulatedJob,
  followed: () => SimulatedJob | undefined,
  plan: Plan,
  party: Outcome['leader']['party'],
  { limits, faultsUntilMs }: SimulationOptions,
  random: Random,
): void {
  const { elements, sourcePauseMs, sourceFails, hesitationMs, cancelAfterMs } = plan;
  let next = 0;
  const isAhead = (): boolean => {
    const other = followed();
    return other !== undefined && !other.isOver && other.received.values.length <= next;
  };
  const more = (): void => {
    if (job.isOver) return;
    if (isAhead()) {
      party.later(lookMs, more);
      return;
    }
    const count = Math.min(elements - next, sourcePauseMs === 0 ? elements : random.int(1, 10));
    const values = Array.from({ length: count }, (_, at) => inputOf(plan, next + at, limits.maxPayloadBytes));
    next += count;
    if (count > 0) job.handle({ type: 'elements', values });
    if (next < elements) party.later(random.next() * sourcePauseMs, more);
    else job.handle(sourceFails ? { type: 'sourceFailed', error: sourceError } : { type: 'sourceCompleted' });
  };
  party.later(0, more);
  if (cancelAfterMs !== undefined) {
    party.later(cancelAfterMs, () => {
      job.handle({ type: 'cancelled' });
    });
  }
  if (hesitationMs === undefined) return;
  const hesitate = (paused: boolean): void => {
    job.handle({ type: paused ? 'paused' : 'resumed' });
    if (job.isOver || (party.agenda.now > faultsUntilMs && !paused)) return;
    party.later(random.next() * hesitationMs, () => {
      hesitate(!paused);
    });
  };
  party.later(random.next() * hesitationMs, () => {
    hesitate(true);
  });
}
