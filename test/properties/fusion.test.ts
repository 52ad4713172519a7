import * as fc from 'fast-check';
import {
  connect,
  defineMonoid,
  defineOperation,
  FatalError,
  inMemory,
  PaladinError,
  remoteFold,
  remoteMap,
  type Runtime,
} from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { runs } from '../support/bounds.js';
import { outcomeOf } from '../support/outcome.js';
import { arriving } from '../support/sources.js';

/** What one element does in the first and in the second map. */
type Fate = 'passes' | 'fails' | 'is left out';
interface Fated {
  readonly id: number;
  readonly first: Fate;
  readonly second: Fate;
}

const meet = (fate: Fate, id: number): void => {
  if (fate === 'fails') throw new RangeError(`element ${id} fails`);
  if (fate === 'is left out') throw new FatalError(`element ${id} is left out`, { onFatal: 'skip' });
};
const first = defineOperation({
  name: 'first',
  execute: (element: Fated) => {
    meet(element.first, element.id);
    return element;
  },
});
const second = defineOperation({
  name: 'second',
  execute: (element: Fated) => {
    meet(element.second, element.id);
    return [element.id];
  },
});
const append = defineMonoid({ name: 'append', empty: (): number[] => [], combine: (a: number[], b: number[]) => [...a, ...b] });

const fates = fc.oneof({ weight: 6, arbitrary: fc.constant<Fate>('passes') }, fc.constantFrom<Fate>('fails', 'is left out'));
const lists = fc
  .array(fc.record({ first: fates, second: fates }), { maxLength: 20 })
  .map((list): Fated[] => list.map((fated, id) => ({ ...fated, id })));
const options = fc.record({
  batch: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 6 })),
  window: fc.integer({ min: 1, max: 20 }),
});

/** All that a program can tell of an outcome; the worker may be any. */
async function story(observable: Observable<unknown>): Promise<unknown> {
  const { values, error } = await outcomeOf(observable);
  if (!(error instanceof PaladinError)) return { values, error };
  const { code, operation, index, attempts, message, cause } = error;
  return {
    values,
    code,
    operation,
    index,
    attempts,
    message,
    cause: cause instanceof Error ? [cause.name, cause.message] : cause,
  };
}

/** Workers each of which offers some of the operations; together they offer all. */
const pools = fc.constantFrom(
  [[first], [second], [append]],
  [[first, second], [append]],
  [[first], [second, append]],
  [[first], [first, second], [append, second]],
);

async function sameOverPools(
  list: readonly Fated[],
  offers: readonly (readonly unknown[])[],
  build: (source: Observable<Fated>, runtime: Runtime, fuse: boolean) => Observable<unknown>,
): Promise<void> {
  await using hub = await startHub({ port: 0 });
  const workers = await Promise.all(offers.map((operations) => startWorker({ hub: hub.url, operations })));
  await using runtime = await connect(hub.url, { noWorkerTimeout: 5_000 });
  const apart = await story(build(arriving(list), runtime, false));
  const together = await story(build(arriving(list), runtime, true));
  expect(together).toEqual(apart);
  await runtime.close();
  await Promise.all(workers.map((worker) => worker.close()));
}

async function sameFused(
  list: readonly Fated[],
  build: (source: Observable<Fated>, runtime: Runtime, fuse: boolean) => Observable<unknown>,
): Promise<void> {
  await using runtime = inMemory();
  const apart = await story(build(arriving(list), runtime, false));
  const together = await story(build(arriving(list), runtime, true));
  expect(together).toEqual(apart);
}

describe('fusion', () => {
  it('changes neither results nor errors of two maps', async () => {
    await fc.assert(
      fc.asyncProperty(lists, options, async (list, given) => {
        await sameFused(list, (source, runtime, fuse) =>
          source.pipe(remoteMap(first, runtime, { ...given, fuse }), remoteMap(second, runtime, { ...given, fuse })),
        );
      }),
      runs(300),
    );
  }, 60_000);

  it('changes neither results nor errors of two maps and a fold', async () => {
    await fc.assert(
      fc.asyncProperty(lists, options, async (list, given) => {
        await sameFused(list, (source, runtime, fuse) =>
          source.pipe(
            remoteMap(first, runtime, { ...given, fuse }),
            remoteMap(second, runtime, { ...given, fuse }),
            remoteFold(append, runtime, { ...given, fuse }),
          ),
        );
      }),
      runs(300),
    );
  }, 60_000);

  it('changes neither results nor errors where no worker offers all of the chain', async () => {
    await fc.assert(
      fc.asyncProperty(lists, options, pools, async (list, given, offers) => {
        await sameOverPools(list, offers, (source, runtime, fuse) =>
          source.pipe(
            remoteMap(first, runtime, { ...given, fuse }),
            remoteMap(second, runtime, { ...given, fuse }),
            remoteFold(append, runtime, { ...given, fuse }),
          ),
        );
      }),
      runs(40),
    );
  }, 60_000);
});
