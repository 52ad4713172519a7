import { setImmediate as nextTurn } from 'node:timers/promises';

/** What a process has in use. */
export interface Measurement {
  /** The JavaScript heap and the buffers beside it, after everything that could be was collected. */
  readonly heapBytes: number;
  /** How many timers, sockets and handles there are, by kind. */
  readonly resources: Readonly<Record<string, number>>;
}

/** Measures this process, which was started with `--expose-gc`. */
export async function measure(): Promise<Measurement> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('expected --expose-gc');
  // What a finalizer lets go of is collected the second time.
  gc();
  await nextTurn();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  return { heapBytes: heapUsed + external, resources };
}
