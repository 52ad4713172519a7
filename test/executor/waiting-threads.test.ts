// Threads run compiled code, so this tests what the build made.
import { afterEach, expect, it, vi } from 'vitest';
import { startThreadExecutor } from '../../dist/src/executor/thread-executor.js';
import type { ThreadExecutor } from '../../src/executor/thread-pool.js';
import type { JobDescription } from '../../src/protocol/messages.js';
import { elements } from './execution.js';

const name = `paladin-told-${process.pid}-${performance.now()}`;
const modules = [new URL('../fixtures/told-operations.mjs', import.meta.url)];
let executor: ThreadExecutor | undefined;
const channel = new BroadcastChannel(name);

afterEach(async () => {
  vi.unstubAllEnvs();
  channel.close();
  await executor?.close();
});

const job = (operation: string): JobDescription => ({
  serializer: 'msgpack',
  stages: [{ kind: 'map', operation, version: 1 }],
});

it('a batch that found no spare thread gets one when an operation waits again', { timeout: 60_000 }, async () => {
  vi.stubEnv('TOLD_CHANNEL', name);
  const on = (executor = await startThreadExecutor({ threads: 1, modules }));
  const failed = new Promise((resolve) => {
    channel.onmessage = resolve;
  });
  const waits = vi.fn<(isWaiting: boolean) => void>();
  const outer = new Promise((resolve) => on.run('outer', job('waits-twice'), elements([1]), resolve, waits));
  await vi.waitFor(() => expect(waits.mock.calls).toEqual([[true]]), 10_000);

  vi.stubEnv('TOLD_TO_FAIL', 'yes');
  const inner = new Promise((resolve) => on.run('inner', job('double'), elements([2]), resolve));
  await failed;
  channel.postMessage('go on');
  await vi.waitFor(() => expect(waits.mock.calls).toEqual([[true], [false]]), 10_000);
  // The wait is what is tested: no thread waits, so none is started when it is time to try again, `startBackoffMs` after it
  // failed. Nothing tells that this time has passed. On a machine that is late, there is nothing to see.
  await new Promise((resolve) => setTimeout(resolve, 500));
  vi.stubEnv('TOLD_TO_FAIL', 'no');
  channel.postMessage('again');

  expect(await inner).toMatchObject({ type: 'result', result: { done: 1, failures: [] } });
  channel.postMessage('end');
  expect(await outer).toMatchObject({ type: 'result', result: { done: 1, failures: [] } });
});
