import { describe, expect, it } from 'vitest';
import { LineLimit } from '../src/line-limit.js';
import { likeLinesWithinMs, maxLikeLines, maxLineKinds } from '../src/limits.js';

describe('LineLimit', () => {
  it('lets each kind be written a few times a minute, and tells how many were left out', () => {
    const limit = new LineLimit();
    const written = Array.from({ length: 220 }, (_, at) => limit.admits('the token is wrong', at)).filter(Boolean);
    expect(written).toHaveLength(maxLikeLines);
    expect(limit.admits('it is full', 220)).toBe(true);
    expect(limit.over(likeLinesWithinMs - 1)).toEqual([]);
    expect(limit.leavesOut).toBe(true);
    expect(limit.over(likeLinesWithinMs)).toEqual([{ about: 'the token is wrong', lines: 220 - maxLikeLines }]);
    expect(limit.over(2 * likeLinesWithinMs)).toEqual([]);
    expect(limit.leavesOut).toBe(false);
    expect(limit.admits('the token is wrong', 2 * likeLinesWithinMs)).toBe(true);
  });

  it('counts kinds together that strangers make up', () => {
    const limit = new LineLimit();
    const written = Array.from({ length: 10_000 }, (_, at) => limit.admits(`version ${at}`, 0)).filter(Boolean);
    expect(written).toHaveLength(maxLineKinds + maxLikeLines);
    expect(limit.over(Infinity)).toEqual([{ about: 'other reasons', lines: 10_000 - maxLineKinds - maxLikeLines }]);
  });

  it('counts each minute anew, also where nothing was left out and nobody asks', () => {
    const limit = new LineLimit();
    const hourMs = 60 * likeLinesWithinMs;
    for (let hour = 0; hour < 3 * maxLikeLines; hour += 1) expect(limit.admits('it is full', hour * hourMs)).toBe(true);
    for (let hour = 0; hour < 3 * maxLineKinds; hour += 1) {
      expect(limit.admits(`version ${hour}`, (100 + hour) * hourMs)).toBe(true);
    }
    expect(limit.over(Infinity)).toEqual([]);
  });

  it('forgets nothing that was left out and is not told', () => {
    const limit = new LineLimit();
    for (let line = 0; line < maxLikeLines + 3; line += 1) limit.admits('it is full', 0);
    for (let at = 0; at < 2 * maxLineKinds; at += 1) limit.admits(`version ${at}`, likeLinesWithinMs * at);
    expect(limit.admits('it is full', Infinity)).toBe(false);
    expect(limit.over(Infinity)).toEqual([{ about: 'it is full', lines: 4 }]);
  });
});
