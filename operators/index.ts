/**
 * The operators alone. `paladin-rx` exports them, too.
 *
 * @module paladin-rx/operators
 */

export { fromPull } from './from-pull.js';
export { remoteFold } from './remote-fold.js';
export { remoteMap } from './remote-map.js';
export { toAsyncIterable, type IterableOptions, type ObservableIterable } from './to-async-iterable.js';
export type { ObservableIterator } from '../src/leader/observable-iterator.js';
export type { WebStream } from '../src/leader/stream-iterator.js';
export type { RemoteOptions } from '../src/leader/remote-observable.js';
