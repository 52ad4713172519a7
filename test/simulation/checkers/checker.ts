import { PaladinError } from '../../../src/errors/paladin-error.js';
import type { Cluster } from '../cluster.js';
import type { FaultKind, SimulationOptions } from '../options.js';
import type { Plan } from '../plan.js';
import type { SimulatedJob, SimulatedLeader } from '../simulated-leader.js';

/** A job as a run left it. */
export interface Outcome {
  readonly jobId: string;
  readonly plan: Plan;
  readonly leader: SimulatedLeader;
  readonly job: SimulatedJob;
}

/** A run, at any time or when it is over. */
export interface Run {
  readonly options: SimulationOptions;
  readonly cluster: Cluster;
  readonly outcomes: readonly Outcome[];
  /** How many faults there were of each kind. */
  readonly faults: ReadonlyMap<FaultKind, number>;
}

/** Throws when something is not as it must be. */
export type Checker = (run: Run) => void;

export function fail(what: string): never {
  throw new Error(what);
}

/** The jobs whose subscribers were there to the end, and that did not end before for want of slots. */
export function subscribed({ outcomes }: Run): Outcome[] {
  return outcomes.filter(
    (outcome) => !outcome.leader.party.isDead && outcome.job.received.end?.type !== 'cancelled' && !waitsInVain(outcome),
  );
}

/** Whether a job has ended since others had all slots for it. Only the code of operations runs such jobs. */
export function waitsInVain({ plan, job: { received } }: Pick<Outcome, 'plan' | 'job'>): boolean {
  const { end } = received;
  return plan.isStray && end?.type === 'failed' && end.error instanceof PaladinError && end.error.code === 'NO_WORKER';
}
