import { defineOperation, inMemory, type Runtime } from 'paladin-rx';
import { describe, expect, it } from 'vitest';
import { gate } from '../support/gate.js';
import { rejectionOf } from '../support/outcome.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

describe('a job that no operation is known to wait for', () => {
  it('ends with NO_WORKER when the operation that began its queue is over, and the one that waits for it has the slot', async () => {
    await using runtime: Runtime = inMemory({ workers: 1, noWorkerTimeout: 200 });
    const asked: ((x: number) => void)[] = [];
    const tasks: (() => void)[] = [];
    const work = async (): Promise<never> => {
      for (;;) {
        while (tasks.length > 0) tasks.shift()?.();
        await new Promise<number>((resolve) => asked.push(resolve));
      }
    };
    let isWorking = false;
    const queued = defineOperation({
      name: 'queued',
      execute: async (x: number) => {
        await Promise.resolve();
        const result = new Promise<number>((resolve, reject) => {
          tasks.push(() => {
            runtime.run(double, x).then(resolve, reject);
          });
        });
        if (!isWorking) void work();
        isWorking = true;
        for (const ask of asked.splice(0)) ask(1);
        return result;
      },
    });
    expect(await runtime.run(queued, 1)).toBe(2);
    const failure = await rejectionOf(runtime.run(queued, 2));
    expect(failure).toMatchObject({ code: 'OPERATION_FAILED', cause: { code: 'NO_WORKER', operation: 'double' } });
    expect(failure.message).toContain(
      "operation 'double' has waited 1000 ms for a slot: other work has all 1 that there are for it",
    );
    expect(failure.message).toContain('context.run');
    // The slot is free again.
    expect(await runtime.run(double, 3)).toBe(6);
  });

  it('is waited for, and the program is warned once, when its own code runs it', async () => {
    await using runtime: Runtime = inMemory({ workers: 1, noWorkerTimeout: 100 });
    const end = gate();
    const slow = defineOperation({ name: 'slow', execute: async (x: number) => (await end.opened, x) });
    const warnings: string[] = [];
    const warned = gate();
    const listen = (warning: Error): void => {
      if (warning.name !== 'PaladinWarning') return;
      warnings.push(warning.message);
      warned.open();
    };
    process.on('warning', listen);
    try {
      const first = runtime.run(slow, 1);
      const others = [runtime.run(double, 2), runtime.run(double, 3)];
      await warned.opened;
      end.open();
      expect(await Promise.all([first, ...others])).toEqual([1, 4, 6]);
    } finally {
      process.off('warning', listen);
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("operation 'double' has waited 1000 ms for a slot");
  });
});
