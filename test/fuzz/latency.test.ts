import { describe, expect, test } from 'vitest';
import { judgeLatency, latencyTable, type Observed } from './latency.js';

const of = (p99Ms: number): Observed => {
  return { latenciesMs: [...new Array<number>(98).fill(1), p99Ms, p99Ms], loads: [{ longestTurnMs: 3, busy: 0.25 }] };
};

describe('latency under attack', () => {
  test('is fine up to twice the undisturbed, and where it is no harm', () => {
    expect(judgeLatency({ undisturbed: of(10), harmless: of(10), hostile: of(19) })).toMatchObject({ fine: true });
    expect(judgeLatency({ undisturbed: of(1), harmless: of(1), hostile: of(4.9) })).toMatchObject({ fine: true });
  });

  test('is not beyond, unless harmless traffic does the same', () => {
    expect(judgeLatency({ undisturbed: of(10), harmless: of(10), hostile: of(25) })).toMatchObject({ fine: false });
    const { fine, story } = judgeLatency({ undisturbed: of(10), harmless: of(20), hostile: of(25) });
    expect({ fine, story }).toEqual({ fine: true, story: expect.stringContaining('contention') });
  });

  test('is shown with what the hub had to do', () => {
    const { rows } = latencyTable({ undisturbed: of(10), harmless: of(10), hostile: of(25) });
    expect(rows.at(-1)).toEqual(['hostile', '100', '1.00', '25.00', '25.00', '3.00', '25 %']);
  });
});
