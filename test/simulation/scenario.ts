import { expect } from 'vitest';
import type { JobConfig, StagePolicy } from '../../src/core/job/job-events.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { FatalError, TransientError } from '../../src/errors/operation-errors.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import { Registry } from '../../src/operation/registry.js';
import type { JobDescription } from '../../src/protocol/messages.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { Cluster } from './cluster.js';
import { Random } from './random.js';
import { SimulatedLeader } from './simulated-leader.js';
import type { Durations } from './simulated-worker.js';

/** One job of a scenario, and what must come of it. */
interface Plan {
  readonly leader: SimulatedLeader;
  readonly config: JobConfig;
  readonly elements: number;
  readonly poison: number | undefined;
  readonly fatal: ReadonlySet<number>;
  /** Elements that cannot be combined with any other. */
  readonly sour: ReadonlySet<number>;
  readonly sourceFails: boolean;
}

const sourceError = new Error('the source failed');

/** Safety phase of a scenario, in virtual milliseconds; then the faults stop, and everything must come to an end. */
const faultsUntilMs = 3_000;

/** More steps than any scenario needs. */
const mostSteps = 2_000_000;

/**
 * Runs leaders with jobs against a hub and workers under random faults, and checks that each job ends exactly as it must.
 *
 * @param seed decides everything
 */
export async function runScenario(seed: number): Promise<void> {
  const random = new Random(seed);
  const cluster = new Cluster(random, random.pick([0, 1, 20]));
  const plans = Array.from({ length: random.int(1, 3) }, (_, at) => plan(`l${at}`, random, cluster));
  const registry = operations(plans, random);
  const durations = chooseDurations(plans, random);
  const addWorker = (): void => {
    cluster.addWorker(random.int(1, 4), registry, durations);
  };
  const workers = random.int(1, 5);
  for (let at = 0; at < workers; at += 1) cluster.agenda.after(random.int(0, 300), addWorker);
  for (const { leader } of plans) cluster.addLeader(leader);
  for (const each of plans) {
    feed(each, random, cluster);
    if (random.chance(0.3)) hesitate(each, random, cluster);
  }
  if (random.chance(0.7)) plagueWith(random, cluster, addWorker);

  for (let step = 0; plans.some(({ leader }) => !leader.isOver); step += 1) {
    if (cluster.agenda.isEmpty || step > mostSteps) {
      throw new Error(`jobs do not end: ${JSON.stringify(cluster.status())}`);
    }
    await happen(cluster);
  }
  while (!cluster.agenda.isEmpty) await happen(cluster);
  for (const each of plans) checkPlan(each);
  const { jobs } = cluster.status();
  expect(jobs, 'jobs left at the hub').toEqual([]);
}

/** Lets the next thing happen, and what it sets off in no time. */
async function happen({ agenda }: Cluster): Promise<void> {
  agenda.step();
  while (agenda.held !== undefined) await agenda.held;
}

function plan(id: string, random: Random, cluster: Cluster): Plan {
  const folds = random.chance(0.5);
  const maps = folds ? random.int(0, 2) : random.int(1, 2);
  const onFatal = random.chance(0.5) ? 'skip' : 'terminate';
  const policy = (kind: 'map' | 'fold', operation: string): StagePolicy => ({
    kind,
    operation,
    timeoutMs: undefined,
    retry: undefined,
    onFatal,
  });
  const stages = [
    ...Array.from({ length: maps }, () => policy('map', `map-${id}`)),
    ...(folds ? [policy('fold', 'concat')] : []),
  ];
  const elements = random.pick([0, 1, 2, random.int(3, 40), random.int(40, 400)]);
  const config: JobConfig = {
    stages,
    empty: folds ? () => '' : undefined,
    ordered: random.chance(0.8),
    batch: random.pick(['auto', 'auto', 1, 3, 16] as const),
    window: random.pick([1, 2, 7, 64, 65_536]),
    serializer: msgpack,
    noWorkerTimeoutMs: 1_000_000,
    // More often than an innocent element is with a worker that a fault kills.
    maxDeaths: 12,
    random: random.next,
    limits: () => ({ maxPayloadBytes: 2 ** 25, maxBatches: 1_000, freeBatches: Infinity, freeBytes: Infinity }),
  };
  const description: JobDescription = {
    stages: stages.map(({ kind, operation }) => ({ kind, operation, version: 1 })),
    serializer: 'msgpack',
  };
  const any = (): number => random.int(0, Math.max(0, elements - 1));
  const fatal = new Set(maps > 0 && random.chance(0.3) ? [any(), any()] : []);
  const poison = maps > 0 && random.chance(0.15) ? any() : undefined;
  // Left out where asked. Where every element is sour, there is no telling which to leave out.
  const sour = new Set(folds && onFatal === 'skip' && elements > 20 && random.chance(0.5) ? Array.from({ length: 10 }, any) : []);
  return {
    leader: new SimulatedLeader(id, config, description, cluster.agenda),
    config,
    elements,
    poison,
    fatal,
    sour,
    sourceFails: random.chance(0.1),
  };
}

/** The operations of all jobs: a map for each, that may fail, and a monoid that shows every mistake of order or number. */
function operations(plans: readonly Plan[], random: Random): Registry {
  const registry = new Registry();
  const concat = (a: string, b: string): string => {
    if (a.includes('!') || b.includes('!')) throw new FatalError(`sour: ${a} ${b}`);
    return a + b;
  };
  registry.add(defineMonoid({ name: 'concat', empty: () => '', combine: concat }), 'the scenario');
  const transience = random.pick([0, 0, 0.05, 0.3]);
  for (const { leader, fatal } of plans) {
    const failures = new Map<number, number>();
    const map = defineOperation({
      name: `map-${leader.id}`,
      execute: (text: string) => {
        const index = Number(/\d+/u.exec(text)?.[0]);
        if (fatal.has(index)) throw new FatalError(`fatal at ${index}`);
        const before = failures.get(index) ?? 0;
        if (before < 3 && random.chance(transience)) {
          failures.set(index, before + 1);
          const retry = { strategy: 'after', maxRetries: 3, delayMs: 50 } as const;
          throw new TransientError('busy', random.chance(0.5) ? { retry } : {});
        }
        failures.set(index, before);
        return `<${text}>`;
      },
    });
    registry.add(map, 'the scenario');
  }
  return registry;
}

function chooseDurations(plans: readonly Plan[], random: Random): Durations {
  const typicalMs = random.pick([0.01, 1, 30]);
  const poisons = new Map(plans.map(({ leader, poison }) => [`${leader.id}:1`, poison]));
  return {
    elementMs: () => typicalMs * (random.chance(0.02) ? 50 : random.next() * 2),
    deathAt: (jobId, { units, first, count }) => {
      const offset = (poisons.get(jobId) ?? -1) - first;
      return units === 'elements' && offset >= 0 && offset < count ? offset : undefined;
    },
  };
}

function feed({ leader, elements, sour, sourceFails }: Plan, random: Random, cluster: Cluster): void {
  const pauseMs = random.pick([0, 0, 1, 20]);
  let next = 0;
  const more = (): void => {
    const count = Math.min(elements - next, pauseMs === 0 ? elements : random.int(1, 10));
    const values = Array.from({ length: count }, (_, at) => `${next + at}${sour.has(next + at) ? '!' : ''}.`);
    next += count;
    if (count > 0) leader.handle({ type: 'elements', values });
    if (next < elements) cluster.agenda.after(random.next() * pauseMs, more);
    else leader.handle(sourceFails ? { type: 'sourceFailed', error: sourceError } : { type: 'sourceCompleted' });
  };
  cluster.agenda.after(0, more);
}

/** Lets the subscriber pause now and then, as long as there are faults. */
function hesitate({ leader }: Plan, random: Random, cluster: Cluster): void {
  const mostMs = random.pick([1, 20, 300]);
  const change = (paused: boolean): void => {
    leader.handle({ type: paused ? 'paused' : 'resumed' });
    if (cluster.agenda.now > faultsUntilMs && !paused) return;
    cluster.agenda.after(random.next() * mostMs, () => {
      change(!paused);
    });
  };
  cluster.agenda.after(random.next() * mostMs, () => {
    change(true);
  });
}

function plagueWith(random: Random, cluster: Cluster, addWorker: () => void): void {
  const faults = [
    () => {
      const worker = cluster.workers[0];
      if (worker === undefined) return;
      cluster.killWorker(worker);
      cluster.agenda.after(random.int(1, 300), addWorker);
    },
    () => {
      const [worker] = cluster.workers.slice(-1);
      if (worker === undefined) return;
      cluster.cutWorker(worker);
      cluster.agenda.after(random.int(1, 300), () => {
        cluster.reconnectWorker(worker);
      });
    },
    () => {
      const leader = random.pick(cluster.leaders);
      cluster.cutLeader(leader);
      cluster.agenda.after(random.int(1, 300), () => {
        cluster.comeBack(leader);
      });
    },
    () => {
      if (random.chance(0.3)) cluster.restartHub();
    },
  ];
  const strike = (): void => {
    if (cluster.agenda.now > faultsUntilMs) return;
    random.pick(faults)();
    cluster.agenda.after(random.next() * 400, strike);
  };
  cluster.agenda.after(random.next() * 200, strike);
}

function checkPlan({ leader, config, elements, poison, fatal, sour, sourceFails }: Plan): void {
  const folds = config.stages.at(-1)?.kind === 'fold';
  const maps = config.stages.filter((stage) => stage.kind === 'map').length;
  const skips = config.stages[0]?.onFatal === 'skip';
  const wrap = (text: string): string => '<'.repeat(maps) + text + '>'.repeat(maps);
  const { values, skipped, end } = leader.received;
  const bad = new Set([...fatal, ...sour, ...(poison === undefined ? [] : [poison])].filter((index) => index < elements));
  const firstBad = skips ? Infinity : Math.min(Infinity, ...bad);
  const stopAt = Math.min(firstBad, elements);
  const good = Array.from({ length: stopAt }, (_, index) => index).filter((index) => !bad.has(index));
  const outputs = good.map((index) => wrap(`${index}.`));
  const failing = firstBad < elements || sourceFails;

  if (end?.type === 'failed') {
    expect(failing, `an error that should not be: ${String(end.error)}`).toBe(true);
    if (firstBad < elements) {
      expect(end.error).toBeInstanceOf(PaladinError);
      if (config.ordered || folds) expect(end.error).toMatchObject({ index: firstBad });
    } else expect(end.error).toBe(sourceError);
  } else expect(failing).toBe(false);

  if (folds) {
    expect(values).toEqual(failing ? [] : [outputs.join('')]);
  } else if (config.ordered) {
    expect(values).toEqual(outputs);
  } else if (failing && firstBad < elements) {
    const all = new Set(Array.from({ length: elements }, (_, index) => wrap(`${index}.`)));
    expect(new Set(values).size).toBe(values.length);
    for (const value of values) expect(all.has(String(value))).toBe(true);
  } else {
    expect(values.toSorted()).toEqual(outputs.toSorted());
  }
  if (skips && !sourceFails) {
    expect(skipped).toHaveLength(bad.size);
    // Behind a map that leaves elements out, a fold counts its own elements.
    if (sour.size === 0 || (fatal.size === 0 && poison === undefined)) {
      expect(skipped.toSorted((a, b) => a - b)).toEqual([...bad].toSorted((a, b) => a - b));
    }
  }
}
