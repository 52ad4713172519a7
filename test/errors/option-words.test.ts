import {
  connect,
  defineMonoid,
  defineOperation,
  inMemory,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  type Runtime,
} from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

/** Hands in options as JavaScript may, and returns what is said of them. */
type Say = (options: never, runtime: Runtime) => unknown;

const functions = {
  inMemory: (options) => inMemory(options),
  connect: (options) => connect('http://127.0.0.1:1', options),
  startWorker: (options) => startWorker(options),
  startHub: (options) => startHub(options),
  remoteMap: (options, runtime) => remoteMap(double, runtime, options),
  remoteFold: (options, runtime) => remoteFold(sum, runtime, options),
  run: (options, runtime) => runtime.run(double, 1, options),
  toAsyncIterable: (options) => toAsyncIterable(of(1), options),
  defineOperation: (options) => defineOperation(options),
  defineMonoid: (options) => defineMonoid(options),
} satisfies Record<string, Say>;

/** Who is given which words, and what the answer names. */
const words: readonly (readonly [keyof typeof functions, readonly string[], string])[] = [
  // Piscina, p-map, RxJS, Ray, Dask, joblib, BullMQ: how much at once.
  [
    'inMemory',
    ['threads', 'maxThreads', 'minThreads', 'concurrency', 'poolSize', 'numWorkers', 'n_workers', 'n_jobs'],
    "'workers'? With modules",
  ],
  [
    'inMemory',
    ['parallel', 'parallelism', 'max-workers', 'concurrent', 'num_cpus', 'concurrentTasksPerWorker'],
    "'workers'? With modules",
  ],
  ['startWorker', ['workers', 'maxThreads', 'concurrency', 'poolSize', 'parallelism', 'num_cpus'], "'threads'?"],
  ['remoteMap', ['concurrency', 'concurrent', 'workers', 'threads', 'parallel'], 'inMemory({ workers, modules })'],
  ['remoteFold', ['concurrency'], 'inMemory({ workers, modules })'],
  ['run', ['concurrency', 'threads'], 'inMemory({ workers, modules })'],
  ['connect', ['concurrency', 'workers', 'threads', 'modules', 'filename'], 'startWorker({ hub, modules, threads })'],
  ['startHub', ['concurrency', 'workers', 'threads', 'modules'], 'startWorker({ hub, modules, threads })'],
  // What is executed.
  ['inMemory', ['filename', 'script', 'module', 'entry'], "'modules'? Write a list"],
  ['startWorker', ['filename', 'workerFile'], "'modules'? Write a list"],
  ['remoteMap', ['modules', 'filename'], 'modules are given to inMemory'],
  ['inMemory', ['resourceLimits', 'maxMemory', 'memoryLimitBeforeRecycle'], "'threadMemoryMb'?"],
  ['inMemory', ['startTimeout'], "'threadStartTimeout'?"],
  ['inMemory', ['idleTimeout', 'keepAlive'], 'threads stay until the runtime is closed'],
  ['inMemory', ['token', 'url', 'hub'], 'connect(url, { token })'],
  ['startWorker', ['batch', 'batchSize', 'chunkSize'], 'remoteMap(operation, runtime, { batch })'],
  ['startWorker', ['retries', 'attempts'], 'remoteMap(operation, runtime, { retry })'],
  ['startWorker', ['maxPayloadBytes'], 'startHub({ maxPayloadBytes })'],
  // Batches and windows.
  ['remoteMap', ['batchSize', 'chunkSize', 'chunksize', 'bufferCount', 'batch_size', 'maxBatchSize'], "'batch'?"],
  ['inMemory', ['batchSize', 'batch', 'chunkSize'], 'remoteMap(operation, runtime, { batch })'],
  ['remoteMap', ['highWaterMark', 'bufferSize', 'maxInFlight', 'maxQueue', 'backpressure'], "'window'?"],
  ['toAsyncIterable', ['highWaterMark', 'bufferSize'], "'window'?"],
  ['remoteMap', ['preserveOrder', 'unordered', 'order'], "'ordered'? Write { ordered: false }"],
  // Failures and time.
  ['remoteMap', ['retries', 'maxRetries', 'attempts', 'max_retries', 'backoff', 'retryLimit'], "'retry'? Write { retry: {"],
  ['run', ['retries', 'attempts'], "'retry'? Write { retry: {"],
  ['inMemory', ['retries', 'retry', 'attempts'], 'remoteMap(operation, runtime, { retry })'],
  ['remoteMap', ['timeoutMs', 'ttl', 'taskTimeout', 'milliseconds'], "'timeout'?"],
  ['inMemory', ['timeout', 'timeoutMs'], 'remoteMap(operation, runtime, { timeout })'],
  ['connect', ['timeout', 'timeoutMs'], "'connectTimeout'?"],
  ['remoteMap', ['stopOnError', 'continueOnError', 'failFast'], "'onFatal'? Write { onFatal: 'skip' }"],
  ['remoteMap', ['onError'], "'onSkip'?"],
  ['remoteMap', ['signal', 'abortSignal'], "takeUntil(fromEvent(signal, 'abort'))"],
  ['run', ['abortSignal', 'cancelToken'], "'signal'?"],
  ['run', ['batchSize', 'window', 'ordered'], 'run executes one value'],
  ['remoteMap', ['tags', 'resources'], "'labels'?"],
  // Connections.
  ['connect', ['auth', 'apiKey', 'password'], "'token'?"],
  ['startWorker', ['url', 'hubUrl', 'connection', 'port', 'host'], "'hub'?"],
  ['startHub', ['listen'], "'port'?"],
  ['startHub', ['hostname', 'bind', 'address'], "'host'?"],
  ['startHub', ['cors', 'origin'], "'origins'?"],
  // Definitions.
  ['defineOperation', ['fn', 'handler', 'run', 'processor', 'mapper'], "'execute'?"],
  ['defineOperation', ['init', 'setup'], "'create'?"],
  ['defineOperation', ['id', 'key'], "'name'?"],
  ['defineOperation', ['timeout', 'retries', 'batchSize'], 'an option of remoteMap'],
  ['defineMonoid', ['identity', 'zero', 'mempty'], "'empty'?"],
  ['defineMonoid', ['concat', 'reduce', 'reducer', 'append'], "'combine'?"],
];

async function answerOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

describe('an option that does not exist', () => {
  it.each(words)('is understood by the words of other libraries: %s %s', async (where, given, answer) => {
    await using runtime = inMemory();
    for (const word of given) {
      const say: Say = functions[where];
      expect(await answerOf(() => say({ [word]: 4 } as never, runtime))).toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(`${where}: there is no option '${word}'`) as unknown,
      });
      expect(await answerOf(() => say({ [word]: 4 } as never, runtime))).toHaveProperty(
        'message',
        expect.stringContaining(answer),
      );
    }
  });

  it('is not taken for one that is nothing like it', () => {
    expect(() => inMemory({ colour: 'red' } as never)).toThrow(
      "inMemory: there is no option 'colour'. Options: operations, workers, modules",
    );
  });
});
