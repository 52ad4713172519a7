import { describe, expect, it } from 'vitest';
import { RefusalLimit } from '../../server/command/refusal-limit.js';
import { maxRefusalLines, maxRefusalReasons, refusalLinesWithinMs } from '../../server/limits.js';

describe('RefusalLimit', () => {
  it('lets each reason be written a few times a minute, and tells how many were left out', () => {
    const limit = new RefusalLimit();
    const written = Array.from({ length: 220 }, (_, at) => limit.admits('the token is wrong', at)).filter(Boolean);
    expect(written).toHaveLength(maxRefusalLines);
    expect(limit.admits('it is full', 220)).toBe(true);
    expect(limit.over(refusalLinesWithinMs - 1)).toEqual([]);
    expect(limit.over(refusalLinesWithinMs)).toEqual([{ about: 'the token is wrong', lines: 220 - maxRefusalLines }]);
    expect(limit.over(2 * refusalLinesWithinMs)).toEqual([]);
    expect(limit.admits('the token is wrong', 2 * refusalLinesWithinMs)).toBe(true);
  });

  it('counts reasons together that strangers make up', () => {
    const limit = new RefusalLimit();
    const written = Array.from({ length: 10_000 }, (_, at) => limit.admits(`version ${at}`, 0)).filter(Boolean);
    expect(written).toHaveLength(maxRefusalReasons + maxRefusalLines);
    expect(limit.over(Infinity)).toEqual([{ about: 'other reasons', lines: 10_000 - maxRefusalReasons - maxRefusalLines }]);
  });
});
