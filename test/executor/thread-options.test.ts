import { defineOperation, inMemory } from 'paladin-rx';
import { startWorker } from 'paladin-rx/worker';
import { expect, it } from 'vitest';

const modules = [new URL('../fixtures/thread-operations.mjs', import.meta.url)];
const die = defineOperation({ name: 'die', execute: (how: string) => how });

it.each([
  [{ threadMemoryMb: 31 }, /expected threadMemoryMb to be whole megabytes from 32 to 1048576, got 31$/u],
  [{ threadMemoryMb: 64.5 }, /expected threadMemoryMb to be whole megabytes/u],
  [{ threadStartTimeout: 0 }, /expected threadStartTimeout to be milliseconds from 1 to 2147483647, or Infinity, got 0$/u],
  [{ threadStartTimeout: Number.NaN }, /expected threadStartTimeout to be milliseconds/u],
  [{ threadStartTimeout: '5' as never }, /expected threadStartTimeout to be milliseconds .* got "5"$/u],
  [{ threadStartTimeout: Symbol('5') as never }, /expected threadStartTimeout to be milliseconds .* got Symbol\(5\)$/u],
])('bounds of threads are checked: %o', async (options, message) => {
  expect(() => inMemory({ modules, ...options })).toThrow(message);
  await expect(startWorker({ hub: 'http://127.0.0.1:1', modules, ...options })).rejects.toThrow(message);
});

it.each([
  [{ threads: 0 }, /startWorker: expected threads to be a whole number from 1 to 1024, got 0$/u],
  [{ threads: '2' as never }, /startWorker: expected threads to be a whole number from 1 to 1024, got "2"$/u],
  [{ inline: 'yes' as never }, /startWorker: expected inline to be true or false, got "yes"$/u],
])('what startWorker is told of threads is checked before any module is looked for: %o', async (options, message) => {
  const starting = startWorker({ hub: 'http://127.0.0.1:1', modules: ['./absent.js'], ...options });
  await expect(starting).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(message) as unknown });
});

it.each([
  [{ threadRenewAfterTasks: 0 }, 'expected threadRenewAfterTasks to be a whole number from 1 to 2^53 - 1, got 0'],
  [{ threadRenewAfterTasks: 1.5 }, 'expected threadRenewAfterTasks to be a whole number'],
  [{ threadRenewAboveMb: 15 }, 'expected threadRenewAboveMb to be whole megabytes from 16 to 1048576, got 15'],
  [{ threadRenewAboveMb: 64, threadMemoryMb: 64 }, 'expected threadRenewAboveMb to be less than threadMemoryMb, which is 64'],
  [{ threadRenewAfterTasks: 5, inline: true }, 'expected threadRenewAfterTasks with modules in threads only, got 5'],
  [{ threadRenewAboveMb: 50, inline: true }, 'expected threadRenewAboveMb with modules in threads only, got 50'],
])('when threads are renewed is checked: %o', async (options, message) => {
  const starting = startWorker({ hub: 'http://127.0.0.1:1', modules, ...options });
  await expect(starting).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(message) as unknown });
});

it('bounds of threads without threads are refused', () => {
  expect(() => inMemory({ threadMemoryMb: 64 })).toThrow(
    'inMemory: expected threadMemoryMb with modules in threads only, got 64',
  );
});

it('a thread that needs more than its memory dies of it, and is told of', async () => {
  await using runtime = inMemory({ workers: 1, modules, threadMemoryMb: 32, maxDeaths: 1 });
  await expect(runtime.run(die, 'memory')).rejects.toMatchObject({
    code: 'POISON_TASK',
    message: expect.stringContaining('ran out of memory: its objects took more than 32 MB (threadMemoryMb)') as unknown,
    cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
  });
  expect(await runtime.run(die, 'not')).toBe('not');
});

it('threads that take longer to start than they may count as modules that cannot be loaded', async () => {
  await using runtime = inMemory({ workers: 1, modules, threadStartTimeout: 1 });
  await expect(runtime.run(die, 'not')).rejects.toThrow('was not ready within 1 ms');
});
