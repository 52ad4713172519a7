import { randomUUID } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { canReadMemory, forgetPeak, peakResidentBytes } from '../../bench/processes/memory.js';
import { plainTable, type Table } from '../../bench/report/table.js';
import { Random } from '../simulation/random.js';
import { Assault, scaled } from './assault.js';
import type { Attack, Layer } from './attack.js';
import { cleanUp, mostGainBytes } from './clean-up.js';
import { FuzzCluster, type HubMeasurement } from './cluster.js';
import type { Traffic } from './harmless.js';
import { judgeLatency, newObserved, p99, type Condition, type Judgement, type Observed } from './latency.js';
import { observer } from './observer.js';
import { attacks, planStrikes, type Strike } from './plan.js';
import { harmlessShare, warmUpMs } from './run-fuzz.js';
import { FuzzTally } from './tally.js';

/** What a run of each attack by itself is made of. */
export interface EachOptions {
  readonly seed: number;
  /** Whether latencies and memory count; else each attack goes on for a moment only. */
  readonly judgeSpeed: boolean;
  readonly layers: readonly Layer[];
  /** Attacks with one of them in their name. */
  readonly words: readonly string[];
}

/** How long each attack goes on in a round: for some 500 elements of the healthy job, of which five are beyond the p99. */
const attackMs = 2_500;
/** Before it, and after it again: what else the machine does befalls all alike. */
const undisturbedMs = 1_250;
const momentMs = 50;

/**
 * What the hub may gain at most, garbage included, which it collects when its heap is four times what is alive (see
 * `collectLess`).
 */
const mostPeakGainBytes = 3 * mostGainBytes;

/** An attack that does harm does it in each of so many rounds; what else the machine does, does not. */
const mostRounds = 4;

/** What was seen in one round. */
interface Round extends Judgement {
  readonly observed: Readonly<Record<Condition, Observed>>;
  readonly peakBytes: number;
}

/** How an attack fared. */
interface Finding {
  readonly attack: Attack;
  readonly elements: number;
  readonly p99Ms: number;
  readonly undisturbedMs: number;
  /** The most that the hub had, as the kernel says; NaN where it does not. */
  readonly peakBytes: number;
  /**
   * What it keeps afterwards, when garbage is collected: for 30 s also what leaders had that are away. Only in the end it is
   * judged.
   */
  readonly keptBytes: number;
  readonly expelled: number;
  readonly notLetIn: number;
}

/**
 * Carries out each attack by itself while a healthy leader and a healthy worker go about their business, and prints how they and
 * the hub fared.
 *
 * @returns what went wrong; nothing, if all went well
 */
export async function runEach({ seed, judgeSpeed, layers, words }: EachOptions): Promise<string[]> {
  const problems: string[] = [];
  const problem = (story: string): void => {
    console.error(`PROBLEM: ${story}`);
    problems.push(story);
  };
  const tokens = { leader: randomUUID(), worker: randomUUID(), observer: randomUUID() };
  await using cluster = await FuzzCluster.start(tokens, problem);
  setPriority(constants.priority.PRIORITY_LOW);
  const findings: Finding[] = [];
  try {
    await sleep(warmUpMs);
    const before = await cluster.measure();
    const jobIds = (await cluster.status()).jobs.map(({ jobId }) => jobId);
    const assault = new Assault({ port: cluster.port, tokens, jobIds, tally: new FuzzTally(), problem });
    const each = new Each(cluster, assault, before, { seed, judgeSpeed });
    const chosen = attacks.filter(({ layer, name }) => layers.includes(layer) && words.some((word) => name.includes(word)));
    if (chosen.length === 0) throw new Error(`no attack on ${layers.join(', ')} has ${words.join(' or ')} in its name`);
    for (const attack of chosen) {
      const { finding, wrong } = await each.observe(attack);
      findings.push(finding);
      for (const story of wrong) problem(`'${attack.name}' (${attack.layer}): ${story}`);
    }
    for (const story of await cleanUp(cluster, before, judgeSpeed)) problem(story);
    console.log(`\n${plainTable(tableOf(findings))}\n`);
    const { rssBytes, heapBytes } = before;
    console.log(`The hub had ${mebibytes(rssBytes)} MiB before, ${mebibytes(heapBytes)} MiB of them alive.`);
  } catch (error) {
    problem(String(error));
  }
  if (problems.length > 0) console.error(`\nWhat the programs printed last:\n${cluster.story}`);
  return problems;
}

/** Looks at attacks one after the other. */
class Each {
  readonly #cluster: FuzzCluster;
  readonly #assault: Assault;
  readonly #before: HubMeasurement;
  readonly #options: Pick<EachOptions, 'seed' | 'judgeSpeed'>;
  readonly #random: Random;

  constructor(cluster: FuzzCluster, assault: Assault, before: HubMeasurement, options: Pick<EachOptions, 'seed' | 'judgeSpeed'>) {
    this.#cluster = cluster;
    this.#assault = assault;
    this.#before = before;
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  async observe(attack: Attack): Promise<{ readonly finding: Finding; readonly wrong: readonly string[] }> {
    const cluster = this.#cluster;
    const { seed, judgeSpeed } = this.#options;
    const strikes = planStrikes(seed, (each) => each === attack);
    const turnedAway = await this.#turnedAway();
    let round = await this.#round(strikes, attack);
    let { peakBytes } = round;
    for (let rounds = 1; rounds < mostRounds && !round.fine; rounds += 1) {
      round = await this.#round(strikes, attack);
      peakBytes = Math.max(peakBytes, round.peakBytes);
    }
    const { observed, story } = round;
    const { expelled, notLetIn } = await this.#turnedAway();
    const { rssBytes: keptBytes } = await cluster.measure();
    const finding: Finding = {
      attack,
      elements: observed.hostile.latenciesMs.length,
      p99Ms: p99(observed.hostile.latenciesMs),
      undisturbedMs: p99(observed.undisturbed.latenciesMs),
      peakBytes,
      keptBytes,
      expelled: expelled - turnedAway.expelled,
      notLetIn: notLetIn - turnedAway.notLetIn,
    };
    console.log(`${attack.layer}: ${attack.name}: ${story}`);
    const gained = peakBytes - this.#before.rssBytes;
    const judged = [
      ...(round.fine ? [] : [story]),
      ...(gained > mostPeakGainBytes ? [`the hub has had ${mebibytes(gained)} MiB more than before`] : []),
    ];
    const { wrong } = await cluster.progress();
    return { finding, wrong: [...wrong, ...cluster.alarms(), ...(judgeSpeed ? judged : [])] };
  }

  /** The attack for a while, with nothing before and after it; where it seems to do harm, as much harmless traffic as well. */
  async #round(strikes: Generator<Strike, never>, { manner }: Attack): Promise<Round> {
    const { hubPid } = this.#cluster;
    const { judgeSpeed } = this.#options;
    const [restMs, strikeMs] = judgeSpeed ? [undisturbedMs, attackMs] : [momentMs, momentMs];
    const observed = newObserved();
    const observe = observer(this.#cluster, observed);
    await observe('undisturbed', () => sleep(restMs));
    let traffic: Traffic = { frames: 0, bytes: 0, connections: 0 };
    if (canReadMemory) forgetPeak(hubPid);
    await observe('hostile', async () => {
      const untilMs = performance.now() + strikeMs;
      traffic = await this.#assault.attack(strikes, () => performance.now() < untilMs);
    });
    const peakBytes = canReadMemory ? peakResidentBytes(hubPid) : NaN;
    await observe('undisturbed', () => sleep(restMs));
    const judgement = judgeLatency(observed);
    if (judgement.fine || !judgeSpeed) return { ...judgement, observed, peakBytes };
    await observe('harmless', () => this.#assault.behave(scaled(traffic, harmlessShare), this.#random, manner));
    return { ...judgeLatency(observed), observed, peakBytes };
  }

  /** How many the hub has disconnected so far, and how many it did not let in. */
  async #turnedAway(): Promise<{ readonly expelled: number; readonly notLetIn: number }> {
    const { counters } = await this.#cluster.status();
    const sum = (names: readonly string[]): number => names.reduce((total, name) => total + (counters[name] ?? 0), 0);
    return { expelled: sum(['expelled']), notLetIn: sum(['unauthorized', 'overLimit', 'unreadable', 'silent', 'floods']) };
  }
}

function tableOf(findings: readonly Finding[]): Table {
  return {
    caption: 'Each attack by itself: the p99 of the healthy job beside it, and the most that the hub had in memory',
    headings: ['attack', 'elements', 'p99, ms', 'of undisturbed', 'hub at most, MiB', 'afterwards', 'expelled', 'not let in'],
    rows: findings.map(({ attack, elements, p99Ms, undisturbedMs: without, peakBytes, keptBytes, expelled, notLetIn }) => [
      `${attack.layer}: ${attack.name}`,
      String(elements),
      p99Ms.toFixed(2),
      (p99Ms / without).toFixed(2),
      mebibytes(peakBytes),
      mebibytes(keptBytes),
      String(expelled),
      String(notLetIn),
    ]),
  };
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
