import { inMemory, PaladinError, type InMemoryOptions, type Runtime } from 'paladin-rx';
import { afterEach, onTestFinished, vi } from 'vitest';
import { WebWorkerInNode } from '../support/web-workers.js';

export const fixture = (name: string): URL => new URL(`../fixtures/${name}.mjs`, import.meta.url);

/** The Web Workers that the present test has made. */
export const made: WebWorkerInNode[] = [];

/** A function that makes Web Workers with this script. */
export const make = (script = 'web-worker'): (() => WebWorkerInNode) => {
  return () => {
    const worker = new WebWorkerInNode(fixture(script));
    made.push(worker);
    return worker;
  };
};

let runtime: Runtime | undefined;
afterEach(async () => {
  await runtime?.close();
  for (const worker of made.splice(0)) worker.terminate();
});

/** A runtime with one Web Worker, until the test ends. */
export function start(options: Partial<InMemoryOptions> = {}): Runtime {
  runtime = inMemory({ workers: 1, worker: make(), noWorkerTimeout: 15_000, ...options });
  return runtime;
}

export async function errorOf(outcome: Promise<unknown>): Promise<PaladinError> {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PaladinError)) throw new Error(`expected a PaladinError, got ${String(error)}`);
  return error;
}

/** Deaths are expected in this test. */
export function quiet(): void {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  onTestFinished(() => {
    warned.mockRestore();
  });
}
