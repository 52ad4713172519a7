// A program that names nothing but what ES2022 and this package have.
import {
  connect,
  defineMonoid,
  defineOperation,
  inMemory,
  PaladinError,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  type InMemoryOptions,
  type OperationContext,
  type RemoteOptions,
  type Runtime,
} from 'paladin-rx';
import * as operators from 'paladin-rx/operators';
import { startHub, type HubOptions } from 'paladin-rx/server';
import { startWorker, type WorkerOptions } from 'paladin-rx/worker';
import { range, type Observable } from 'rxjs';

export const half = defineOperation({
  name: 'half',
  execute: (n: number, context: OperationContext) => {
    context.signal.throwIfAborted();
    return n / 2;
  },
});
export const times = defineOperation({ name: 'times', create: (factor: number) => (n: number) => factor * n });
export const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

export async function main(): Promise<number> {
  const inMemoryOptions: InMemoryOptions = { workers: 2, modules: ['./operations.js'] };
  const runtime: Runtime = inMemory(inMemoryOptions);
  const options: RemoteOptions = { window: 100 };
  const mapped: Observable<number> = range(1, 10).pipe(remoteMap(half, runtime, options), operators.remoteMap(times(2), runtime));
  for await (const value of toAsyncIterable(mapped)) value.toFixed();
  let total = 0;
  await mapped.pipe(remoteFold(sum, runtime)).forEach((value) => (total = value));
  await runtime[Symbol.asyncDispose]();

  const hubOptions: HubOptions = {
    port: 0,
    authorize: ({ role, headers }) => (headers.authorization?.startsWith('Bearer ') === true ? { role } : undefined),
  };
  const hub = await startHub(hubOptions);
  const workerOptions: WorkerOptions = { hub: hub.url, operations: { half, times, sum }, onRefused: ({ code }) => void code };
  const worker = await startWorker(workerOptions);
  const remote = await connect(hub.url, { token: () => 'secret' }).catch((error: unknown) => {
    throw error instanceof PaladinError ? error : new Error('unexpected');
  });
  await remote.close();
  await worker[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
  const length = defineOperation({ name: 'length', execute: (text: string) => text.length });
  // @ts-expect-error: a wrong element type does not compile
  range(1, 10).pipe(remoteMap(length, runtime));
  return total;
}
