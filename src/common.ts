export {
  fromPull,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  type IterableOptions,
  type ObservableIterable,
  type ObservableIterator,
  type RemoteOptions,
  type WebStream,
} from '../operators/index.js';
export type { InMemoryOptions } from '../server/in-process/in-memory.js';
export { FatalError, TransientError } from './errors/operation-errors.js';
export { PaladinError, type ErrorCode, type ErrorDetails } from './errors/paladin-error.js';
export type { OnFatal, RetryStrategy } from './errors/retry.js';
export { connect, type ConnectOptions } from './leader/connect.js';
export type { JobHandle } from './leader/job-driver.js';
export type { JobObserver } from './leader/job-observer.js';
export type { JobOptions, JobSpec, StageOptions, StageSpec } from './leader/job-spec.js';
export type { RunOptions, Runtime } from './leader/runtime.js';
export type { Token } from './link/check-token.js';
export { checkMonoid, type CheckMonoidOptions } from './operation/laws.js';
export { defineMonoid, type Combine, type Monoid, type MonoidFactory } from './operation/monoid.js';
export {
  defineOperation,
  type Execute,
  type Operation,
  type OperationContext,
  type OperationFactory,
} from './operation/operation.js';
export { createFlatted, flatted } from './serializer/flatted.js';
export { createMsgpack, msgpack } from './serializer/msgpack.js';
export type { SerializerName } from './serializer/named.js';
export { isSerializer } from './serializer/is-serializer.js';
export { NotSerializableError, type ClassCodec, type Serializer, type SerializerOptions } from './serializer/serializer.js';
