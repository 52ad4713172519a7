import { AsyncLocalStorage } from 'node:async_hooks';
import {
  connect,
  createMsgpack,
  defineMonoid,
  defineOperation,
  fromPull,
  inMemory,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  type Runtime,
} from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { interval, lastValueFrom, map, of, range, Subject, take, tap, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const user = new AsyncLocalStorage<string>();
const who = (): string => user.getStore() ?? 'nobody';
const users = ['ann', 'bob', 'cid', 'dan'];

/** Does it for each user at once, within the user's context. */
async function forEachUser<T>(body: (name: string) => Promise<T>): Promise<T[]> {
  return await Promise.all(users.map((name) => user.run(name, () => body(name))));
}

const asked = defineOperation({ name: 'asked', execute: () => who() });
const askedLater = defineOperation({
  name: 'asked-later',
  execute: async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return who();
  },
});
const setUpBy = defineOperation({
  name: 'set-up-by',
  create: (_: string) => {
    const maker = who();
    return () => maker;
  },
});
const gathered = defineMonoid({
  name: 'gathered',
  empty: () => '',
  combine: (a: string, b: string) => [...new Set([...a.split(' '), ...b.split(' '), who()])].filter(Boolean).join(' '),
});
const enters = defineOperation({
  name: 'enters',
  execute: (name: string) => {
    user.enterWith(name);
    return who();
  },
});

describe('the context of a caller', () => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory();
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('is what operations in this process are executed in, of each subscription and of each run', async () => {
    for (const operation of [asked, askedLater]) {
      for (let round = 0; round < 3; round += 1) {
        const mapped = await forEachUser(() =>
          lastValueFrom(range(0, 50).pipe(remoteMap(operation, runtime, { batch: 3 }), toArray())),
        );
        expect(mapped.map((seen) => [...new Set(seen)])).toEqual(users.map((name) => [name]));
        expect(await forEachUser(() => runtime.run(operation, 1))).toEqual(users);
        // One after the other they share a job.
        for (const name of users) expect(await user.run(name, () => runtime.run(operation, 1))).toBe(name);
      }
    }
    expect(await runtime.run(asked, 1)).toBe('nobody');
  });

  it('is what operations are set up in, and what folds combine in', async () => {
    expect(await forEachUser((name) => lastValueFrom(of(1).pipe(remoteMap(setUpBy(name), runtime))))).toEqual(users);
    expect(
      await forEachUser((name) => lastValueFrom(of(name, name, name).pipe(remoteFold(gathered, runtime, { batch: 1 })))),
    ).toEqual(users);
  });

  it('is left as it was by an operation that changes it', async () => {
    expect(await runtime.run(enters, 'eve')).toBe('eve');
    expect(await forEachUser(() => runtime.run(asked, 1))).toEqual(users);
    expect(await runtime.run(asked, 1)).toBe('nobody');
    expect(await lastValueFrom(of('eve').pipe(remoteMap(enters, runtime), map(who)))).toBe('nobody');
  });

  it('is what all callbacks of a subscription are called in, whoever made the source emit', async () => {
    const failing = defineOperation({
      name: 'failing',
      execute: (x: number) => {
        if (x === 1) throw new Error('one');
        return x;
      },
    });
    const source = new Subject<number>();
    const seen = forEachUser(
      (name) =>
        new Promise<string[]>((resolve) => {
          const calls: string[] = [];
          const call = (): void => void calls.push(who());
          const complete = (): void => resolve([...calls, who(), name]);
          source.pipe(remoteMap(failing, runtime, { onFatal: 'skip', onSkip: call })).subscribe({ next: call, complete });
        }),
    );
    const errors = forEachUser(
      () =>
        new Promise<string>((resolve) => {
          source.pipe(remoteMap(failing, runtime)).subscribe({ error: () => resolve(who()) });
        }),
    );
    user.run('eve', () => {
      for (const x of [0, 1, 2]) source.next(x);
      source.complete();
    });
    expect(await seen).toEqual(users.map((name) => Array.from({ length: 5 }, () => name)));
    expect(await errors).toEqual(users);
  });

  it('is what generators are pulled and closed in, whoever reads', async () => {
    const numbers = (seen: Set<string>) =>
      function* (): Generator<number> {
        try {
          for (let x = 0; ; x += 1) {
            seen.add(who());
            yield x;
          }
        } finally {
          seen.add(who());
        }
      };
    const later = (seen: Set<string>) =>
      async function* (): AsyncGenerator<number> {
        try {
          for (let x = 0; ; x += 1) {
            await Promise.resolve();
            seen.add(who());
            yield x;
          }
        } finally {
          seen.add(who());
        }
      };
    for (const generator of [numbers, later]) {
      const seen = await forEachUser(async () => {
        const mine = new Set<string>();
        const pulled = fromPull(generator(mine)()).pipe(remoteMap(asked, runtime, { window: 4 }), take(40));
        const iterator = toAsyncIterable(pulled, { window: 2 })[Symbol.asyncIterator]();
        await iterator.next();
        for (let read = 0; read < 20; read += 1) await user.run('eve', () => iterator.next());
        await user.run('eve', () => iterator.return());
        await new Promise((resolve) => setImmediate(resolve));
        return [...mine];
      });
      expect(seen).toEqual(users.map((name) => [name]));
    }
  });

  it('is what values are encoded in', async () => {
    class Named {
      readonly name = 'named';
    }
    const places: string[] = [];
    const serializer = createMsgpack({
      name: 'asking',
      classes: [
        {
          name: 'Named',
          class: Named,
          encode: () => {
            places.push(who());
            return 0;
          },
          decode: () => {
            places.push(who());
            return new Named();
          },
        },
      ],
    });
    const same = defineOperation({ name: 'same', execute: (value: Named) => value });
    const source = interval(1).pipe(
      take(3),
      map(() => new Named()),
    );
    const subscribed = user.run('ann', () => lastValueFrom(source.pipe(remoteMap(same, runtime, { serializer }))));
    await Promise.all([
      subscribed,
      user.run('bob', () => lastValueFrom(range(0, 30).pipe(remoteMap(asked, runtime, { batch: 1 })))),
    ]);
    expect(new Set(places)).toEqual(new Set(['ann']));
    expect(places).toHaveLength(12);
  });

  it('is that of who started them for the callbacks of a hub, and for the tokens and the operations of a worker', async () => {
    const seen: Record<string, string> = {};
    const hub = await user.run('ann', () =>
      startHub({
        port: 0,
        authorize: ({ role }) => {
          seen['authorize'] = who();
          return { role };
        },
        onEvent: () => (seen['onEvent'] = who()),
      }),
    );
    const token = (place: string) => () => {
      seen[place] = who();
      return 'token';
    };
    const worker = await user.run('bob', () => startWorker({ hub: hub.url, operations: [asked], token: token('worker') }));
    const leader = await user.run('cid', () => connect(hub.url, { token: token('leader') }));
    expect(seen).toEqual({ authorize: 'ann', onEvent: 'ann', worker: 'bob', leader: 'cid' });
    const mapped = user.run('dan', () =>
      lastValueFrom(
        of(1).pipe(
          remoteMap(asked, leader),
          tap(() => (seen['next'] = who())),
        ),
      ),
    );
    expect(await mapped).toBe('bob');
    expect(seen['next']).toBe('dan');
    await leader.close();
    await worker.drain();
    await hub.close();
  });
});
