import type { Contestant } from '../measuring/contestant.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster } from '../processes/cluster.js';
import { residentBytes } from '../processes/memory.js';
import { nodeProgram, Program } from '../processes/program.js';

/** Who is looked at. */
export const parties = ['leader', 'hub', 'worker'] as const;
export type Party = (typeof parties)[number];

/** When: after so many hundredths of the elements; at the most until half of them were through; and at the most after that. */
export const moments = ['at10', 'at50', 'at100', 'firstHalfPeak', 'secondHalfPeak', 'peak'] as const;
export type Moment = (typeof moments)[number];

export type MemoryMetric = `${Party}.${Moment}` | 'perSecond';

/** A pull source, of which one element may be slow. */
export interface PullWork {
  readonly elements: number;
  readonly slow?: { readonly index: number; readonly ms: number };
}

/** How often memory is looked at, beside each hundredth of the way. */
const lookMs = 100;

/** Ourselves: leader, hub and one worker, processes of their own, started anew for each run. */
export function pulling(name: string, work: PullWork): Contestant<MemoryMetric> {
  return {
    name,
    start: () => Promise.resolve({ run: () => pullAll(work), [Symbol.asyncDispose]: () => Promise.resolve() }),
  };
}

async function pullAll({ elements, slow }: PullWork): Promise<Record<MemoryMetric, number>> {
  await using cleanup = new Cleanup();
  // Two threads, so that one is there for the others while the slow element has the other.
  const cluster = cleanup.use(await Cluster.start({ workers: [{ threads: 2 }] }));
  const slowArgs = slow === undefined ? [] : [String(slow.index), String(slow.ms)];
  const args = [cluster.url, String(elements), ...slowArgs];
  const leader = cleanup.use(await Program.start(nodeProgram('bench/programs/pulling-leader.js', args, /^ready/u)));
  const programs: readonly (readonly [Party, Program | undefined])[] = [
    ['leader', leader],
    ['hub', cluster.hub],
    ['worker', cluster.workers[0]],
  ];
  const found: Partial<Record<MemoryMetric, number>> = {};
  let half: Moment = 'firstHalfPeak';
  const look = (moment?: Moment): void => {
    for (const [party, program] of programs) {
      const bytes = program === undefined ? NaN : residentBytes(program.pid);
      for (const peak of [half, 'peak'] as const) found[`${party}.${peak}`] = Math.max(found[`${party}.${peak}`] ?? 0, bytes);
      if (moment !== undefined) found[`${party}.${moment}`] = bytes;
    }
  };
  const timer = setInterval(look, lookMs);
  cleanup.defer(() => {
    clearInterval(timer);
  });
  const start = performance.now();
  const done = new Promise<void>((resolve) => {
    leader.onMessage((message) => {
      if (message === 'done') {
        look('at100');
        resolve();
        return;
      }
      const share = Number(message) / elements;
      look(share === 0.1 ? 'at10' : share === 0.5 ? 'at50' : undefined);
      if (share === 0.5) half = 'secondHalfPeak';
    });
  });
  leader.tell('start');
  await done;
  found.perSecond = (1_000 * elements) / (performance.now() - start);
  // Every moment has come.
  return found as Record<MemoryMetric, number>;
}
