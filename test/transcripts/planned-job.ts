import type { StagePolicy } from '../../src/core/job/job-events.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import type { SimulationOptions } from '../simulation/options.js';
import { planJob, type Flaw, type Plan } from '../simulation/plan.js';
import type { Random } from '../simulation/random.js';

/** A job as a transcript names it. */
export interface PlannedJob {
  readonly leaderId: string;
  /** Counted for each leader from 1. */
  readonly number: number;
  readonly plan: Plan;
}

const pattern =
  /^(?<leaderId>[a-z]\d*) (?<chain>maps|maps twice|folds|maps and folds|maps twice and folds) (?<elements>\d+) elements? in batches of (?<batch>\d+)(?:, where element (?<at>\d+) (?<how>kills its thread|kills its worker|fails)(?<skips> and is left out)?)?$/u;

const flaws: Readonly<Record<string, Flaw>> = {
  'kills its thread': 'deadly',
  'kills its worker': 'crashing',
  fails: 'fatal',
};

/** The job that a step opens; undefined if it opens none. */
export function plannedJobOf(what: string, number: number, options: SimulationOptions, random: Random): PlannedJob | undefined {
  const { leaderId, chain = '', elements, batch, at, how = '', skips } = pattern.exec(what)?.groups ?? {};
  if (leaderId === undefined) return undefined;
  const maps = chain.includes('twice') ? 2 : chain.includes('maps') ? 1 : 0;
  const folds = chain.includes('folds');
  const flaw = flaws[how];
  const stages = [
    ...Array.from({ length: maps }, (_, stage) => policyOf('map', `map-${leaderId}-${number}.${stage}`, skips !== undefined)),
    ...(folds ? [policyOf('fold', 'concat', skips !== undefined)] : []),
  ];
  const planned = planJob(0, number, options, random);
  const plan: Plan = {
    ...planned,
    spec: {
      ...planned.spec,
      stages,
      empty: folds ? () => '' : undefined,
      ordered: true,
      batch: Number(batch),
      window: 65_536,
      maxDeaths: 4,
      speculate: false,
      divisible: stages.length > 1,
      description: {
        stages: stages.map(({ kind, operation }) => ({ kind, operation, version: 1 })),
        serializer: msgpack.name,
      },
      priority: 0,
    },
    elements: Number(elements),
    flaws: new Map(at === undefined || flaw === undefined ? [] : [[Number(at), flaw]]),
    clashes: false,
    sourceFails: false,
    cancelAfterMs: undefined,
    sourcePauseMs: 0,
    follows: false,
    waitsAt: undefined,
    hesitationMs: undefined,
  };
  return { leaderId, number, plan };
}

function policyOf(kind: 'map' | 'fold', operation: string, skips: boolean): StagePolicy {
  return { kind, operation, timeoutMs: undefined, retry: undefined, onFatal: skips ? 'skip' : 'terminate' };
}
