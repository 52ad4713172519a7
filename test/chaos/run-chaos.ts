import { setTimeout as sleep } from 'node:timers/promises';
import { plainTable } from '../../bench/report/table.js';
import { leftovers } from '../processes/idle.js';
import { within } from '../processes/within.js';
import { Random } from '../simulation/random.js';
import { Cluster } from './cluster.js';
import { describeFault, planFaults, type Fault, type FaultKind } from './fault-plan.js';
import { faultTable, tooSlow, type FaultOutcome } from './fault-table.js';
import { inflict } from './inflict.js';
import type { JobEnd } from './leader-lines.js';
import { isFlawless, sumOf, type Verdict } from './tally.js';

/** What a run is made of. */
export interface ChaosOptions {
  readonly faults: number;
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
}

/** A fault that is over. */
interface Suffered {
  readonly kind: FaultKind;
  readonly recoveryMs: number;
  /** How many jobs had ended before it. */
  readonly firstEnd: number;
}

const workers = 3;
const leaders = 2;

/** No fault lasts so long, nor does what follows it. */
const recoveryLimitMs = 90_000;

/** How long the work that is running at the end may take. */
const stopLimitMs = 120_000;

/** How long workers that were cut off may take to be back, and the hub to be rid of everything. */
const idleLimitMs = 20_000;

/**
 * Runs jobs on a cluster of processes while faults happen to it, one after the other, and prints what each did.
 *
 * @returns what went wrong; nothing, if all went well
 */
export async function runChaos({ faults, seed, kinds }: ChaosOptions): Promise<string[]> {
  const problems: string[] = [];
  const problem = (story: string): void => {
    console.error(`PROBLEM: ${story}`);
    problems.push(story);
  };
  const ends: JobEnd[] = [];
  await using cluster = await Cluster.start({
    workers,
    leaders,
    seed,
    events: {
      problem,
      ended: (job) => {
        ends.push(job);
        const flaw = flawOf(job);
        if (flaw !== undefined) problem(flaw);
      },
    },
  });
  const suffered: Suffered[] = [];
  try {
    const plan = planFaults({ count: faults, workers, leaders, kinds }, new Random(seed));
    for (const [number, fault] of plan.entries()) {
      await sleep(fault.afterMs);
      const firstEnd = ends.length;
      const recoveryMs = await suffer(fault, cluster);
      console.log(`fault ${number + 1} of ${faults}: ${describeFault(fault)}: recovered in ${Math.round(recoveryMs)} ms`);
      suffered.push({ kind: fault.kind, recoveryMs, firstEnd });
    }
    await within(stopLimitMs, 'the end of the jobs', Promise.all(cluster.leaders.map((leader) => leader.stop())));
    const idle = await idleHub(cluster);
    if (idle !== undefined) problem(idle);
  } catch (error) {
    problem(String(error));
  }
  const outcomes = suffered.map(({ kind, recoveryMs, firstEnd }, place): FaultOutcome => {
    return { kind, recoveryMs, verdict: sumOf(ends.slice(firstEnd, suffered[place + 1]?.firstEnd)) };
  });
  console.log(
    `\n${ends.length} jobs of ${ends.reduce((sum, { elements }) => sum + elements, 0)} elements ended; ${describe(sumOf(ends))}`,
  );
  if (outcomes.length > 0) console.log(`\n${plainTable(faultTable(outcomes))}`);
  for (const slow of tooSlow(outcomes)) problem(slow);
  if (problems.length > 0) console.error(`\nWhat the programs printed last:\n${cluster.story}\n${await lastStatus(cluster)}`);
  return problems;
}

/** Lets a fault happen, and everything recover. */
async function suffer(fault: Fault, cluster: Cluster): Promise<number> {
  const { recovery, over } = await within(recoveryLimitMs, describeFault(fault), inflict(fault, cluster));
  const [recoveryMs] = await within(recoveryLimitMs, `the recovery from ${describeFault(fault)}`, Promise.all([recovery, over]));
  return recoveryMs;
}

/** Waits until the hub has all workers and nothing else; what is wrong with it if that does not come. */
async function idleHub({ hub }: Cluster): Promise<string | undefined> {
  const endMs = performance.now() + idleLimitMs;
  for (;;) {
    const status = await hub.status();
    const missing = workers - status.workers.length;
    const wrong = leftovers(status) ?? (missing === 0 ? undefined : `${missing} workers are missing at the hub`);
    if (wrong === undefined || performance.now() > endMs) return wrong;
    await sleep(500);
  }
}

/** What the hub holds, for whoever looks for the reason. */
async function lastStatus({ hub }: Cluster): Promise<string> {
  return await hub.status().then(
    (status) => `── status of the hub\n${JSON.stringify(status, undefined, 2)}`,
    (error: unknown) => `the hub does not say what it holds: ${String(error)}`,
  );
}

function flawOf({ shape, error, ...verdict }: JobEnd): string | undefined {
  if (error !== undefined) return `a job of shape '${shape}' ended with ${error}`;
  return isFlawless(verdict) ? undefined : `in a job of shape '${shape}' ${describe(verdict)}`;
}

function describe({ lost, duplicated, outOfOrder, wrong }: Verdict): string {
  return `${lost} elements were lost, ${duplicated} duplicated, ${outOfOrder} out of order, ${wrong} wrong`;
}
