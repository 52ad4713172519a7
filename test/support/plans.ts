import * as fc from 'fast-check';
import { remoteFold, remoteMap, type Monoid, type RemoteOptions, type Runtime } from 'paladin-rx';
import type { Observable } from 'rxjs';
import type { Conduct } from './conduct.js';
import { box, relay, unbox } from './operations.js';

/** How one and the same work is cut, delayed and spread. None of it may matter. */
export interface Plan {
  readonly workers: number;
  /** How many maps go before the fold. */
  readonly maps: number;
  readonly options: Pick<RemoteOptions, 'batch' | 'window' | 'fuse'>;
  readonly conduct: Conduct;
  /** Turns of the event loop before each element, in rotation. */
  readonly gaps: readonly number[];
}

export const plans: fc.Arbitrary<Plan> = fc.record({
  workers: fc.integer({ min: 1, max: 6 }),
  maps: fc.integer({ min: 0, max: 2 }),
  options: fc.record(
    {
      batch: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 9 })),
      window: fc.integer({ min: 1, max: 30 }),
      fuse: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
  conduct: fc.record({ mostTurns: fc.integer({ min: 0, max: 4 }) }),
  gaps: fc.array(fc.nat({ max: 3 }), { maxLength: 4 }),
});

/** The fold of the elements after as many maps as are planned, which leave them as they are. */
export function mappedFold(
  source: Observable<unknown>,
  monoid: (conduct: Conduct) => Monoid<unknown>,
  runtime: Runtime,
  { maps, options, conduct }: Plan,
): Observable<unknown> {
  const fold = remoteFold(monoid(conduct), runtime, options);
  switch (maps) {
    case 0:
      return source.pipe(fold);
    case 1:
      return source.pipe(remoteMap(relay(conduct), runtime, options), fold);
    default:
      return source.pipe(remoteMap(box(conduct), runtime, options), remoteMap(unbox(conduct), runtime, options), fold);
  }
}
