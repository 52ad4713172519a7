import { FatalError, TransientError } from '../../src/errors/operation-errors.js';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation, type OperationContext } from '../../src/operation/operation.js';
import { Registry } from '../../src/operation/registry.js';
import type { Batch } from '../../src/protocol/messages.js';
import type { SimulationOptions } from './options.js';
import type { Plan } from './plan.js';
import type { Random } from './random.js';
import type { Conduct } from './simulated-worker.js';
import { TryAccount } from './try-account.js';

/** How many transient failures an element has at most: fewer than it is tried again. */
const mostFailures = 3;

/** The operations of all jobs, how long they take and how they go wrong; and a count of what was executed. */
export class Executions {
  readonly registry: Registry = new Registry();
  /** Whether a job has not ended, and its leader lives. */
  isUnderWay: (jobId: string) => boolean = () => false;
  readonly #plans: ReadonlyMap<string, Plan>;
  readonly #random: Random;
  readonly #options: SimulationOptions;
  /** How often each element of a job was begun, by stage, and failed transiently. */
  readonly #begun = new Map<string, number[]>();
  readonly #failed = new Map<string, number[]>();
  readonly #veryLong = new Set<string>();
  /** What was executed under each key. */
  readonly #byKey = new Map<string, string>();
  /** The key of each task. */
  readonly #keyOf = new Map<string, string>();
  /** Keys that name several things, and things that have several keys. */
  readonly ambiguous: string[] = [];
  readonly tries: TryAccount;
  /** By job, how often a thread may still die of what is not its elements' doing: more often than of poison. */
  readonly #accidents = new Map<string, number>();

  /** @param plans by job id */
  constructor(plans: ReadonlyMap<string, Plan>, options: SimulationOptions, random: Random) {
    this.#plans = plans;
    this.#options = options;
    this.#random = random;
    this.tries = new TryAccount((jobId) => plans.get(jobId)?.spec.speculate === true);
    const concat = (a: string, b: string, { key, jobId, attempt }: OperationContext): string => {
      const plan = plans.get(jobId);
      const stage = (plan?.spec.stages.length ?? 0) - 1;
      for (const text of [a, b]) if (text !== '') this.tries.told(jobId, indexOf(text), stage, attempt);
      // Of sour elements, and of partials that clash, it is not always the same one that is left out.
      const isSour = [...(plan?.flaws.values() ?? [])].includes('sour');
      if (!isSour && plan?.clashes !== true) this.#named(key, `${a}${b}`);
      if (plan?.clashes === true && doClash(a, b)) throw new FatalError(`clash: ${a} ${b}`);
      if (a.includes('!') || b.includes('!')) throw new FatalError(`sour: ${a} ${b}`);
      return a + b;
    };
    // A monoid that shows every mistake of order or number.
    this.registry.add(defineMonoid({ name: 'concat', empty: () => '', combine: concat }), 'the simulation');
    const transience = random.pick([0, 0, 0.05, 0.3]);
    for (const [jobId, plan] of plans) this.#define(jobId, plan, transience);
    if (options.deadly) for (const jobId of plans.keys()) this.#accidents.set(jobId, random.pick([0, 3, 12]));
    if (options.veryLong) {
      for (const [jobId, { elements }] of plans) this.#veryLong.add(`${jobId}/${random.int(0, Math.max(0, elements - 1))}`);
    }
  }

  /** How often an element was begun, beyond once and once more for each transient failure. */
  repeats(jobId: string, index: number): number {
    const stages = this.#plans.get(jobId)?.spec.stages ?? [];
    const begun = Math.max(...stages.map((_, stage) => this.#begun.get(`${jobId}.${stage}`)?.[index] ?? 0));
    return begun - 1 - this.failures(jobId, index);
  }

  /** How often an element failed transiently. */
  failures(jobId: string, index: number): number {
    return this.#failed.get(jobId)?.[index] ?? 0;
  }

  readonly conduct: Conduct = {
    unitMs: (jobId, index) => {
      if (this.#veryLong.has(`${jobId}/${index}`)) return 60_000;
      // Of the element, not of the execution: each time it takes as long.
      const noise = ((index * 2_654_435_761) % 1_000) / 1_000;
      return this.#options.elementMs * (noise < 0.02 ? 50 : 2 * noise);
    },
    ending: (jobId, batch) => {
      const flawed = this.#flawed(jobId, batch);
      const accidents = this.#accidents.get(jobId) ?? 0;
      if (accidents === 0 || !this.#random.chance(0.5)) return flawed;
      this.#accidents.set(jobId, accidents - 1);
      const offset = this.#random.int(0, batch.count - 1);
      // Nothing behind the element that goes wrong is begun.
      return flawed !== undefined && flawed.offset < offset ? flawed : { offset, how: 'wasted' };
    },
    waits: (jobId, { units, first, count }) => {
      const at = units === 'partials' ? undefined : this.#plans.get(jobId)?.waitsAt;
      if (at === undefined || at < first || at >= first + count) return false;
      const [leader, number] = jobId.split(':');
      return this.isUnderWay(`${leader}:${Number(number) + 1}`);
    },
    graceMs: () => this.#random.next() * 1_000,
    begun: (jobId, chainId, { stages, part }, batch, isDeadly) => {
      const { units, first, count } = batch;
      if (units === 'partials') return;
      this.tries.begun(jobId, batch, count, isDeadly);
      const from = part?.from ?? 0;
      stages.forEach((_, at) => {
        const begun = countsOf(this.#begun, `${chainId}.${from + at}`);
        for (let index = first; index < first + count; index += 1) begun[index] = (begun[index] ?? 0) + 1;
      });
    },
    handedBack: (jobId, attempt, begun) => {
      this.tries.handedBack(jobId, attempt, begun);
    },
    ended: (jobId, attempt) => {
      this.tries.ended(jobId, attempt);
    },
  };

  /** Where this batch ends early because of an element's own flaw; undefined if it does not. */
  #flawed(jobId: string, { units, first, count }: Batch): ReturnType<Conduct['ending']> {
    const flaws = this.#plans.get(jobId)?.flaws;
    if (units === 'partials' || flaws === undefined) return undefined;
    for (let offset = 0; offset < count; offset += 1) {
      const flaw = flaws.get(first + offset);
      if (flaw === 'deadly') return { offset, how: 'death' };
      if (flaw === 'hanging') return { offset, how: 'timeout' };
      if (flaw === 'crashing') return { offset, how: 'crash' };
    }
    return undefined;
  }

  /** A task has one key, whatever part of its chain it is executed in. */
  #keyed(task: string, key: string): void {
    const before = this.#keyOf.get(task);
    if (before !== undefined && before !== key) this.ambiguous.push(`${task} has the keys ${before} and ${key}`);
    this.#keyOf.set(task, key);
  }

  /** A key names one thing, and no other. */
  #named(key: string, what: string): void {
    const before = this.#byKey.get(key);
    if (before !== undefined && before !== what) this.ambiguous.push(`key ${key} names both ${before} and ${what}`);
    this.#byKey.set(key, what);
  }

  #define(jobId: string, { spec, flaws }: Plan, transience: number): void {
    const failed = countsOf(this.#failed, jobId);
    const execute = (text: string, { key, attempt }: OperationContext): string => {
      this.#named(key, text);
      this.#keyed(`${text} of job ${jobId}`, key);
      const index = indexOf(text);
      // Each stage adds one.
      this.tries.told(jobId, index, /^<*/u.exec(text)?.[0].length ?? 0, attempt);
      if (flaws.get(index) === 'fatal') throw new FatalError(`fatal at ${index}`);
      if (flaws.get(index) === 'turning' && text.startsWith('<') === ((failed[index] ?? 0) % 2 === 1)) {
        failed[index] = (failed[index] ?? 0) + 1;
        throw new TransientError('in turn');
      }
      // Of the first stage only, so that they can be counted by the element.
      if (!text.startsWith('<') && !flaws.has(index) && (failed[index] ?? 0) < mostFailures && this.#random.chance(transience)) {
        failed[index] = (failed[index] ?? 0) + 1;
        const retry = { strategy: 'after', maxRetries: mostFailures, delayMs: 50 } as const;
        throw new TransientError('busy', this.#random.chance(0.5) ? { retry } : {});
      }
      return `<${text}>`;
    };
    const maps = spec.stages.filter(({ kind }) => kind === 'map').map(({ operation }) => operation);
    for (const name of new Set(maps)) {
      this.registry.add(defineOperation({ name, execute, idempotent: true }), 'the simulation');
    }
  }
}

/** The index of the element, or of the first of several. */
function indexOf(text: string): number {
  return Number(/\d+/u.exec(text)?.[0]);
}

/** Some partials of several elements do not combine. */
function doClash(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => [...text.matchAll(/\d+/gu)].map(Number));
  if (left === undefined || right === undefined || left.length < 2 || right.length < 2) return false;
  return ((left[0] ?? 0) + right.length) % 3 === 0;
}

function countsOf(counts: Map<string, number[]>, jobId: string): number[] {
  const present = counts.get(jobId);
  if (present !== undefined) return present;
  const added: number[] = [];
  counts.set(jobId, added);
  return added;
}
