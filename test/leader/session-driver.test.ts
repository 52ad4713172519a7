import { defineMonoid, defineOperation, inMemory, remoteFold } from 'paladin-rx';
import { EMPTY, from, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { defaultMaxJobsPerLeader } from '../../src/limits.js';
import { SessionDriver } from '../../src/leader/session-driver.js';
import type { HubToLeader } from '../../src/protocol/messages.js';

const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

describe("a leader's jobs", () => {
  it('may end while others are being opened', async () => {
    await using runtime = inMemory({ workers: 1 });
    const folds = [EMPTY, of(1), from([1, 2]), EMPTY, of(7), EMPTY].map((source) =>
      lastValueFrom(source.pipe(remoteFold(sum, runtime))),
    );
    expect(await Promise.all(folds)).toEqual([0, 1, 3, 0, 7, 0]);
  });

  it('wait for others to end where the hub admits no more, and come in turn', async () => {
    await using runtime = inMemory({ workers: 2 });
    const numbers = Array.from({ length: defaultMaxJobsPerLeader + 200 }, (_, at) => at);
    expect(await Promise.all(numbers.map((at) => runtime.run(double, at)))).toEqual(numbers.map((at) => 2 * at));
  });

  it('are acknowledged later, but soon where a worker may be about to leave', () => {
    const said: string[] = [];
    let tell: (message: HubToLeader) => void = () => undefined;
    const session = new SessionDriver(
      ({ received }) => {
        tell = received;
        return {
          send: ({ type }, urgency = 'now') => said.push(`${type} ${urgency}`),
          hurry: () => said.push('hurry'),
          close: () => Promise.resolve(),
        };
      },
      { reconnectTimeoutMs: 1_000, noWorkerTimeoutMs: 1_000, askAfterMs: 1_000 },
      () => undefined,
      () => ({ type: 'progress', jobs: [], left: 0 }),
    );
    session.acknowledge(1, 0, 1);
    expect(said).toEqual(['acknowledge later']);
    tell({ type: 'capacity', job: 1, slots: 0, leased: 0, missing: '' });
    expect(said).toEqual(['acknowledge later', 'hurry']);
  });
});
