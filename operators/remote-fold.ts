import type { OperatorFunction } from 'rxjs';
import { remoteStage, type RemoteOptions } from '../src/leader/remote-observable.js';
import type { Runtime } from '../src/leader/runtime.js';
import type { Monoid } from '../src/operation/monoid.js';

/**
 * Folds all elements to one by a monoid, on workers. It emits once, when the source has completed: the elements, combined in
 * source order. For an empty source it emits the identity.
 *
 * ```text
 * source   --1--2--3|
 *            remoteFold(sum)
 * result   ----------6|
 * ```
 *
 * Only neighbours are combined, left before right. So `combine` must be associative, and need not be commutative. Workers fold
 * the batches that they are sent. Behind a `remoteMap` they fold the elements that they have just mapped. The partials are
 * combined on workers, too.
 *
 * There is no seed: `empty` is the identity of `combine`, and changes nothing. To begin with a value of your own, combine it with
 * the emitted one.
 *
 * @param monoid made by `defineMonoid`, with its arguments if it takes any
 * @param runtime `inMemory()`, or what `connect(url)` resolved to
 * @param options see {@link RemoteOptions}; with `onFatal: 'skip'` an element that fails counts as the identity
 * @returns an operator. When an element fails, the subscriber gets a `PaladinError` that names operation and index. `ErrorCode`
 *   lists the codes.
 * @throws {@link PaladinError} `INVALID_INPUT` when an argument or option is wrong
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { defineMonoid, inMemory, remoteFold } from 'paladin-rx';
 *
 * const concat = defineMonoid({ name: 'concat', empty: () => '', combine: (a: string, b: string) => a + b });
 *
 * const runtime = inMemory();
 * await from(['a', 'b', 'c']).pipe(remoteFold(concat, runtime)).forEach((text) => {
 *   console.log(text); // abc
 * });
 * await runtime.close();
 * ```
 */
export function remoteFold<A>(monoid: Monoid<A>, runtime: Runtime, options: RemoteOptions = {}): OperatorFunction<A, A> {
  return remoteStage('remoteFold', 'fold', monoid, runtime, options, remoteFold);
}
