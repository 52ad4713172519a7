import { emittedSequence } from '../simulation/checkers/emitted-sequence.js';
import { everyJobEnds } from '../simulation/checkers/every-job-ends.js';
import { noStateLeft } from '../simulation/checkers/no-state-left.js';
import { nothingMissing } from '../simulation/checkers/nothing-missing.js';
import { nothingTwice } from '../simulation/checkers/nothing-twice.js';
import { rightEnd } from '../simulation/checkers/right-end.js';
import type { Outcome } from '../simulation/checkers/checker.js';
import { Cluster, type LeaderRoute, type WorkerRoute } from '../simulation/cluster.js';
import type { SimulationOptions, StageName } from '../simulation/options.js';
import { inputOf } from '../simulation/plan.js';
import { Random } from '../simulation/random.js';
import type { Received, SimulatedLeader } from '../simulation/simulated-leader.js';
import { defaultLimits } from '../../server/limits.js';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { jobIdOf } from '../../src/protocol/job-id.js';
import { HubLines, type HubNews } from './hub-lines.js';
import { plannedJobOf, type PlannedJob } from './planned-job.js';
import type { Settings, Step, Transcript } from './transcript.js';

/** Always the middle of what it might be; of whole numbers the greatest, so that each worker has all slots. */
class Steady extends Random {
  override next = (): number => 0.5;

  override int(_: number, max: number): number {
    return max;
  }
}

/** Nothing goes wrong but what a transcript says. A message travels for 1 ms. */
const optionsOf = ({ slots, elementMs }: Settings): SimulationOptions => ({
  leaders: 0,
  jobsPerLeader: 0,
  workers: 0,
  mostSlots: slots,
  latencyMs: 2,
  bytesPerMs: Infinity,
  duplicates: 0,
  laterMs: 0,
  latestWakeMs: 0,
  faults: [],
  faultEveryMs: Infinity,
  faultsUntilMs: 0,
  faultMs: 0,
  elementMs,
  veryLong: false,
  nests: false,
  deadly: false,
  mostElements: 0,
  pools: [],
  limits: defaultLimits,
  pieces: { told: 100, fitted: 100, lost: 100 },
});

/** What a transcript says is done, and all that is seen, in order. */
export type Happened = Omit<Step, 'line'>;

/**
 * Does what a transcript says with the real machines, in virtual time, until nothing is left to happen.
 *
 * @throws when a step cannot be done, or a job does not end as it must
 */
export async function replay({ settings, steps }: Transcript): Promise<readonly Happened[]> {
  return new Replay(settings, steps).run();
}

class Replay {
  readonly #cluster: Cluster;
  readonly #options: SimulationOptions;
  readonly #jobs = new Map<number, PlannedJob>();
  readonly #outcomes: Outcome[] = [];
  readonly #happened: Happened[] = [];
  readonly #hubLines = new HubLines();
  /** How much of what each job has brought is told. */
  readonly #told = new Map<Received, { values: number; skipped: number; end: boolean }>();
  readonly #steps: readonly Step[];

  constructor(settings: Settings, steps: readonly Step[]) {
    this.#steps = steps.filter(({ kind }) => kind === 'done');
    this.#options = optionsOf(settings);
    const random = new Steady(0);
    const counts = new Map<string, number>();
    for (const { line, what } of this.#steps) {
      const [leaderId = ''] = what.split(' ');
      const number = (counts.get(leaderId) ?? 0) + 1;
      const job = plannedJobOf(what, number, this.#options, random);
      if (job === undefined) continue;
      counts.set(leaderId, number);
      this.#jobs.set(line, job);
    }
    const plans = new Map([...this.#jobs.values()].map(({ leaderId, number, plan }) => [jobIdOf(leaderId, number), plan]));
    this.#cluster = new Cluster(plans, this.#options, random, (line) => {
      this.#hearHub(line);
    });
    const { conduct } = this.#cluster.executions;
    conduct.unitMs = () => settings.elementMs;
  }

  async run(): Promise<readonly Happened[]> {
    const { agenda } = this.#cluster;
    for (const step of this.#steps) {
      agenda.after(step.atMs, () => {
        this.#note('done', step.what);
        this.#do(step);
      });
    }
    while (!agenda.isEmpty) {
      await agenda.step();
      for (const { leader, job } of this.#outcomes) this.#hearJob(leader, job.received);
    }
    const run = { options: this.#options, cluster: this.#cluster, outcomes: this.#outcomes, faults: new Map() };
    for (const check of [everyJobEnds, emittedSequence, nothingTwice, nothingMissing, rightEnd, noStateLeft]) check(run);
    return this.#happened;
  }

  #note(kind: Happened['kind'], what: string): void {
    this.#happened.push({ atMs: Math.round(this.#cluster.agenda.now), kind, what });
  }

  #hearHub(line: string): void {
    const what = this.#hubLines.lineOf(JSON.parse(line.slice(line.indexOf('{'))) as HubNews);
    if (what !== undefined) this.#note('seen', what);
  }

  #hearJob({ id }: SimulatedLeader, received: Received): void {
    const { values, skipped, end } = received;
    const told = this.#told.get(received) ?? { values: 0, skipped: 0, end: false };
    if (values.length > told.values) this.#note('seen', `${id} emits ${values.slice(told.values).join(' ')}`);
    for (const index of skipped.slice(told.skipped)) this.#note('seen', `${id} leaves out ${index}`);
    if (end !== undefined && !told.end) this.#note('seen', `${id} ${endOf(end)}`);
    this.#told.set(received, { values: values.length, skipped: skipped.length, end: end !== undefined });
  }

  #do({ line, what }: Step): void {
    const job = this.#jobs.get(line);
    if (job !== undefined) {
      this.#start(job);
      return;
    }
    const [name = '', ...words] = what.split(' ');
    const deed = words.join(' ');
    if (name === 'hub') this.#doToHub(deed, line);
    else if (deed.startsWith('starts')) this.#startWorker(name, deed.slice('starts'.length), line);
    else this.#doTo(this.#peer(name, line), deed, line);
  }

  #start({ leaderId, number, plan }: PlannedJob): void {
    const { leaders } = this.#cluster;
    const leader = leaders.find(({ guest }) => guest.id === leaderId)?.guest ?? this.#cluster.addLeader(leaderId);
    const job = leader.addJob(plan.spec);
    this.#outcomes.push({ jobId: jobIdOf(leaderId, number), plan, leader, job });
    const values = Array.from({ length: plan.elements }, (_, index) => inputOf(plan, index, Infinity));
    leader.party.do(() => {
      job.handle({ type: 'elements', values });
      job.handle({ type: 'sourceCompleted' });
    });
  }

  /** @param offer what it offers, as ` with stages 0 fold`; empty: all */
  #startWorker(name: string, offer: string, line: number): void {
    const pool = offer
      .replace(/^ with stages? /u, '')
      .split(' ')
      .filter(isStageName);
    this.#cluster.addWorker(pool.length === 0 ? undefined : pool);
    const made = this.#cluster.workers.at(-1)?.guest.id;
    if (made !== name) throw new Error(`line ${line}: workers are counted, this one is ${made ?? 'none'}`);
  }

  #peer(name: string, line: number): LeaderRoute | WorkerRoute {
    const found = [...this.#cluster.leaders, ...this.#cluster.workers].find(({ guest }) => guest.id === name);
    if (found === undefined) throw new Error(`line ${line}: there is no ${name}`);
    return found;
  }

  #doToHub(deed: string, line: number): void {
    const { hub, leaders, workers } = this.#cluster;
    if (deed === 'starts') hub.start();
    else if (deed === 'is killed') {
      hub.crash();
      for (const route of [...leaders, ...workers]) route.reset();
    } else throw new Error(`line ${line}: a hub 'starts' or 'is killed', not '${deed}'`);
  }

  #doTo(route: LeaderRoute | WorkerRoute, deed: string, line: number): void {
    const deeds: Readonly<Record<string, () => void>> = {
      'loses its connection': () => route.reset(),
      'is cut off': () => route.block('both'),
      'is reached again': () => route.heal(),
      freezes: () => {
        route.guest.party.freeze();
        route.watch();
      },
      thaws: () => route.guest.party.thaw(),
      drains: () => this.#cluster.dismissWorker(this.#worker(route, line)),
      'is killed': () => this.#kill(route),
    };
    const withinMs = /^drains within (\d+) ms$/u.exec(deed)?.[1];
    const act =
      withinMs === undefined
        ? deeds[deed]
        : () => this.#cluster.dismissWorker(this.#worker(route, line), { withinMs: Number(withinMs) });
    if (act === undefined) throw new Error(`line ${line}: '${deed}' is none of ${Object.keys(deeds).join(', ')}`);
    act();
  }

  #worker(route: LeaderRoute | WorkerRoute, line: number): WorkerRoute {
    const worker = this.#cluster.workers.find((other) => other === route);
    if (worker === undefined) throw new Error(`line ${line}: only workers drain`);
    return worker;
  }

  #kill(route: LeaderRoute | WorkerRoute): void {
    route.guest.party.die();
    route.close('lost');
    this.#cluster.workers = this.#cluster.workers.filter((other) => other !== route);
    this.#cluster.leaders = this.#cluster.leaders.filter((other) => other !== route);
  }
}

function isStageName(word: string): word is StageName {
  return word === '0' || word === '1' || word === 'fold';
}

function endOf(end: NonNullable<Received['end']>): string {
  if (end.type !== 'failed') return end.type === 'completed' ? 'completes' : 'is cancelled';
  const { error } = end;
  return error instanceof PaladinError
    ? `fails with ${error.code} at ${error.index ?? 'no element'}`
    : `fails with ${String(error)}`;
}
