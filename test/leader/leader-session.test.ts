import { defineMonoid, defineOperation, inMemory, remoteFold, remoteMap } from 'paladin-rx';
import { EMPTY, from, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../src/core/job/job-events.js';
import type { JobDriver } from '../../src/leader/job-driver.js';
import { LeaderSession } from '../../src/leader/leader-session.js';
import type { LinkEvents } from '../../src/link/link.js';
import type { HubToLeader, LeaderToHub } from '../../src/protocol/messages.js';
import { limits } from '../server/scheduler-harness.js';

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
    const runs = Array.from({ length: 3_000 }, (_, at) => runtime.run(double, at));
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 3_000 }, (_, at) => 2 * at));
  });

  it('begin on all the slots that jobs with the same needs were told of, without waiting for the hub', () => {
    const session = new TestSession();
    session.open();
    expect(session.sent).toEqual([expect.objectContaining({ type: 'open', slots: 0 })]);
    session.receive({ type: 'capacity', job: 1, slots: 3, leased: 0, missing: '' });
    const other = session.open('other@1');
    expect(session.sent.at(-1)).toMatchObject({ type: 'open', slots: 0 });
    expect(other).toEqual([{ type: 'connected' }]);
    const again = session.open();
    expect(session.sent.at(-1)).toMatchObject({ type: 'open', slots: 3 });
    expect(again).toEqual([{ type: 'connected' }, { type: 'capacity', slots: 3, leased: 0, missing: '' }]);
    // Another hub may have others.
    session.reconnect();
    expect(session.sent.slice(-3).map((message) => 'slots' in message && message.slots)).toEqual([0, 0, 0]);
  });

  it('share what the hub takes of a leader', async () => {
    await using runtime = inMemory({ workers: 4 });
    const large = defineOperation({ name: 'large', execute: (bytes: Uint8Array) => bytes.byteLength });
    const sources = Array.from({ length: 12 }, () => from(Array.from({ length: 40 }, () => new Uint8Array(1_000_000))));
    const folds = sources.map((source) => lastValueFrom(source.pipe(remoteMap(large, runtime), remoteFold(sum, runtime))));
    expect(await Promise.all(folds)).toEqual(sources.map(() => 40_000_000));
  });
});

/** A session over a link that the test holds, with jobs that only keep the events that they are handed. */
class TestSession {
  readonly sent: LeaderToHub[] = [];
  readonly #session: LeaderSession;
  #events: LinkEvents<HubToLeader> | undefined;

  constructor() {
    this.#session = new LeaderSession(
      (events) => {
        this.#events = events;
        return { send: (message) => this.sent.push(message), close: () => Promise.resolve() };
      },
      60_000,
      () => undefined,
    );
    this.receive({ type: 'welcome', epoch: 'e', limits });
  }

  open(needs = 'double@1'): JobEvent[] {
    const handled: JobEvent[] = [];
    // Of a driver, a session only uses this.
    const driver = { handle: (event: JobEvent) => handled.push(event) } as unknown as JobDriver;
    const description = { stages: [], serializer: 'msgpack' };
    const underWay = { batches: 0, bytes: 0 };
    this.#session.add(this.#session.nextJobNumber(), { description, priority: 0, labels: [], driver, needs, underWay });
    return handled;
  }

  receive(message: HubToLeader): void {
    this.#events?.received(message);
  }

  reconnect(): void {
    this.#events?.lost('cut');
    this.receive({ type: 'welcome', epoch: 'f', limits });
  }
}
