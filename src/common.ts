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
export * from './definitions.js';
export type { OnFatal, RetryStrategy } from './errors/retry.js';
export type { HostAbortSignal, HostUrl } from './host-types.js';
export { connect, type ConnectOptions } from './leader/connect.js';
export type { Pausable } from './leader/flow.js';
export type { JobHandle } from './leader/job-driver.js';
export type { JobObserver } from './leader/job-observer.js';
export type { JobProgress } from './leader/job-progress.js';
export type { JobOptions, JobSpec, StageOptions, StageSpec } from './leader/job-spec.js';
export type { RunOptions, Runtime } from './leader/runtime.js';
export type { Token } from './link/check-token.js';
export { checkMonoid, type CheckMonoidOptions } from './operation/laws.js';
export type { SerializerName } from './serializer/named.js';
export type { ThreadOptions } from './worker/start-bounds.js';
export type { InlineOptions } from './worker/start-inline-worker.js';
export type { WebWorker } from './executor/web-thread.js';
export type { WebWorkerOptions } from './worker/thread-source.js';
