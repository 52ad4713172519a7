import type { Random } from '../simulation/random.js';
import { shuffled } from './shuffled.js';
import type { Ways } from './tcp-proxy.js';

/** What is known of a kind of fault before it happens. */
interface FaultTraits {
  /** How often it comes in each deck of faults. */
  readonly perDeck: number;
  /** How long it lasts, at least and at most; for a hub that is killed, how long there is none. */
  readonly lastsMs: readonly [least: number, most: number];
  /** What the median recovery must not exceed. */
  readonly targetMs: number;
  /** Whom it befalls. */
  readonly target: 'worker' | 'leader' | 'hub';
}

/** A frozen or silent peer is found within 9 s by heartbeats; long faults last longer than that, short ones heal unnoticed. */
const long = [12_000, 12_000] as const;
const short = [500, 3_000] as const;
const atOnce = [0, 0] as const;

/**
 * Every kind of fault. A hub cannot recover before it goes on, and recovery counts from the beginning of a freeze, so that a hub
 * freezes for just long enough to be given up.
 */
export const faultTraits = {
  'worker-kill': { perDeck: 3, lastsMs: atOnce, targetMs: 1_000, target: 'worker' },
  'hub-restart': { perDeck: 3, lastsMs: [0, 1_500], targetMs: 3_000, target: 'hub' },
  'worker-reset': { perDeck: 2, lastsMs: atOnce, targetMs: 1_000, target: 'worker' },
  'leader-reset': { perDeck: 2, lastsMs: atOnce, targetMs: 3_000, target: 'leader' },
  'worker-freeze': { perDeck: 2, lastsMs: short, targetMs: 12_000, target: 'worker' },
  'long-worker-freeze': { perDeck: 1, lastsMs: long, targetMs: 12_000, target: 'worker' },
  'hub-freeze': { perDeck: 2, lastsMs: short, targetMs: 12_000, target: 'hub' },
  'long-hub-freeze': { perDeck: 1, lastsMs: [10_000, 10_000], targetMs: 12_000, target: 'hub' },
  'worker-cut': { perDeck: 2, lastsMs: short, targetMs: 12_000, target: 'worker' },
  'long-worker-cut': { perDeck: 1, lastsMs: long, targetMs: 12_000, target: 'worker' },
  'leader-cut': { perDeck: 2, lastsMs: short, targetMs: 12_000, target: 'leader' },
  'long-leader-cut': { perDeck: 1, lastsMs: long, targetMs: 12_000, target: 'leader' },
  'worker-throttle': { perDeck: 1, lastsMs: atOnce, targetMs: 12_000, target: 'worker' },
  'leader-throttle': { perDeck: 1, lastsMs: atOnce, targetMs: 12_000, target: 'leader' },
} as const satisfies Record<string, FaultTraits>;

export type FaultKind = keyof typeof faultTraits;

// The keys of a constant are its own.
export const faultKinds: readonly FaultKind[] = Object.keys(faultTraits) as FaultKind[];

/** The kinds that are over within a few seconds. */
export const quickFaultKinds: readonly FaultKind[] = faultKinds.filter((kind) => !/^long-|-throttle$/u.test(kind));

/** One fault of a plan. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which worker or leader, from 0; 0 for the hub. */
  readonly target: number;
  readonly lastsMs: number;
  /** What a cut cuts. */
  readonly ways: Ways;
  /** How long everything has been well when it happens. */
  readonly afterMs: number;
}

/** What faults are planned for. */
export interface PlanOptions {
  readonly count: number;
  readonly workers: number;
  readonly leaders: number;
  readonly kinds: readonly FaultKind[];
}

/**
 * Draws faults from decks: each deck holds every kind as often as it should come, shuffled; so a plan that is long enough has all
 * of them, and a short one as many kinds as can be.
 */
export function planFaults({ count, workers, leaders, kinds }: PlanOptions, random: Random): Fault[] {
  const targets = { worker: workers, leader: leaders, hub: 1 };
  const plan: Fault[] = [];
  while (plan.length < count) {
    // One of each kind first.
    const once = shuffled(kinds, random);
    const more = kinds.flatMap((kind) => new Array<FaultKind>(faultTraits[kind].perDeck - 1).fill(kind));
    for (const kind of [...once, ...shuffled(more, random)].slice(0, count - plan.length)) {
      const {
        target,
        lastsMs: [least, most],
      } = faultTraits[kind];
      plan.push({
        kind,
        target: random.int(0, targets[target] - 1),
        lastsMs: random.int(least, most),
        ways: random.pick<Ways>(['both', 'to-hub', 'from-hub']),
        afterMs: random.int(50, 500),
      });
    }
  }
  return plan;
}

/** Such as `worker-cut of worker 2, both ways, 1200 ms`. */
export function describeFault({ kind, target, lastsMs, ways }: Fault): string {
  const traits = faultTraits[kind];
  const who = traits.target === 'hub' ? '' : ` of ${traits.target} ${target}`;
  const how = kind.endsWith('-cut') ? `, ${ways === 'both' ? 'both ways' : ways}` : '';
  return `${kind}${who}${how}${lastsMs === 0 ? '' : `, ${lastsMs} ms`}`;
}
