/** The module of the program: `multiply` by 21, and where that is done. `type` stands behind the parameter. */
export const multiplyModule = (type: string = '', factor: string = 'const factor = 21;'): string => `
  import { threadId } from 'node:worker_threads';
  import { defineOperation } from 'paladin-rx';
  ${factor}
  export const multiply = defineOperation({ name: 'multiply', execute: (n${type}) => ({ product: n * factor, threadId }) });`;

/**
 * A program that prints what comes of threads, in memory and by a hub: each product, and whether another thread has made it.
 *
 * @param module what it says of the module of its operations, in its own words
 */
export const printingProgram = (module: string): string => `
  import { threadId } from 'node:worker_threads';
  import { connect, inMemory, remoteMap } from 'paladin-rx';
  import { startHub } from 'paladin-rx/server';
  import { startWorker } from 'paladin-rx/worker';
  import { lastValueFrom, of, toArray } from 'rxjs';
  import { multiply } from './operations.js';
  (async () => {
    const modules = [${module}];
    const hub = await startHub({ port: 0 });
    const worker = await startWorker({ hub: hub.url, modules, threads: 1 });
    const runtimes = [inMemory({ workers: 2, modules }), await connect(hub.url)];
    for (const runtime of runtimes) {
      const made = await lastValueFrom(of(1, 2).pipe(remoteMap(multiply, runtime), toArray()));
      console.log(JSON.stringify(made.map((each) => [each.product, each.threadId !== threadId])));
      await runtime.close();
    }
    await worker.close();
    await hub.close();
  })();`;

export const printedByThreads = '[[21,true],[42,true]]\n[[21,true],[42,true]]\n';
