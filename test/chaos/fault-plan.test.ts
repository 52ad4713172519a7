import { describe, expect, test } from 'vitest';
import { Random } from '../simulation/random.js';
import { describeFault, faultKinds, faultTraits, planFaults, quickFaultKinds, type PlanOptions } from './fault-plan.js';

const options: PlanOptions = { count: 40, workers: 3, leaders: 2, kinds: faultKinds };

describe('a plan of faults', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(planFaults(options, new Random(1))).toEqual(planFaults(options, new Random(1)));
    expect(planFaults(options, new Random(2))).not.toEqual(planFaults(options, new Random(1)));
  });

  test('has as many faults as were asked for, and each kind among the first', () => {
    const plan = planFaults(options, new Random(3));
    expect(plan).toHaveLength(40);
    expect(new Set(plan.slice(0, faultKinds.length).map(({ kind }) => kind))).toEqual(new Set(faultKinds));
  });

  test('befalls those that are there, for as long as its kind lasts', () => {
    for (const { kind, target, lastsMs } of planFaults({ ...options, count: 500 }, new Random(4))) {
      const traits = faultTraits[kind];
      expect(target).toBeLessThan({ worker: 3, leader: 2, hub: 1 }[traits.target]);
      expect(lastsMs).toBeGreaterThanOrEqual(traits.lastsMs[0]);
      expect(lastsMs).toBeLessThanOrEqual(traits.lastsMs[1]);
    }
  });

  test('of quick kinds has none that lasts longer than three seconds', () => {
    for (const { lastsMs } of planFaults({ ...options, kinds: quickFaultKinds }, new Random(5))) {
      expect(lastsMs).toBeLessThanOrEqual(3_000);
    }
  });
});

test('a fault says what it is', () => {
  const fault = { target: 1, lastsMs: 1_200, ways: 'to-hub', afterMs: 0 } as const;
  expect(describeFault({ ...fault, kind: 'worker-cut' })).toBe('worker-cut of worker 1, to-hub, 1200 ms');
  expect(describeFault({ ...fault, kind: 'hub-restart', lastsMs: 0 })).toBe('hub-restart');
});
