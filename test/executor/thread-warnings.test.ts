import { defineOperation, inMemory } from 'paladin-rx';
import { describe, expect, it } from 'vitest';
import { ThreadWarnings } from '../../src/executor/thread-warnings.js';
import { likeLinesWithinMs, maxLikeLines } from '../../src/limits.js';

const death = (thread: number, what: string): string =>
  `thread paladin-${thread} is replaced: it ${what}, while it was executing operation 'leave' at index ${thread}`;

describe('ThreadWarnings', () => {
  it('write the first of each kind, some of like ones, and how many were left out', () => {
    const lines: string[] = [];
    const warnings = new ThreadWarnings((line) => lines.push(line));
    for (let thread = 1; thread <= maxLikeLines + 12; thread += 1) warnings.tell(death(thread, 'exited with code 3'));
    expect(lines).toEqual(Array.from({ length: maxLikeLines }, (_, at) => death(at + 1, 'exited with code 3')));
    warnings.tell(death(50, 'exited with code 31'));
    warnings.tell(death(51, 'died of an error that nothing caught: RangeError: at 7'));
    expect(lines.slice(maxLikeLines)).toEqual([
      death(50, 'exited with code 31'),
      death(51, 'died of an error that nothing caught: RangeError: at 7'),
    ]);
    warnings.close();
    expect(lines.slice(maxLikeLines + 2)).toEqual([
      "… and 12 more, left out: a thread is replaced: it exited with code 3, while it was executing operation 'leave' at index #",
    ]);
    warnings.close();
    expect(lines).toHaveLength(maxLikeLines + 3);
  });

  it('write a line an hour for ever', () => {
    const lines: string[] = [];
    let nowMs = 0;
    const warnings = new ThreadWarnings(
      (line) => lines.push(line),
      () => nowMs,
    );
    for (let hour = 1; hour <= 3 * maxLikeLines; hour += 1) {
      nowMs += 60 * likeLinesWithinMs;
      warnings.tell(death(hour, 'exited with code 3'));
    }
    warnings.close();
    expect(lines).toEqual(Array.from({ length: 3 * maxLikeLines }, (_, at) => death(at + 1, 'exited with code 3')));
  });
});

it('all threads of a runtime warn together', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name, message }: Error): void => void (name === 'PaladinWarning' && warnings.push(message));
  process.on('warning', onWarning);
  const module = new URL('../fixtures/thread-operations.mjs', import.meta.url);
  const die = defineOperation({ name: 'die', execute: (how: string) => how });
  const runtime = inMemory({ workers: 2, modules: [module], maxDeaths: maxLikeLines + 3 });
  await expect(runtime.run(die, 'exit')).rejects.toMatchObject({ code: 'POISON_TASK' });
  await runtime.close();
  // Warnings come in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  expect(warnings).toHaveLength(maxLikeLines + 1);
  expect(warnings.at(-1)).toMatch(/^… and 3 more, left out: a thread is replaced: it exited with code/u);
}, 60_000);
