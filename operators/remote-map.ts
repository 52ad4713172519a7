import type { OperatorFunction } from 'rxjs';
import { remoteStage, type RemoteOptions } from '../src/leader/remote-observable.js';
import type { Runtime } from '../src/leader/runtime.js';
import type { Operation } from '../src/operation/operation.js';

/**
 * Maps each element by an operation, on workers. Like `map`, results come in source order, one for each element; unlike it, they
 * come later, and many are worked on at once.
 *
 * ```text
 * source   --1--2--3|
 *            remoteMap(square)
 * result   ------1--4--9|
 * ```
 *
 * Elements travel in batches that size themselves. Remote operators in a row share a trip (see `fuse`). An error of the source
 * comes after the results of what came before it. Unsubscribing cancels the work on the workers. A push source that is quicker
 * than the workers is buffered; `fromPull` makes one that waits, and `toAsyncIterable` a subscriber that may be slow.
 *
 * Callbacks, and operations in this process, see the `AsyncLocalStorage` stores of whoever subscribes.
 *
 * @param operation made by `defineOperation`, with its arguments if it takes any; or a monoid, which combines pairs
 * @param runtime `inMemory()`, or what `connect(url)` resolved to
 * @param options see {@link RemoteOptions}
 * @returns an operator; the subscriber gets a `PaladinError` when an element fails, naming operation and index
 * @throws {@link PaladinError} `INVALID_INPUT` when an argument or option is not what it must be
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { defineOperation, inMemory, remoteMap } from 'paladin-rx';
 *
 * const square = defineOperation({ name: 'square', execute: (x: number) => x * x });
 *
 * await using runtime = inMemory();
 * await from([1, 2, 3]).pipe(remoteMap(square, runtime)).forEach((y) => {
 *   console.log(y);
 * });
 * ```
 */
export function remoteMap<Input, Output>(
  operation: Operation<Input, Output>,
  runtime: Runtime,
  options: RemoteOptions = {},
): OperatorFunction<Input, Output> {
  return remoteStage('remoteMap', 'map', operation, runtime, options);
}
