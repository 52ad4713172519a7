import { describe, expect, test } from 'vitest';
import { layers } from './attack.js';
import { planStrikes } from './plan.js';

function strikes(seed: number, count: number): { layer: string; what: string }[] {
  const plan = planStrikes(seed);
  return Array.from({ length: count }, () => {
    const { attack, standing, random } = plan.next().value;
    return { layer: attack.layer, what: `${attack.name} as ${standing}, drawn by ${random.next()}` };
  });
}

describe('a plan', () => {
  test('is the same for the same seed, with the same numbers for each attack', () => {
    expect(strikes(3, 500)).toEqual(strikes(3, 500));
    expect(strikes(3, 500)).not.toEqual(strikes(4, 500));
  });

  test('reaches every layer soon, and draws anew each time', () => {
    const some = strikes(1, 400);
    expect(new Set(some.map(({ layer }) => layer))).toEqual(new Set(layers));
    expect(new Set(some.map(({ what }) => what)).size).toBe(400);
  });

  test('keeps to the attacks that are wanted', () => {
    const plan = planStrikes(1, ({ layer }) => layer === 'engine.io');
    for (let at = 0; at < 100; at += 1) expect(plan.next().value.attack.layer).toBe('engine.io');
  });
});
