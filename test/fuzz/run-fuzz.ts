import { randomUUID } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainTable } from '../../bench/report/table.js';
import { within } from '../processes/within.js';
import { Random } from '../simulation/random.js';
import type { Field, Layer } from './attack.js';
import { FuzzCluster, type HubMeasurement } from './cluster.js';
import { behave, type Traffic } from './harmless.js';
import { judgeLatency, latencyTable, type Condition, type Observed } from './latency.js';
import { Pacer } from './pacer.js';
import { planStrikes, type Strike } from './plan.js';
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

/** So much is sent in a second: a tenth of what a core of a hub reads and judges, connections included. */
const framesPerSecond = 250;
const bytesPerSecond = 4 * 1024 * 1024;

/** So many attacks at once. */
const lanes = 6;

/** Undisturbed, harmless and hostile times take turns, so that what else the machine does befalls all of them. */
const framesPerRound = 2_500;
const undisturbedMs = 2_500;
/** Of the hostile traffic so large a part is repeated by peers that behave. */
const harmlessShare = 0.3;
const settleMs = 300;

/** Until everything runs as it will, and code is compiled. */
const warmUpMs = 3_000;

/** A hub waits 30 s for leaders that went away without a word. */
const cleanUpLimitMs = 50_000;

/** What the hub may have gained in memory by the end. */
const mostGainBytes = 50 * 1024 * 1024;

/** No attack takes so long. */
const strikeLimitMs = 60_000;

const stopLimitMs = 30_000;

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
  const observed: Record<Condition, Observed> = {
    undisturbed: { latenciesMs: [], loads: [] },
    harmless: { latenciesMs: [], loads: [] },
    hostile: { latenciesMs: [], loads: [] },
  };
  const observe = async (condition: Condition, doing: Promise<unknown>): Promise<void> => {
    await cluster.latenciesMs();
    await cluster.load();
    await doing;
    const { latenciesMs, loads } = observed[condition];
    latenciesMs.push(...(await cluster.latenciesMs()));
    loads.push(await cluster.load());
    await sleep(settleMs);
  };
  const tally = new FuzzTally();
  const strikes = planStrikes(seed, layers);
  try {
    await sleep(warmUpMs);
    const before = await cluster.measure();
    const jobIds = (await cluster.status()).jobs.map(({ jobId }) => jobId);
    const assault = new Assault({ port: cluster.port, tokens, jobIds, tally, problem });
    const random = new Random(seed);
    for (let sent = 0; sent < frames;) {
      await observe('undisturbed', sleep(judgeSpeed ? undisturbedMs : settleMs));
      let traffic: Traffic = { frames: 0, bytes: 0, connections: 0 };
      const due = Math.min(framesPerRound, frames - sent);
      const attack = async (): Promise<void> => {
        traffic = await assault.attack(strikes, due);
      };
      await observe('hostile', attack());
      sent += traffic.frames;
      const { emitted, folds, wrong } = await cluster.progress();
      for (const story of [...wrong, ...cluster.alarms()]) problem(story);
      console.log(
        `${sent} frames on ${assault.connections} connections; the healthy leader has ${emitted} results and ${folds} folds`,
      );
      if (problems.length > 0) break;
      if (judgeSpeed) await observe('harmless', assault.behave(scaled(traffic, harmlessShare), random));
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

interface AssaultOptions {
  readonly port: number;
  readonly tokens: Field['tokens'];
  /** Of the healthy jobs: an attacker knows whatever an observer does. */
  readonly jobIds: readonly string[];
  readonly tally: FuzzTally;
  readonly problem: (story: string) => void;
}

/** Carries attacks out, several at once and all at one pace. */
class Assault {
  connections = 0;
  readonly #options: AssaultOptions;
  readonly #pacer = new Pacer(framesPerSecond, bytesPerSecond);

  constructor(options: AssaultOptions) {
    this.#options = options;
  }

  /** Sends about so many frames; what it sent in the end. */
  async attack(strikes: Generator<Strike, never>, frames: number): Promise<Traffic> {
    const sum = { frames: 0, bytes: 0, connections: 0 };
    const lane = async (): Promise<void> => {
      while (sum.frames < frames) {
        const traffic = await this.#strike(strikes.next().value);
        sum.frames += traffic.frames;
        sum.bytes += traffic.bytes;
        sum.connections += traffic.connections;
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return sum;
  }

  async behave(traffic: Traffic, random: Random): Promise<void> {
    const share = scaled(traffic, 1 / lanes);
    await Promise.all(Array.from({ length: lanes }, () => behave(this.#field().field, share, random)));
  }

  async #strike({ attack, standing, random }: Strike): Promise<Traffic> {
    const { field, traffic } = this.#field();
    const what = `'${attack.name}' (${attack.layer}, as ${standing})`;
    try {
      await within(strikeLimitMs, what, attack.strike(field, standing, random));
    } catch (error) {
      this.#options.problem(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    this.connections += traffic.connections;
    this.#options.tally.strike(attack, traffic);
    return traffic;
  }

  /** A field, and what is sent on it. */
  #field(): { readonly field: Field; readonly traffic: Traffic } {
    const traffic = { frames: 0, bytes: 0, connections: 0 };
    const { port, tokens, jobIds } = this.#options;
    const field: Field = {
      port,
      tokens,
      knowledge: { jobIds: () => jobIds },
      pay: async (frames, bytes) => {
        traffic.frames += frames;
        traffic.bytes += bytes;
        await this.#pacer.take(frames, bytes);
      },
      connecting: () => {
        traffic.connections += 1;
      },
    };
    return { field, traffic };
  }
}

/** Waits until only the healthy are left, ends their work, and waits for the hub to be as it was; what is wrong if that does not come. */
async function cleanUp(cluster: FuzzCluster, before: HubMeasurement, judgeMemory: boolean): Promise<string[]> {
  const { emitted, folds, wrong } = await within(stopLimitMs, 'the end of the healthy work', cluster.stopLeader());
  console.log(`the healthy leader has had ${emitted} results and ${folds} folds`);
  const endMs = performance.now() + cleanUpLimitMs;
  for (;;) {
    // Before the observer comes, which is a connection too.
    const after = await cluster.measure();
    const { leaders, workers, jobs } = await cluster.status();
    const sockets = (measurement: HubMeasurement): number => measurement.resources['TCPSocketWrap'] ?? 0;
    const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
    const left = [
      ...(leaders.length === 1 ? [] : [`the hub has ${leaders.length} leaders instead of 1`]),
      ...(workers.length === 1 ? [] : [`the hub has ${workers.length} workers instead of 1`]),
      ...(jobs.length === 0 ? [] : [`the hub has ${jobs.length} jobs that nobody wants`]),
      ...(workers.some(({ leased, ending }) => leased + ending > 0)
        ? [`the worker has batches that nobody wants: ${JSON.stringify(workers)}`]
        : []),
      ...(sockets(after) <= sockets(before) ? [] : [`the hub has ${sockets(after)} sockets instead of ${sockets(before)}`]),
      ...(!judgeMemory || after.rssBytes - before.rssBytes <= mostGainBytes ? [] : ['the hub keeps more than 50 MiB']),
    ];
    if (left.length > 0 && performance.now() < endMs) {
      await sleep(500);
      continue;
    }
    console.log(
      `hub before: ${megabytes(before.rssBytes)} resident, ${megabytes(before.heapBytes)} of heap and buffers; ` +
        `after: ${megabytes(after.rssBytes)} resident, ${megabytes(after.heapBytes)} of heap and buffers`,
    );
    return [...wrong, ...left];
  }
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

function scaled({ frames, bytes, connections }: Traffic, factor: number): Traffic {
  return {
    frames: Math.ceil(frames * factor),
    bytes: Math.ceil(bytes * factor),
    connections: Math.ceil(connections * factor),
  };
}
