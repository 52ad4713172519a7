import type { OperatorFunction } from 'rxjs';
import { remoteStage, type RemoteOptions } from '../src/leader/remote-observable.js';
import type { Runtime } from '../src/leader/runtime.js';
import type { Operation } from '../src/operation/operation.js';

/**
 * Maps each element by an operation, on workers. Like those of `map`, results come in source order, one for each element. Unlike
 * those of `map`, they come later, and many elements are worked on at once.
 *
 * ```text
 * source   --1--2--3|
 *            remoteMap(square)
 * result   ------1--4--9|
 * ```
 *
 * Elements travel in batches that size themselves. Remote operators in a row share a trip (see `fuse`). An error of the source
 * comes after the results of the elements before it. To unsubscribe cancels the work on the workers. A push source that is
 * quicker than the workers is buffered. `fromPull` makes a source that waits. `toAsyncIterable` makes a reader that may be slow.
 *
 * Callbacks, and operations in this process, see the `AsyncLocalStorage` stores of whoever subscribes.
 *
 * @param operation made by `defineOperation`, with its arguments if it takes any; or a monoid, which combines pairs
 * @param runtime `inMemory()`, or what `connect(url)` resolved to
 * @param options see {@link RemoteOptions}
 * @returns an operator. When an element fails, the subscriber gets a `PaladinError` that names operation and index. `ErrorCode`
 *   lists the codes.
 * @throws {@link PaladinError} `INVALID_INPUT` when an argument or option is wrong
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { defineOperation, inMemory, remoteMap } from 'paladin-rx';
 *
 * const square = defineOperation({ name: 'square', execute: (x: number) => x * x });
 *
 * const runtime = inMemory();
 * await from([1, 2, 3]).pipe(remoteMap(square, runtime)).forEach((y) => {
 *   console.log(y);
 * });
 * await runtime.close();
 * ```
 */
export function remoteMap<Input, Output>(
  operation: Operation<Input, Output>,
  runtime: Runtime,
  options: RemoteOptions = {},
): OperatorFunction<Input, Output> {
  return remoteStage('remoteMap', 'map', operation, runtime, options, remoteMap);
}
