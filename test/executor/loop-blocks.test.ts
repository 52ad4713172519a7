import { defineOperation, inMemory, connect } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { describe, expect, it, vi } from 'vitest';
import { LoopBlocks } from '../../src/executor/loop-blocks.js';
import { isThorough } from '../support/thorough.js';

/** Computes for so long, by the clock of the process's own work. */
function compute(ms: number): void {
  const before = process.cpuUsage();
  const began = performance.now();
  const used = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  while (used() < ms || performance.now() - began < ms);
}

describe('what blocks the event loop', () => {
  it('is told when it is long, and of the same operations not again soon', () => {
    const told: string[] = [];
    const blocks = new LoopBlocks(false, (reason) => told.push(reason));
    const hash = [{ operation: 'hash' }];
    blocks.took(hash, 999);
    expect(told).toEqual([]);
    blocks.took(hash, 1_500);
    blocks.took(hash, 2_500);
    blocks.took([...hash, { operation: 'sign' }], 2_000);
    expect(told).toEqual([
      "operation 'hash' blocked the event loop for 1.5 s; nothing else went on here: execute it in threads (modules)",
      "operations 'hash', 'sign' blocked the event loop for 2.0 s; nothing else went on here: execute it in threads (modules)",
    ]);
  });

  it.runIf(isThorough)(
    'is named by an inline worker, before the operation waits for anything and after it',
    { timeout: 60_000 },
    async () => {
      const told: string[] = [];
      const hash = defineOperation({ name: 'hash', execute: (ms: number) => compute(ms) });
      const late = defineOperation({
        name: 'late',
        execute: async (ms: number) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          compute(ms);
        },
      });
      await using hub = await startHub({ port: 0 });
      await using runtime = await connect(hub.url);
      await using _worker = await startWorker({
        hub: hub.url,
        operations: [hash, late],
        onBlocked: (reason) => told.push(reason),
      });
      await runtime.run(hash, 10);
      await runtime.run(late, 10);
      expect(told).toEqual([]);
      await runtime.run(hash, 1_100);
      expect(told).toEqual([expect.stringMatching(/^operation 'hash' blocked the event loop for \d+\.\d s; /u)]);
      await runtime.run(late, 1_700);
      await vi.waitFor(() => expect(told).toHaveLength(2));
      expect(told[1]).toMatch(/^the event loop was blocked while operation 'late' was under way for \d+\.\d s; /u);
    },
  );

  it.runIf(isThorough)(
    'is a warning of the process by default, as in memory, also where it is set up',
    { timeout: 60_000 },
    async () => {
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      try {
        await using runtime = inMemory({ workers: 1 });
        const hash = defineOperation({ name: 'hash', execute: (ms: number) => compute(ms) });
        await runtime.run(hash, 1_100);
        const load = defineOperation({
          name: 'load',
          create: (ms: number) => {
            compute(ms);
            return (x: number) => x;
          },
        });
        await runtime.run(load(1_100), 1);
        const told = (name: string): unknown => [expect.stringContaining(`operation '${name}' blocked`), 'PaladinWarning'];
        expect(warned.mock.calls).toEqual([told('hash'), told('load')]);
      } finally {
        warned.mockRestore();
      }
    },
  );
});
