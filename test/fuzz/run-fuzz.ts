import { randomUUID } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainTable } from '../../bench/report/table.js';
import { Random } from '../simulation/random.js';
import type { Layer } from './attack.js';
import { Assault, scaled } from './assault.js';
import { cleanUp } from './clean-up.js';
import { FuzzCluster } from './cluster.js';
import type { Traffic } from './harmless.js';
import { judgeLatency, latencyTable, newObserved } from './latency.js';
import { observer, settleMs } from './observer.js';
import { planStrikes } from './plan.js';
import { FuzzTally } from './tally.js';

/** What a run is made of. */
export interface FuzzOptions {
  readonly frames: number;
  readonly seed: number;
  /** Whether latencies and memory count, which need a long run and a machine that is not too busy. */
  readonly judgeSpeed: boolean;
  /** Where to attack. */
  readonly layers: readonly Layer[];
}

/** Undisturbed, harmless and hostile times take turns, so that what else the machine does befalls all of them. */
const framesPerRound = 2_500;
const undisturbedMs = 2_500;
/** Of the hostile traffic so large a part is repeated by peers that behave. */
export const harmlessShare = 0.3;
/** Until everything runs as it will, and code is compiled. */
export const warmUpMs = 3_000;

/**
 * Attacks a hub while a healthy leader and a healthy worker go about their business, and prints how they fared.
 *
 * @returns what went wrong; nothing, if all went well
 */
export async function runFuzz({ frames, seed, judgeSpeed, layers }: FuzzOptions): Promise<string[]> {
  const problems: string[] = [];
  const problem = (story: string): void => {
    console.error(`PROBLEM: ${story}`);
    problems.push(story);
  };
  const tokens = { leader: randomUUID(), worker: randomUUID(), observer: randomUUID() };
  await using cluster = await FuzzCluster.start(tokens, problem);
  // It is the hub that is tested: whoever attacks it takes what cores it leaves.
  setPriority(constants.priority.PRIORITY_LOW);
  const observed = newObserved();
  const observe = observer(cluster, observed);
  const tally = new FuzzTally();
  const strikes = planStrikes(seed, ({ layer }) => layers.includes(layer));
  try {
    await sleep(warmUpMs);
    const before = await cluster.measure();
    const jobIds = (await cluster.status()).jobs.map(({ jobId }) => jobId);
    const assault = new Assault({ port: cluster.port, tokens, jobIds, tally, problem });
    const random = new Random(seed);
    for (let sent = 0; sent < frames;) {
      await observe('undisturbed', () => sleep(judgeSpeed ? undisturbedMs : settleMs));
      let traffic: Traffic = { frames: 0, bytes: 0, connections: 0 };
      const due = Math.min(framesPerRound, frames - sent);
      await observe('hostile', async () => {
        traffic = await assault.attack(strikes, (so) => so.frames < due);
      });
      sent += traffic.frames;
      const { emitted, folds, wrong } = await cluster.progress();
      for (const story of [...wrong, ...cluster.alarms()]) problem(story);
      console.log(
        `${sent} frames on ${assault.connections} connections; the healthy leader has ${emitted} results and ${folds} folds`,
      );
      if (problems.length > 0) break;
      if (judgeSpeed) await observe('harmless', () => assault.behave(scaled(traffic, harmlessShare), random));
    }
    for (const story of await cleanUp(cluster, before, judgeSpeed)) problem(story);
    for (const story of cluster.alarms()) problem(story);
    console.log(`\n${plainTable(tally.table())}`);
    console.log(`\n${plainTable(latencyTable(observed))}`);
    console.log(`\n${await doorStory(cluster)}`);
    const { fine, story } = judgeLatency(observed);
    console.log(story);
    if (judgeSpeed && !fine) problem(story);
  } catch (error) {
    problem(String(error));
  }
  if (problems.length > 0) console.error(`\nWhat the programs printed last:\n${cluster.story}\n${await lastStatus(cluster)}`);
  return problems;
}

/** What the hub holds, for whoever looks for the reason. */
async function lastStatus(cluster: FuzzCluster): Promise<string> {
  return await cluster.status().then(
    (status) => `── status of the hub\n${JSON.stringify(status, undefined, 2)}`,
    (error: unknown) => `the hub does not say what it holds: ${String(error)}`,
  );
}

/** What the hub's door says of it, the most frequent first. */
async function doorStory(cluster: FuzzCluster): Promise<string> {
  const events = Object.entries(await cluster.doorEvents()).toSorted(([, a], [, b]) => b - a);
  const { counters } = await cluster.status();
  const shown = events.slice(0, 25).map(([what, times]) => `${String(times).padStart(7)}  ${what}`);
  const counted = Object.entries(counters).map(([name, count]) => `${name} ${count}`);
  return [`At the hub's door (${events.length} kinds of events):`, ...shown, `counted by the hub: ${counted.join(', ')}`].join(
    '\n',
  );
}
