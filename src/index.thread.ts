/**
 * What all entries of this package are in a thread that it has started: `package.json` has a condition for that. Modules of
 * operations define operations there, and few do more. So what makes runtimes, hubs and workers is loaded when it is first
 * called.
 */
import { createRequire } from 'node:module';
import type * as Server from '../server/index.js';
import type * as Index from './index.js';
import type * as Otel from './otel.js';
import type * as Progress from './progress.js';
import type * as Testing from './testing.js';
import type * as Workers from './worker.js';

export * from './definitions.js';

const index = entry<typeof Index>('./index.js');
export const checkMonoid: typeof Index.checkMonoid = index('checkMonoid');
export const connect: typeof Index.connect = index('connect');
export const fromPull: typeof Index.fromPull = index('fromPull');
export const inMemory: typeof Index.inMemory = index('inMemory');
export const remoteFold: typeof Index.remoteFold = index('remoteFold');
export const remoteMap: typeof Index.remoteMap = index('remoteMap');
export const toAsyncIterable: typeof Index.toAsyncIterable = index('toAsyncIterable');

const otel = entry<typeof Otel>('../node/otel.js');
export const traceWith: typeof Otel.traceWith = otel('traceWith');

const progress = entry<typeof Progress>('../node/progress.js');
export const progressBar: typeof Progress.progressBar = progress('progressBar');

const server = entry<typeof Server>('../server/index.js');
export const fetchStatus: typeof Server.fetchStatus = server('fetchStatus');
export const startHub: typeof Server.startHub = server('startHub');

const testing = entry<typeof Testing>('../node/testing.js');
export const dyingAt: typeof Testing.dyingAt = testing('dyingAt');
export const execute: typeof Testing.execute = testing('execute');
export const inVirtualTime: typeof Testing.inVirtualTime = testing('inVirtualTime');
export const testContext: typeof Testing.testContext = testing('testContext');

const workers = entry<typeof Workers>('./worker.js');
export const serveOperations: typeof Workers.serveOperations = workers('serveOperations');
export const startWorker: typeof Workers.startWorker = workers('startWorker');

/**
 * Makes functions of an entry. Each loads the entry when it is called, and calls the one of its name there. It loads at once:
 * most of them return at once, too. Node cannot load at once what it is importing already. So all entries are here, and none is
 * imported.
 */
function entry<Exports>(file: string): <Name extends keyof Exports>(name: Name) => Exports[Name] {
  return <Name extends keyof Exports>(name: Name) => {
    const call = (...args: unknown[]): unknown => {
      const loaded = createRequire(import.meta.url)(file) as Readonly<Record<Name, (...args: unknown[]) => unknown>>;
      return loaded[name](...args);
    };
    // It takes and returns what the function of this name does.
    return call as Exports[Name];
  };
}
